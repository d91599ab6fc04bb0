"""Steps that are due: for whom, in which batch, and not more mails a week than the publication wants."""
