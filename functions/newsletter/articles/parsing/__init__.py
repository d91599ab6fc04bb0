"""Entries made of the bytes of a feed: formats, markup, dates, excerpts. Pure."""
