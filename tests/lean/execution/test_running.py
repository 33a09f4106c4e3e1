"""Lean itself: values worked out by hand, and what must be refuted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from harness.claims.project import load_project
from harness.cli import main
from harness.evidence import Evidence, Outcome
from harness.language.terms import Primitive
from harness.lean.errand import ErrandFailed
from harness.lean.execution.compare import compare
from harness.lean.execution.findings import evidence
from harness.lean.execution.inputs import Instance
from harness.lean.execution.kinds import Scalars
from harness.lean.execution.leg import ask, execute, program_for
from harness.lean.execution.questions import Question, questions
from harness.lean.execution.subjects import of_claim, of_definition
from harness.lean.execution.wire import numbers
from harness.lean.find import find_toolchain
from harness.lean.leg import look
from harness.lean.scope import LeanScope
from harness.lean.session import Session
from harness.lean.toolchain import Caller, LeanRun, Toolchain
from tests.lean.fake import FakeToolchain

PACKAGE = Path(__file__).parents[2] / "fixtures" / "isometry"

pytestmark = pytest.mark.lean

SPECS = {
    "weights_itself": "f: vector(n) -> vector(n)\n  v: vector(n)\nthen: f(v) = f(v)",
    "power_itself": "f: scalar -> scalar\n  v: vector(n)\nthen: '[i |-> f(v[i])] = v'",
    "turned": "A, B: matrix(n, n)\nthen: (A @ B)ᵀ = Bᵀ @ Aᵀ",
    "looked_up": "g: dimension\n  f: index(n) -> index(g)\n  v: vector(g)\n"
    "then: (sum i, v[f(i)]) = (sum i, v[f(i)])",
    "masked": "i: index(n)\n  v: vector(n)\n"
    "then: '(sum j, if j <= i then v[j] else 0) = sum j, if i < j then 0 else v[j]'",
    "one_left": "i: index(n)\n  v: vector(n)\nthen: (sum j, if i = j then v[j] else 0) = v[i]",
    "quotient": "a, b: scalar\nscalars: field\nthen: a / b = a / b",
}
"""Claims that no theorem is about: what they say is run all the same."""

FIELD = """\
  field:
    class: Lean.Grind.Field
    operations:
      divide: [Lean.Grind.Field.toDiv]
