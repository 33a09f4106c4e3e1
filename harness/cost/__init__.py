"""How many operations a term takes, as polynomials in its sizes: read off the terms, not timed."""
