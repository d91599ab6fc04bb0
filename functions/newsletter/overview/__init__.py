"""What concerns the whole newsletter: the start page of the console, and one reader with all that is known of them."""
