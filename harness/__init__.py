"""Keeps Lean proofs and the software they speak about honest with each other.

`load` reads a project, `check` asks its legs and returns a `Run`; `conforms` and `same` ask about
functions, `implements` makes a test of one. Each is imported when it is asked for, so that `import
harness` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from harness.api import check as check
    from harness.api import load as load
    from harness.conformance import conforms as conforms
    from harness.conformance import implements as implements
    from harness.conformance import same as same
    from harness.diagnostics import InputError as InputError
    from harness.evidence import Evidence as Evidence
    from harness.evidence import Leg as Leg
    from harness.evidence import Outcome as Outcome
    from harness.results.run import Run as Run
    from harness.verdict import Status as Status

_WHERE = {
    "check": "api",
    "load": "api",
    "conforms": "conformance",
    "implements": "conformance",
    "same": "conformance",
    "InputError": "diagnostics",
    "Evidence": "evidence",
    "Leg": "evidence",
    "Outcome": "evidence",
    "Run": "results.run",
    "Status": "verdict",
}

__all__ = [
    "Evidence",
    "InputError",
    "Leg",
    "Outcome",
    "Run",
    "Status",
    "check",
    "conforms",
    "implements",
    "load",
    "same",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"harness.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'harness' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
