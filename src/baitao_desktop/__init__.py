"""白涛养老反诈工作台：an offline desk for a village that protects its old people from fraud."""

__version__ = "0.1.0"
