"""WHAT A PAPER ASKS: compile, load, evaluate and check a form definition."""
