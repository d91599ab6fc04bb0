"""Reports of mailings: what became of their recipients, counted, in words and as JSON."""
