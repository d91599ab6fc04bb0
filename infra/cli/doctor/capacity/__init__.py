"""Checks of what the account carries: executions, requests, senders."""
