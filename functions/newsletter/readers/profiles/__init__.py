"""Subscribers as they are kept: the profile and all records beside it."""
