"""A mailing as mails: its variants, previews and preflight."""
