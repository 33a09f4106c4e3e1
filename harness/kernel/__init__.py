"""A kernel of Lean in Python: it reads an export of declarations and checks each by itself."""
