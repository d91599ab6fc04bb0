"""What marketing may write in a text: the dialect of Markdown, personal fields, and mistakes with their lines."""
