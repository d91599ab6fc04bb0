"""Leads: visits to links, offers that subscribers take up, and their hand-off to the CRM."""
