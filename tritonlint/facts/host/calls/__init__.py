"""Calls: arguments, functions of the project that are entered, libraries, and launches."""
