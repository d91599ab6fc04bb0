"""Commands about the AWS account: what it costs, and what it can take."""
