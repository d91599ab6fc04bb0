"""One module for each bench: what it has done, and the figures it makes of that."""
