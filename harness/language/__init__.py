"""The language of claims: its types, terms, parser, elaborator and printers.

Imports nothing from the rest of the package but `harness.diagnostics`.
"""
