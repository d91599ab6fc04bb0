"""Pausing, resuming, holding and cancelling a mailing."""
