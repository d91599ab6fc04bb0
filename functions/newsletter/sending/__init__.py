"""Sending: from a batch on the queue to SES and back, and the ledger that records it."""
