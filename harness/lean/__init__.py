"""Lean: finding one, building packages with it, and asking it about claims."""
