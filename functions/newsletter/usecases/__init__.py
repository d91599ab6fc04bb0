"""What the product does, one verb a file; adapters arrive as arguments."""
