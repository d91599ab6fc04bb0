"""Mails to look at before readers get them: files, pictures, spam scores."""
