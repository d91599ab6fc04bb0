"""Feeds fetched within limits, and what is known of each from one reading to the next."""
