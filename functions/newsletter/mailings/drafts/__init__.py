"""Campaigns before they are sent: drafts, their schedule, and test mails of them."""
