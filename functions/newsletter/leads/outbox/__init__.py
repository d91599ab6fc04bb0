"""The outbox: what the CRM is to be told of each lead, and every attempt to tell it."""
