"""Tensors: their element types and their memory, and what torch does to these."""
