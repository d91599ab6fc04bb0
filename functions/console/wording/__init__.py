"""The language of the console's pages."""
