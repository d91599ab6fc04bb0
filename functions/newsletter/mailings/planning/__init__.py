"""From a mailing to batches on the queue."""
