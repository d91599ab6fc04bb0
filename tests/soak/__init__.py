"""Random schedules: what can go wrong between our functions and AWS does go wrong, and then the mailbox is counted."""
