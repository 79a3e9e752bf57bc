"""Pages and pictures of what was verified."""
