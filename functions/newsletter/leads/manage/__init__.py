"""What people see of leads and do with them: one owner for console, API and command line."""
