"""Links to our own pages: signed, for one purpose each."""
