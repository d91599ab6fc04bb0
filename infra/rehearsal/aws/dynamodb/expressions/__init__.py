"""The expressions of DynamoDB, as far as the product writes them."""
