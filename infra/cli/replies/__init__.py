"""`newsletter replies`: mails that came in, and what they were taken for."""
