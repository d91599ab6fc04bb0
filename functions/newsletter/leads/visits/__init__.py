"""Visits: requests to the links of mails, and whether a person or a machine made them."""
