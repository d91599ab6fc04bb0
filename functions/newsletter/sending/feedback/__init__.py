"""Feedback: what SES reports about mails, and what follows for subscribers and mailings."""
