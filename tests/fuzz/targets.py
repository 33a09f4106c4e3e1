"""What reads each kind of file, and what it may end in: an answer, or the project's own error."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
from click.testing import CliRunner

from harness.cache import EvidenceCache
from harness.claims.checkers import load_checkers
from harness.claims.library import load_library
from harness.claims.load import load_claims
from harness.claims.lock import lock_text, read_lock
from harness.claims.programs import load_model, load_program
from harness.claims.project import Project, load_project, open_project
from harness.cli import main
from harness.diagnostics import InputError, shortened
from harness.evidence import Evidence, Leg, Outcome
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint
from harness.numeric.identifier import ReplayId
from harness.plan import CLAIM_LEGS, DEFINITION_LEGS, LEGS, Plan, questions, task_key
from harness.programs.binding import settings
from harness.programs.target import Unusable
from harness.report.difference import compare, read_report
from harness.report.json import to_text
from harness.results.assemble import assemble
from harness.sweep.plan import SweepPlan, load_plan
from harness.sweep.run import Sweep
from tests.fuzz.mutate import damaged, damaged_json_text, encoded, term
from tests.sweep.plans import plan as small_sweep
from tests.sweep.plans import serial

ROOT = Path(__file__).parents[2]
ISOMETRY = ROOT / "tests" / "fixtures" / "isometry"
SECONDS = 30
"""Of the processor, for one input; what takes longer counts as a fault, and so does what waits for
`WAITING` seconds. How busy a machine is with other work says nothing of an input."""
WAITING = 600


class Fault(AssertionError):
    """An input that ended in something else than words; names the input."""


@dataclass(frozen=True)
class Target:
    """A kind of input."""

    make: Callable[[Random], bytes]
    read: Callable[[bytes, Path], object]


def attack(name: str, numbers: Sequence[int] | range, folder: Path) -> int:
    """Give a target the inputs of these numbers; how many of them were read as good ones.

    Raises `Fault` for the first that is not answered in words.
    """
    target = TARGETS[name]
    good = 0
    for number in numbers:
        data = target.make(Random(f"{name} {number}"))
        try:
            with _within(SECONDS):
                target.read(data, folder)
            good += 1
        except InputError as error:
            faults = error.diagnostics
            if not faults or any(d.line < 1 or d.column < 1 or not d.message for d in faults):
                raise Fault(f"{name} {number}: no place or no words: {faults}") from None
        except Exception as error:
            (folder / f"fault-{name}-{number}").write_bytes(data)
            kind = type(error).__name__
            message = f"{name} {number}: {kind}: {shortened(str(error))}: {data[:300]!r}"
            raise Fault(message) from error
    return good


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    def end(*_: object) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    before = {number: signal.signal(number, end) for number in (signal.SIGALRM, signal.SIGPROF)}
    signal.alarm(WAITING)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


# -- good files to begin with ----------------------------------------------------------------------


@cache
def _project(root: Path) -> Project:
    return load_project(root)


@cache
def _texts(pattern: str) -> tuple[str, ...]:
    found = chain((ROOT / "specs").glob(pattern), (ISOMETRY / "specs").glob(pattern))
    apart = ("definitions.yaml", "lock.yaml") if pattern == "*.yaml" else ()
    return tuple(p.read_text("utf-8") for p in sorted(found) if p.name not in apart)


@cache
def _report() -> str:
    project = _project(ISOMETRY)
    plan = Plan(project, ISOMETRY / "nothing-kept")
    found = [
        Evidence(claim.theorem, leg, "c", Outcome.CONFIRMED, "Yes.", {"n": [1, 2.5]})
        for claim in project.claims
        for leg in LEGS
    ]
    return to_text(assemble(plan, found))


def _mutated(pattern: str) -> Callable[[Random], bytes]:
    def make(random: Random) -> bytes:
        texts = _texts(pattern)
        return encoded(damaged(random.choice(texts), texts, random), random)

    return make


def _claim(random: Random) -> bytes:
    if random.random() < 0.5:
        return _mutated("*.yaml")(random)
    text = random.choice(_texts("*.yaml"))
    head, _, _ = text.partition("then:")
    quoted = json.dumps(f"{term(random)} = {term(random)}", ensure_ascii=False)
    return f"{head}then: {quoted}\n".encode()


def _definitions(random: Random) -> bytes:
    texts = _texts("definitions.yaml")
    text = random.choice(texts) if random.random() < 0.1 else min(texts, key=len)
    if random.random() < 0.5:
        return encoded(damaged(text, texts, random), random)
    more = ""
    previous = "x"
    for number in range(random.choice((1, 3, 12))):
        body = random.choice((term(random), f"{previous} + {previous}", f"{previous} * x"))
        head = f"  d{number}:\n    says: Something.\n    for: {{x: scalar}}\n"
        more += f"{head}    is: {json.dumps(body, ensure_ascii=False)}\n"
        previous = f"d{number}(x)"
    return (text.rstrip() + "\n" + more).encode()


def _lock(random: Random) -> bytes:
    text = _locked()
    return encoded(damaged(text, [text], random), random)


@cache
def _locked() -> str:
    lock = read_lock(ROOT / "specs" / "lock.yaml", "lock.yaml")
    assert lock is not None
    # A few of each kind: what is read more than once in a long file is read a hundred times slower.
    parts = (lock.theorems, lock.definitions, lock.specifications)
    theorems, definitions, said = (dict(islice(part.items(), 2)) for part in parts)
    return lock_text(replace(lock, theorems=theorems, definitions=definitions, specifications=said))


@cache
def _sweep() -> tuple[SweepPlan, bytes]:
    with TemporaryDirectory() as folder:
        wanted = small_sweep(Path(folder))
        path = Path(folder) / "x.ndjson"
        with Sweep(wanted, path) as work:
            for _ in work.run(serial, 2):
                pass
        return wanted, path.read_bytes()


def _swept(random: Random) -> bytes:
    """A file of results with some lines damaged, moved or left out."""
    lines = _sweep()[1].decode().split("\n")
    place = random.randrange(len(lines) - 1)
    match random.randrange(6):
        case 0:
            lines.insert(random.randrange(len(lines)), lines.pop(place))
        case 1:
            del lines[place:]
        case 2:
            lines.insert(place, lines[random.randrange(len(lines))])
        case _:
            lines[place] = damaged_json_text(lines[place], random)
    return encoded("\n".join(lines), random)


def _settings(random: Random) -> bytes:
    text = '[project]\nname = "x"\n\n[tool.harness]\nlean = "lean"\nspecs = "specs"\n'
    return encoded(damaged(text, [text], random), random)


def _entry(random: Random) -> bytes:
    key = json.dumps({"key": "k" * 64, "value": "[]", "checksum": "0" * 64})
    return damaged_json_text(key, random).encode("utf-8", "surrogatepass")


def _matrix(random: Random) -> bytes:
    from io import BytesIO

    out = BytesIO()
    size = random.choice((0, 1, 2, 4, 6))
    numbers = np.random.default_rng(random.randrange(2**32))
    array: Any = np.eye(size) + random.choice((0, 1e-9, 0.5)) * numbers.normal(size=(size, size))
    if random.random() < 0.3:
        array = array[None].repeat(random.choice((0, 1, 3)), axis=0)
    with np.errstate(all="ignore"):
        array = array * random.choice((1, 1, 0, 1e200, 1e-200, 1e99, np.inf, np.nan))
        array = array.astype(random.choice((float, np.float32, np.longdouble, complex, "i4", "u1")))
    np.save(out, array)
    data = out.getvalue()
    if random.random() < 0.6:
        place = random.randrange(min(len(data), 128))
        some = random.choice((b"", b"\0", b"9", b"'", b"(", b"O", bytes([random.randrange(256)])))
        data = data[:place] + some + data[place + 1 :]
    return data if random.random() < 0.9 else data[: random.randrange(len(data))]


# -- those who read them ---------------------------------------------------------------------------


def _read_claim(data: bytes, folder: Path) -> None:
    """As a run does: read, asked about, and shown."""
    path = folder / "claim.yaml"
    path.write_bytes(data)
    project = _project(ROOT)
    claims = load_claims([(path, path.name)], project.library)
    legs = tuple(leg for leg in CLAIM_LEGS if leg not in DEFINITION_LEGS)
    _shown(replace(project, claims=claims, checkers=(), lock=None), folder, legs)


def _read_definitions(data: bytes, folder: Path) -> None:
    path = folder / "definitions.yaml"
    path.write_bytes(data)
    library = load_library(path, path.name)
    _shown(Project(folder, folder, folder, library, ()), folder, LEGS)


def _shown(project: Project, folder: Path, legs: tuple[Leg, ...]) -> None:
    plan = Plan(project, folder / "nothing-kept", legs=legs)
    for task in questions(plan):
        task_key(task)
    printer = Printer(project.library)
    for claim in project.claims:
        with suppress(CannotPrint):
            printer.claim(claim)
    for definition in project.library.definitions.values() if not project.claims else ():
        with suppress(CannotPrint):
            printer.definition(definition)
    with patch("harness.results.assemble.commit", lambda root: ""):  # git is no target
        to_text(assemble(plan, ()))


def _read_toggles(data: bytes, folder: Path) -> None:
    path = folder / "toggles.yaml"
    path.write_bytes(data)
    project = _project(ROOT)
    load_checkers([(path, path.name)], project.library, project.claims)


def _read_program(data: bytes, folder: Path) -> None:
    """What it names is not run: damaged, it may name anything."""
    path = folder / "program.yaml"
    path.write_bytes(data)
    program = load_program(path, path.name, _project(ROOT).library, ROOT)
    with suppress(Unusable):
        list(settings(program, 0))


def _read_model(data: bytes, folder: Path) -> None:
    path = folder / "model.yaml"
    path.write_bytes(data.replace(b"../programs/", f"{ROOT}/specs/programs/".encode()))
    load_model(path, path.name, _project(ROOT).library, ROOT)


def _read_plan(data: bytes, folder: Path) -> None:
    path = folder / "plan.yaml"
    path.write_bytes(data)
    load_plan(path, path.name, _project(ROOT))


def _read_lock(data: bytes, folder: Path) -> None:
    path = folder / "lock.yaml"
    path.write_bytes(data)
    read_lock(path, path.name)


def _read_report(data: bytes, folder: Path) -> None:
    path = folder / "report.json"
    path.write_bytes(data)
    old = read_report(path)
    good = folder / "good.json"
    good.write_text(_report(), "utf-8")
    for change in compare(old, read_report(good)):
        str(change)
    to_text(old)


def _read_settings(data: bytes, folder: Path) -> None:
    root = folder / "project"
    (root / "specs").mkdir(parents=True, exist_ok=True)
    definitions = root / "specs" / "definitions.yaml"
    if not definitions.exists():
        definitions.write_bytes((ISOMETRY / "specs" / "definitions.yaml").read_bytes())
    (root / "pyproject.toml").write_bytes(data)
    open_project(root)


def _read_entry(data: bytes, folder: Path) -> None:
    cache = EvidenceCache(folder / "kept")
    entry = folder / "kept" / "kk" / f"{'k' * 64}.json"
    entry.parent.mkdir(exist_ok=True)
    entry.write_bytes(data)
    assert cache.get("k" * 64) is None


def _read_matrix(data: bytes, folder: Path) -> None:
    path = folder / "matrix.npy"
    path.write_bytes(data)
    arguments = ["horizon", str(path), "--layout", "half-split", "--until", "100"]
    done = CliRunner().invoke(main, arguments)
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    assert done.exit_code in (0, 1, 2), done.output


def _read_swept(data: bytes, folder: Path) -> None:
    path = folder / "x.ndjson"
    path.write_bytes(data)
    with Sweep(_sweep()[0], path, resume=True) as work:
        work.summary.exit_code()


def _read_identifier(data: bytes, folder: Path) -> None:
    with suppress(ValueError):
        ReplayId.parse(data.decode("utf-8", "replace"))


def _identifier(random: Random) -> bytes:
    text = str(ReplayId("a.theorem", "prime field", 1, 2, 3, {"n": 4}, 5, "torch", "cuda:0"))
    return damaged(text, [text], random).encode("utf-8", "replace")


def _json(text: Callable[[], str]) -> Callable[[Random], bytes]:
    return lambda random: damaged_json_text(text(), random).encode("utf-8", "surrogatepass")


TARGETS: Mapping[str, Target] = {
    "claim": Target(_claim, _read_claim),
    "definitions": Target(_definitions, _read_definitions),
    "toggles": Target(_mutated("toggles/*.yaml"), _read_toggles),
    "program": Target(_mutated("programs/**/*.yaml"), _read_program),
    "model": Target(_mutated("models/*.yaml"), _read_model),
    "plan": Target(_mutated("sweeps/*.yaml"), _read_plan),
    "lock": Target(_lock, _read_lock),
    "report": Target(_json(_report), _read_report),
    "settings": Target(_settings, _read_settings),
    "kept answer": Target(_entry, _read_entry),
    "matrix": Target(_matrix, _read_matrix),
    "sweep file": Target(_swept, _read_swept),
    "identifier": Target(_identifier, _read_identifier),
}
