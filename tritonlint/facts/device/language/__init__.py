"""What the functions of Triton's language do with values."""
