"""Queues whose messages failed, and how the command names them."""
