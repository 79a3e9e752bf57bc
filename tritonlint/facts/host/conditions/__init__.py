"""Tests and branches: how a test comes out, what holds then, and which paths exclude each other."""
