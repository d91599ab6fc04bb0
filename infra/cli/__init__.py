"""The operator's `newsletter` command."""
