"""Feeds of every dialect: fetched, parsed and cleaned within limits."""
