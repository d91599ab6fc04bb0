"""Brings a restored table up to what happened after its point in time, so that nobody is mailed against their will."""
