"""From findings to changed files: the edits, what they promise, and writing."""
