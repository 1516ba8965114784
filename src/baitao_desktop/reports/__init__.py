"""WHAT IS PRINTED: plain data in, bytes out."""
