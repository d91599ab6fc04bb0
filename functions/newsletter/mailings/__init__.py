"""Digests, campaigns and steps: what is sent to whom, and its status."""
