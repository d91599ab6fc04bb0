"""Enrollments: how a reader comes into a sequence, goes through it and ends it."""
