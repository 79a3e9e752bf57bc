"""A run of `check`: what is looked at, by how many processes, and what comes of it."""
