"""Attributes: which code gives an attribute what, makes it anew, views it, or asks for it."""
