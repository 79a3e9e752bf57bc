"""Which flavour of fp8 is meant where."""
