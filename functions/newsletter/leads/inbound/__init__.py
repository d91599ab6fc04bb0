"""What the CRM tells us by webhooks of its own: what became of a lead, and who wants no more mail."""
