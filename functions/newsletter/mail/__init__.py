"""Templates, languages, Markdown, and the checks of a rendered mail."""
