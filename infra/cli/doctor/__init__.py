"""`newsletter doctor`: whether account and stack can take what is to come. Each check is a module with `look`."""
