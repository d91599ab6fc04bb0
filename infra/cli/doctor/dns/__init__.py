"""Checks of what the sender's domain says in DNS, and how it is asked."""
