"""The way of an answer to the mailbox of people."""
