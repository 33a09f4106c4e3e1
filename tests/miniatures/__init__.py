"""Engines small enough to be wrong on purpose, to see that the run shows them for what they are."""
