"""The portal for machines: the same moves and figures as the pages, as JSON."""
