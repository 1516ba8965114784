"""WHAT MAY BE THE SAME: cross-check and same-scheme tips."""
