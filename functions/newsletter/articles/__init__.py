"""From the entries of feeds to articles with topics."""
