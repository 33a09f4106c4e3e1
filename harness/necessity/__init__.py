"""Which hypothesis does which work: claims edited on purpose, and what becomes of them."""
