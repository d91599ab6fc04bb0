"""SES: calls, answers, events, quota, suppression list."""
