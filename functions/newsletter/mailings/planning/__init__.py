"""Planning: from a mailing to batches on the queue."""
