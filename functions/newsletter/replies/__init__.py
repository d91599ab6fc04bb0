"""Answers to our mails: who wrote, what they wish, and what follows."""
