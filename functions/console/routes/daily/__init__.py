"""What is looked at every day: the start page, readers, articles, the audit trail."""
