"""The verifier: compile a fixture's kernel, or run it, as flagged and as the tool fixes it now."""
