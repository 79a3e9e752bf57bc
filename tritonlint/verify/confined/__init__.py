"""Running code that nobody vouches for: in a child that the kernel keeps from all but computing."""
