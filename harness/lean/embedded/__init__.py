"""A Lean that needs no installer: built for WebAssembly, run by the Node that a wheel carries."""
