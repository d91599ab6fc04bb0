"""The audit trail: who did what, by whichever door."""
