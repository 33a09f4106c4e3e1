"""A Lean that is none: it answers at once, and as it is told to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.lean.messages import Message
from harness.lean.package import Package
from harness.lean.process import Signal
from harness.lean.toolchain import Kind, LeanRun


@dataclass
class FakeToolchain:
    """Finds an error wherever a source says `bad`, and a `sorry` wherever it says so."""

    kind: Kind = "embedded"
    version: str = "4.0.0"
    commit: str = "abc"
    identity: str = "fake"
    memory: int = 1
    checked: list[str] = field(default_factory=list)
    elsewhere: tuple[Message, ...] = ()
    before: Callable[[str], None] = lambda source: None
    writes: bool = True

    def run(
        self,
        arguments: Sequence[str | Path],
        *,
        root: Path,
        lean_path: Sequence[Path] = (),
        writable: Sequence[Path] = (),
        stdin: str | None = None,
        timeout: float | None = None,
        stop: Signal | None = None,
    ) -> LeanRun:
        source = str(arguments[-1])
        self.before(source)
        self.checked.append(source)
        text = (root / source).read_text()
        if "bad" in text:
            return LeanRun(1, (Message(source, 2, 3, "error", "it is bad"),), "", "", 0.1)
        found = ()
        if "sorry" in text:
            found = (Message(source, 1, 1, "warning", "declaration uses `sorry`"),)
        if self.writes:
            olean = Path(arguments[arguments.index("-o") + 1])
            olean.write_text(f"olean of {text}")
            olean.with_name(olean.name + ".private").write_text("private part")
        return LeanRun(0, found, "", "", 0.1)

    def build_elsewhere(
        self, package: Package, *, timeout: float | None = None, stop: Signal | None = None
    ) -> tuple[Message, ...]:
        return self.elsewhere
