"""Readers: one of them with status and consent, and the export of all."""
