"""What a run asks of the facts."""
