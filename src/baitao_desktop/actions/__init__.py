"""WHAT PEOPLE DO: one function per act, named by its verb; no Qt."""
