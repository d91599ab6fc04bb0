"""What is known of the reader behind a lead: who pressed, what they read, what they are worth to sales."""
