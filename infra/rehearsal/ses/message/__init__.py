"""Mails as requests describe them and as they travel."""
