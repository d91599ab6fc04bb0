"""The one file publication.toml: read once, checked whole, then trusted."""
