"""The harness's own kernel as a process: an export in, a line for each ruling out.

    python -P -m harness.lean.audit.kernel_process EXPORT OWN

OWN is a JSON list of the names that are to be checked, each as a list of its parts; everything else
in EXPORT is believed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from harness.kernel.check import check
from harness.kernel.export import read_export


def main(export: Path, own: Path) -> None:
    """Print the rulings, each as soon as it is there, and a last line."""
    names = {tuple(name) for name in json.loads(own.read_text("utf-8"))}
    with export.open("rb") as lines:
        found = read_export(lines)
    for ruling in check(found, trusted=lambda name: name not in names):
        for name in ruling.names:
            line = {"name": name, "verdict": ruling.verdict.value, "reason": ruling.reason}
            print(json.dumps(line), flush=True)
    print(json.dumps({"end": True}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
