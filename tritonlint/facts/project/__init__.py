"""Modules, names and kernels of a project."""
