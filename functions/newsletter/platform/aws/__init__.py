"""AWS: typed clients, items of DynamoDB, queues and secrets."""
