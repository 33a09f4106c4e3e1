"""Where the command begins: an interrupt is no traceback and no verdict, however early it comes."""

from __future__ import annotations

import sys


def main() -> None:
    """The command `harness`."""
    try:
        from harness.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(130)
