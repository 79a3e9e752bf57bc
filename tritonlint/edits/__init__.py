"""Making edits: views, casts, imports, names of dtypes."""
