"""`newsletter trace`: what happened to a mailing, batch, reader or lead, from tables and logs, in the order of time."""
