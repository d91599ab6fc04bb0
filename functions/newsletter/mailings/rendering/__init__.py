"""Rendering of mailings: variants, previews and preflight."""
