"""What the expressions of a kernel compute, with the names in them followed."""
