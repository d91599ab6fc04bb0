"""Articles and feeds: what was read, and what marketing decides about it."""
