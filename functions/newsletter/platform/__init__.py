"""What every subject stands on: AWS clients, queues, messages, secrets, links, the web, logs."""
