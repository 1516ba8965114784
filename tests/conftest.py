"""Puts this folder on the path, so that tests of several kinds share `exchange_kit`."""
