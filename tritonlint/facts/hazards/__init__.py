"""Observations that rules judge: plain data, one file a hazard."""
