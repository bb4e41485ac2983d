"""Break what Concord stands on, with real processes, and count what is lost, what doubled, for how long."""
