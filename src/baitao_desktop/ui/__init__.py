"""THE DESKTOP: the only Qt."""
