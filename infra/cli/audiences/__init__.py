"""What `newsletter audience` does."""
