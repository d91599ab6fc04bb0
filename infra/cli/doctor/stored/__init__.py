"""Checks of what the stack keeps: secrets, tables, queues and their dead letters."""
