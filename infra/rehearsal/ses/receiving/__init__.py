"""SES as a receiver of mail: receipt rules, verdicts, what it stores and what it tells."""
