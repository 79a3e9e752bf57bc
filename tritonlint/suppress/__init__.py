"""What is known and does not count: comments, the baseline, lines that did not change."""
