"""WHAT IS HANDED OVER: the bundle file, cards, vectors, lists taken in. No merge law."""
