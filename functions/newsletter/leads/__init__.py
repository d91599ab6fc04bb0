"""Visits, offers, leads and their way to the CRM."""
