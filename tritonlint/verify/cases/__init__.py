"""Cases: a flagged file, its fix, a verifier, and receipts."""
