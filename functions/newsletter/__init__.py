"""The newsletter and lead-nurture pipeline; knows nothing of Lambda events."""
