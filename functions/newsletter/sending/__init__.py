"""From a batch to SES and back: the ledger of deliveries."""
