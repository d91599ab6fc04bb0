"""Sentences of the product that can be said in another language."""
