"""The launch sanitizer: watches the launches of a program, and judges what arrives at each."""
