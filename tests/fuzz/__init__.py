"""Damaged files of every kind that the harness reads, by the number; each ends in words."""
