"""A whole send on virtual time: how long it takes, how even it is, what it asks of AWS and what that costs."""
