"""What an account of AWS gives at once: requests of API Gateway, executions of Lambda."""
