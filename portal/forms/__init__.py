"""The forms of the pages: they read what people enter and know nothing of moves."""
