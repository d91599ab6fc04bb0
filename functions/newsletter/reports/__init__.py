"""Counts of mailings, and their words."""
