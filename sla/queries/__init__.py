"""What the pages of work ask: read only, a constant number of queries each, answered as frozen rows."""
