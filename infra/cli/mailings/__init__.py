"""Mailings: sending a campaign, reports, pause and resume, digests, the breaker, decisions, dead letters."""
