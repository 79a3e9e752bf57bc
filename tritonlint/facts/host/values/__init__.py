"""What launching code computes with: symbols, places, values that are one of several."""
