"""The people who opened links of a mailing, by name: for a page, for programs, and as CSV."""
