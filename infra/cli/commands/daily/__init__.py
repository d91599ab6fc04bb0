"""What is looked at every day: the overview and the audit trail."""
