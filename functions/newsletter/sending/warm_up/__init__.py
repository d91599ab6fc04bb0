"""The warm-up plan at work: so many mails a day, and the rest of a mailing on the next."""
