"""Received mails: what SES says of each, where it is kept, and that each is handled once."""
