"""THE CABINET: the only SQL."""
