"""Attention as people write and run it, against which the definitions of a project are held."""
