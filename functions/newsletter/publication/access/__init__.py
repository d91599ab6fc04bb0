"""The table [console]: who may do what in the console and the API, and how often."""
