"""The budgets, measured: `make bench`, or run.py with the rows to measure."""
