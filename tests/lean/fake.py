"""A Lean that is none: it answers at once, and as it is told to."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from harness.lean.messages import Message
from harness.lean.package import Package
from harness.lean.process import Signal
from harness.lean.toolchain import Kind, LeanRun

NO_CODE = "Unknown constant `List.reverse._redArg`"


@dataclass
class FakeToolchain:
    """Finds an error wherever a source says `bad`, and a `sorry` wherever it says so.

    Where it says `code`, there is none for it. Where it says `litter`, a folder and files that Lean
    does not write come to lie beside the outputs.
    """

    kind: Kind = "embedded"
    version: str = "4.0.0"
    commit: str = "abc"
    identity: str = "fake"
    memory: int = 1
    checked: list[str] = field(default_factory=list)
    elsewhere: tuple[Message, ...] = ()
    before: Callable[[str], None] = lambda source: None
    writes: bool = True
    dies: int = 0
    """The exit code with which it ends without a word."""
    takes_all_for_modules: bool = True
    looks_for: tuple[str, ...] = ()
    """Files in the package's folder that it reads for every module."""

    def run(
        self,
        arguments: Sequence[str | Path],
        *,
        root: Path,
        lean_path: Sequence[Path] = (),
        readable: Sequence[Path] = (),
        writable: Sequence[Path] = (),
        instead: Mapping[Path, Path] | None = None,
        reads: Path | None = None,
        stdin: str | None = None,
        timeout: float | None = None,
        stop: Signal | None = None,
    ) -> LeanRun:
        source = str(arguments[-1]).removeprefix("./")
        self.before(source)
        self.checked.append(source)
        if reads is not None:
            seen = [["path", str(root / name), _at(root / name)] for name in self.looks_for]
            seen.append(["path", str(root / source), _at(root / source)])
            reads.write_text("".join(f"{json.dumps(line)}\n" for line in seen))
        text = (instead or {}).get(root / source, root / source).read_text()
        if "bad" in text:
            return LeanRun(1, (Message(source, 2, 3, "error", "it is bad"),), "", "", 0.1)
        if "code" in text and "noncomputable" not in text:
            return LeanRun(1, (Message(source, 1, 1, "error", NO_CODE),), "", "", 0.1)
        if self.dies:
            return LeanRun(self.dies, (), "", "Killed", 0.1)
        found = ()
        if "sorry" in text:
            found = (Message(source, 1, 1, "warning", "declaration uses `sorry`"),)
        if self.writes:
            olean = Path(arguments[arguments.index("-o") + 1])
            olean.write_text(f"olean of {text}")
            olean.with_name(olean.name + ".private").write_text("private part")
            if "litter" in text:
                olean.with_suffix(".folder").mkdir()
                olean.with_suffix(".ilean").write_text('{"decls": [')
                olean.with_suffix(".ir").symlink_to(root / source)
                (olean.parent / "Other.olean").write_text("of no module")
        return LeanRun(0, found, "", "", 0.1)

    def build_elsewhere(
        self, package: Package, *, timeout: float | None = None, stop: Signal | None = None
    ) -> tuple[Message, ...]:
        return self.elsewhere


def _at(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else "absent"
