"""Which view answers which path, and who may ask it."""
