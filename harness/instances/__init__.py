"""Small exact instances of claims: drawn, searched for, made smaller, and shown to people."""
