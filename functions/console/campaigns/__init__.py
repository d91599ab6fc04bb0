"""Campaigns in the console and in its API: drafts, scheduled ones, test mails."""
