"""publication.toml: its values, and how they are read and checked."""
