"""Subscribers: who they are, what they chose, how they leave."""
