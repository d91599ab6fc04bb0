"""Pictures for mails: their page in the console, and /api/v1/pictures."""
