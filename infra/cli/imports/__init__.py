"""Readers from a CSV file: how files of other systems are read, and what becomes of each row."""
