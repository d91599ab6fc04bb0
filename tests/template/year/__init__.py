"""A year with the product, of which test_rights.py records what each function uses."""
