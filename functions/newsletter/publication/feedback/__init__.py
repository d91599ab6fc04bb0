"""What comes back of mails: how many bounces are too many, and where answers go."""
