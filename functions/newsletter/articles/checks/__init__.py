"""What would be made of a feed, for whoever asks before it is read."""
