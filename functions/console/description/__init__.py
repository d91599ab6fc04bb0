"""What the API's description says of each subject: its paths and schemas."""
