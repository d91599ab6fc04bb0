"""What subscribers agreed to or withdrew, and when."""
