"""DynamoDB, SQS, SNS and SSM."""
