"""Pictures that people upload for their mails: looked over, cleaned, and kept under a name that says their size."""
