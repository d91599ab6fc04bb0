"""Pause, resume, hold, cancel and complete a mailing."""