"""


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Session:
    root = tmp_path_factory.mktemp("execution") / "project"
    shutil.copytree(PACKAGE, root)
    definitions = root / "specs" / "definitions.yaml"
    text = definitions.read_text("utf-8").replace("primitives:", f"{FIELD}\nprimitives:")
    definitions.write_text(text, "utf-8")
    for name, rest in SPECS.items():
        text = f"theorem: {name}\nsays: For this test.\nfor:\n  n: dimension\n  {rest}\n"
        (root / "specs" / f"{name}.yaml").write_text(text, "utf-8")
    return look(load_project(root), Caller(toolchain, root / "kept"))


def rational(numbers: Any) -> Any:
    found = np.vectorize(Fraction, otypes=[object])
    return found(np.array(numbers, dtype=object)) if np.size(numbers) else np.array(numbers)


def instance(
    sizes: Mapping[str, int], mode: int = 0, places: Mapping[str, Any] | None = None, **values: Any
) -> Instance:
    numbers = {k: rational(v) for k, v in values.items()}
    return Instance("dense", mode, sizes, numbers, places or {})


A, B = [[1, 2], [3, 4]], [[0, 1], [1, 0]]
THIRD = Fraction(1, 3)
AT_ONE = instance({"n": 3}, places={"i": np.array(1)}, v=[5, 7, "1/2"])

# What is asked, of which side, on which inputs; and what a person finds with a pencil.
BY_HAND: list[tuple[str, int, Scalars, Instance, list[Any]]] = [
    # (1/2)² + (-3)² = 37/4
    ("squaredLength", 0, "Rat", instance({"n": 2}, v=["1/2", -3]), [Fraction(37, 4)]),
    ("squaredLength", 0, "Rat", instance({"n": 1}, v=["-5/2"]), [Fraction(25, 4)]),
    ("squaredLength", 0, "Rat", instance({"n": 0}, v=np.zeros(0, dtype=object)), [0]),
    ("squaredLength", 0, "Float", instance({"n": 2}, v=[3, "1/2"]), [9.25]),
    # A B has the columns of A exchanged: [[2, 1], [4, 3]]; transposed, [[2, 4], [1, 3]].
    ("turned", 0, "Rat", instance({"n": 2}, A=A, B=B), [2, 4, 1, 3]),
    ("turned", 1, "Rat", instance({"n": 2}, A=A, B=B), [2, 4, 1, 3]),
    # v² + 1 = (2, 5), over their sum
    ("weights_itself", 0, "Rat", instance({"n": 2}, v=[1, 2]), [Fraction(2, 7), Fraction(5, 7)]),
    ("weights_itself", 0, "Rat", instance({"n": 2}, 1, v=[1, 2]), [THIRD, 2 * THIRD]),
    # (1, -1) sums to 0, and x / 0 = 0
    ("weights_itself", 0, "Rat", instance({"n": 2}, 1, v=[1, -1]), [0, 0]),
    ("weights_itself", 0, "Float", instance({"n": 4}, v=[7, 7, 7, 7]), [0.25] * 4),
    ("power_itself", 0, "Rat", instance({"n": 2}, v=[3, "1/2"]), [10, Fraction(5, 4)]),
    # The first two of (5, 7, 1/2), of which the second is at place 1.
    ("masked", 0, "Rat", AT_ONE, [12]),
    ("masked", 1, "Rat", AT_ONE, [12]),
    ("one_left", 0, "Rat", AT_ONE, [7]),
    # v₂ + v₀ + v₂, and a sum over nothing where there is nothing to look up
    (
        "looked_up",
        0,
        "Rat",
        instance({"n": 3, "g": 3}, places={"f": np.array([2, 0, 2])}, v=[5, 7, "1/2"]),
        [6],
    ),
    (
        "looked_up",
        1,
        "Rat",
        instance({"n": 0, "g": 0}, places={"f": np.zeros(0, int)}, v=np.zeros(0, dtype=object)),
        [0],
    ),
    ("quotient", 0, "Rat", instance({"n": 1}, a=3, b=-2), [Fraction(-3, 2)]),
    ("quotient", 0, "Rat", instance({"n": 1}, a=3, b=0), [0]),
]


@pytest.fixture(scope="module")
def answered(
    session: Session, toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Question], list[str]]:
    """The questions above, put to Lean in one start."""
    library = session.project.library
    subjects = {c.theorem: of_claim(c) for c in session.project.claims}
    subjects |= {name: of_definition(d, library) for name, d in library.definitions.items()}
    made = program_for(session, list(subjects.values()))
    assert not made.faults
    asked = [Question(subjects[name], side, kind, it) for name, side, kind, it, _ in BY_HAND]
    folder = tmp_path_factory.mktemp("asked")
    answers = ask(made, asked, session, Caller(toolchain, folder))
    assert not answers.faults
    return asked, answers.lines


def test_lean_finds_what_a_person_finds(answered: tuple[list[Question], list[str]]) -> None:
    for question, answer, (*_, expected) in zip(*answered, BY_HAND, strict=True):
        assert numbers(question.kind, answer) == expected, question


def test_a_definition_that_says_something_else_is_refuted(
    session: Session, answered: tuple[list[Question], list[str]]
) -> None:
    """The same answers of Lean's, beside a specification of twice the squared length."""
    library = session.project.library
    own = library.definitions["squaredLength"]
    other = replace(own, body=Primitive("add", (), (own.body, own.body), own.body.type))
    altered = replace(library, definitions={**library.definitions, "squaredLength": other})
    picked = [i for i, question in enumerate(answered[0]) if question.subject.name == other.name]
    asked = [answered[0][i] for i in picked]
    answers = [answered[1][i] for i in picked]
    for definitions, outcome in ((library, Outcome.CONFIRMED), (altered, Outcome.REFUTED)):
        tallies = compare(definitions, session.project.claims, asked, answers)
        assert {
            evidence(session, name, kind, tally, 0.0).outcome
            for (name, kind), tally in tallies.items()
        } == {outcome}


