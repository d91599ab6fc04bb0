"""Who may use which route, how often, and what a repeated request is answered."""
