"""The Subscribers table: each reader's profile and the records under the same id."""
