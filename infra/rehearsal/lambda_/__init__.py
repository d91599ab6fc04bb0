"""Lambda: runs the handlers, from queues, from schedules and over HTTP."""
