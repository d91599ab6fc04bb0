"""Parts of a sequence as publication.toml has them: its steps, and when they may go out."""
