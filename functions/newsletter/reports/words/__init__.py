"""The figures of a report in words, for console and command line alike."""
