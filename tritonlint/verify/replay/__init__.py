"""Replaying the launches of a program."""
