"""Lists, tuples, dicts and tables: what their items are, and what is gone through."""