def test_a_misprint_that_keeps_both_sides_equal_is_refuted(
    session: Session,
    toolchain: Toolchain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Products printed the other way round: a mirror would not see it where a YAML has it so."""
    honest = LeanScope.term

    def misprint(scope: LeanScope, term: Any) -> Any:
        match term:
            case Primitive("matmul", dims, (left, right)) if len({*map(str, dims)}) == 1:
                term = replace(term, arguments=(right, left))
        return honest(scope, term)

    monkeypatch.setattr(LeanScope, "term", misprint)
    outcomes = {
        (e.subject, e.check): e.outcome for e in execute(session, Caller(toolchain, tmp_path))
    }
    assert outcomes["turned", "rational"] is Outcome.REFUTED
    assert outcomes["turned", "float64"] is Outcome.REFUTED
    assert outcomes["flip_compose", "rational"] is Outcome.CONFIRMED
    assert outcomes["squaredLength", "rational"] is Outcome.CONFIRMED


@pytest.fixture
def command(
    session: Session, toolchain: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """`harness vectors` of the package that was looked into, with this Lean or another."""

    def run(*arguments: str, lean: Toolchain = toolchain) -> Result:
        asking = nullcontext(Caller(lean, tmp_path))
        monkeypatch.setattr("harness.cli.vectors.asking_lean", lambda *_: asking)
        monkeypatch.setattr("harness.lean.leg.look", lambda *_: session)
        output = ["-o", str(tmp_path / "out.jsonl"), *arguments]
        return CliRunner().invoke(main, ["-C", str(session.project.root), "vectors", *output])

    return run


def test_vectors_are_what_another_implementation_computes(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    done = command("squaredLength", "--count", "40", "--size", "n=5", "--json")
    assert done.exit_code == 0, done.output
    head, *lines = map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert (head["count"], len(lines)) == (40, 40)
    packed = np.load(tmp_path / "out.npz")
    inputs, outputs = packed["n=5/inputs/v"], packed["n=5/output"]
    assert inputs.shape == (40, 5)
    np.testing.assert_allclose((inputs**2).sum(axis=1), outputs, rtol=1e-14)
    assert [line["inputs"]["v"] for line in lines] == inputs.tolist()
    assert [line["output"] for line in lines] == outputs.tolist()
    # Who forgets the last coordinate, or a square, is told.
    assert not np.allclose((inputs[:, :-1] ** 2).sum(axis=1), outputs)
    assert not np.allclose(np.abs(inputs).sum(axis=1), outputs)


@pytest.mark.parametrize("answer", ["begin\nend\n", "begin\nf 0\nx\nend\n", "begin\nf 0\nf\nend\n"])
def test_no_vector_is_written_that_lean_did_not_compute(
    answer: str, command: Callable[..., Result], tmp_path: Path
) -> None:
    lean = Scripted()
    lean.answer = answer
    done = command("squaredLength", "--count", "2", lean=lean)
    assert done.exit_code == 3, done.output
    assert "nothing is written" in done.output
    assert not list(tmp_path.glob("out.*"))


class Answering(FakeToolchain):
    """Compiles whatever it is given, and answers the runner's questions as `answer_in` says."""

    def run(self, arguments: Any, *, root: Path, **_: Any) -> LeanRun:
        if "-o" not in arguments:
            return self.answer_in(root)
        Path(arguments[arguments.index("-o") + 1]).write_text("olean")
        return LeanRun(0, (), "", "", 0.1)

    def answer_in(self, root: Path) -> LeanRun:
        raise NotImplementedError


class Scripted(Answering):
    """Ends well, and has written what it was told to as the answer."""

    answer = ""

    def answer_in(self, root: Path) -> LeanRun:
        (root / "answer.txt").write_text(self.answer)
        return LeanRun(0, (), "", "", 0.1)


BEGIN, LINE = "begin\n", "r 1/2\n"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "end\n",
        f"{LINE}end\n",
        f"{BEGIN}end\n",
        f"{BEGIN}{LINE}end\n",
        BEGIN + LINE * 9999,
        f"{BEGIN}{LINE * 9999}end\n",
        f"forged 0 x\n{BEGIN}end\n",
    ],
)
def test_an_answer_that_is_cut_short_or_too_long_is_none(
    session: Session, tmp_path: Path, answer: str
) -> None:
    lean = Scripted()
    lean.answer = answer
    found: list[Evidence] = []
    with pytest.raises(ErrandFailed, match=r"cut short|answers to \d+ questions|means nothing"):
        found.extend(execute(session, Caller(lean, tmp_path)))
    assert not found


class Dying(Answering):
    """Dies of each question about one function, and answers all others with the same number."""

    culprit = 0
    starts = 0

    def answer_in(self, root: Path) -> LeanRun:
        self.starts += 1
        with (root / "answer.txt").open("w") as answer:
            answer.write(BEGIN)
            for line in (root / "inputs.txt").read_text().split("\n"):
                if line.split()[1] == str(self.culprit):
                    return LeanRun(-9, (), "", "", 0.1)
                answer.write("r 1/2\n" if line.startswith("r") else "f 0\n")
            answer.write("end\n")
        return LeanRun(0, (), "", "", 0.1)


def test_what_lean_dies_of_costs_no_other_its_answer(session: Session, tmp_path: Path) -> None:
    found = [of_claim(c) for c in session.project.claims]
    made = program_for(session, found)
    asked, _ = questions(found, seed=0)
    lean = Dying()
    lean.culprit = made.functions["turned", 1]
    answers = ask(made, asked, session, Caller(lean, tmp_path))
    assert lean.starts == 2
    assert {name: outcome for name, (outcome, _) in answers.faults.items()} == {
        "turned": Outcome.ERROR
    }
    for question, answer in zip(asked, answers.lines, strict=True):
        assert question.subject.name == "turned" or answer in ("r 1/2", "f 0")
