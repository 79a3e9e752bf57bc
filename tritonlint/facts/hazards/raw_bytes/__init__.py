"""Arguments that hold bytes of something else."""
