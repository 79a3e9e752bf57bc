"""`check --confirm compile`: findings put to the compiler."""
