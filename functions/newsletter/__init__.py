"""The newsletter and lead-nurture pipeline; of Lambda's events only platform/events.py knows."""
