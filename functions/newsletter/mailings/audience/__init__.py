"""Whom a mailing is for: the rule, how it is written, what it asks of the past, and the rules that were saved."""
