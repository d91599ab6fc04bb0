"""What an operator types: one module for each group of commands, with its options and what it calls."""
