"""Applying fixes: edit, parse again, converge, write."""
