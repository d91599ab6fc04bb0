"""Sequences: who gets which step when, and all other work that is due."""
