"""Comparisons that can never be true."""
