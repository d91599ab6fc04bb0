"""Reading a mail that somebody sent to us, whatever its bytes are."""
