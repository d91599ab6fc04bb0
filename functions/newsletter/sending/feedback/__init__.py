"""What SES reports of mails, and what follows from it."""
