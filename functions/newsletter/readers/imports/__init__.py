"""Lists of subscribers from elsewhere."""
