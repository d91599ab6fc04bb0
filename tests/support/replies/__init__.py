"""Answers to mails, for tests."""
