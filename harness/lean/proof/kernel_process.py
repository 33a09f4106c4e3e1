"""The harness's own kernel as a process: an export in, a line for each ruling out.

    python -P -m harness.lean.proof.kernel_process EXPORT OWN

OWN is a JSON list of the package's names, each as a list of its parts; everything else in EXPORT is
Lean's library's. Of that, what can be checked is; the rest is believed, and ruled `trusted`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from harness.kernel.check import Checker, as_given
from harness.kernel.export import read_export
from harness.kernel.ruling import Verdict


def main(export: Path, own: Path) -> None:
    """Print the rulings, each as soon as it is there, and a last line."""
    names = {tuple(name) for name in json.loads(own.read_text("utf-8"))}
    with export.open("rb") as lines:
        found = read_export(lines)
    checker = Checker()
    trusted = as_given(found, lambda name: name not in names)
    for declaration in found.declarations:
        ruling = checker.rule(declaration, trusted)
        fell = ruling.verdict in (Verdict.REFUSED, Verdict.DECLINED)
        if fell and not names.intersection(ruling.names):
            # Lean's library has it, and this kernel's weakness is no fault of the package. What
            # is never taken on trust is refused again.
            for name in ruling.names:
                checker.fallen.pop(name, None)
            ruling = checker.rule(declaration, lambda name: True)
        for name in ruling.names:
            line = {"name": name, "verdict": ruling.verdict.value, "reason": ruling.reason}
            print(json.dumps(line), flush=True)
    print(json.dumps({"end": True}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
