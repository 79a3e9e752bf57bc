"""Triton's compiler without a GPU: what is compiled, and what its IR says."""
