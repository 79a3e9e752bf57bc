"""How Python runs, whatever its values are: kernels and launching code are walked alike."""
