"""Commands about nurture series."""
