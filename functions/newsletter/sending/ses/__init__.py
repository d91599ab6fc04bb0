"""Everything that knows the API of SES: calls, answers, events, quota, suppression list."""
