"""Running kernels on a GPU."""
