"""What people of ours do with readers: one owner for console, API and command line."""
