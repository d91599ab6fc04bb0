"""From a form to a confirmed subscription, and protection against bots."""
