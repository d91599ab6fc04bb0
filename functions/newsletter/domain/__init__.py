"""What the product is about: pure, no AWS, clock, network, randomness or environment."""
