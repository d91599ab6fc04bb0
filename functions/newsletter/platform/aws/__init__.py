"""AWS: clients, DynamoDB items, queues, secrets."""
