"""Templates, languages and rendered mails."""
