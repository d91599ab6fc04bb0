"""A loopback AWS that answers as fast as it can and counts what it was asked; it runs in a process of its own."""
