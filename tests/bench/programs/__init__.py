"""What runs alone in a process: arguments come as JSON on the input, the result goes out as the last line."""
