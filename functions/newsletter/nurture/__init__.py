"""Nurture: sequences and their steps, and all other work that falls due (reminders, erasure, monitoring)."""
