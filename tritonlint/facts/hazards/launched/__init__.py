"""What the launches of a kernel pass."""
