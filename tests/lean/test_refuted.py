"""Nothing is refuted for want of an answer: the grounds, and each leg where Lean gives none."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.claims.library import core_scalars
from harness.claims.model import INSTANCES, OPERATORS, SCALARS, Arrangement, Universes
from harness.claims.project import load_project
from harness.evidence import Counterexample, Evidence, Leg, Outcome
from harness.lean.audit.answer import Answer, Declaration, Ruling
from harness.lean.audit.comparison import Comparison
from harness.lean.build import Build, ModuleBuild, ModuleOutcome
from harness.lean.certificate.leg import Request, _judged
from harness.lean.execution.subjects import subjects
from harness.lean.mirror import keys
from harness.lean.mirror.apart import trials
from harness.lean.mirror.judge import _doubtful_scalars, mirror_claim, mirror_definition
from harness.lean.mirror.plan import doubtful, plan
from harness.lean.orders import ORDERING
from harness.lean.package import read_package
from harness.lean.proof import judge as proof
from harness.lean.proof import second
from harness.lean.refuted import Fact, refuted, ruled
from harness.lean.session import Session
from harness.verdict import Status, judge

HARNESS = Path(__file__).parents[2] / "harness"
PROJECT = load_project(Path(__file__).parents[1] / "fixtures" / "isometry")
LIBRARY = PROJECT.library
[CLAIM] = [claim for claim in PROJECT.claims if claim.theorem == "inner_invariant"]

ACCEPTED, REFUSED = Ruling("accepted"), Ruling("refused", "type mismatch")
UNDECIDED = Ruling("undecided", "deep recursion")
SILENT = (UNDECIDED, Ruling("malformed"), Ruling("skipped", "unsafe"))


def session(
    compared: Mapping[str, Ruling] = {},
    replayed: Mapping[str, Ruling] = {},
    **changed: Any,
) -> Session:
    """Of a package in which all is as it should be, but for these rulings."""
    names = [*LIBRARY.primitives.values(), *map(LIBRARY.qualified, LIBRARY.definitions)]
    kinds = dict.fromkeys(names, "definition") | {LIBRARY.qualified(CLAIM.theorem): "theorem"}
    declarations = {name: Declaration(name, kind, "Isometry") for name, kind in kinds.items()}
    asked = plan(LIBRARY, (CLAIM,))
    answer = Answer(
        declarations,
        dict.fromkeys(declarations, ACCEPTED) | dict(replayed),
        {comparison.key: ACCEPTED for comparison in asked.comparisons} | dict(compared),
    )
    built = {"Isometry": ModuleBuild("Isometry", "Isometry.lean", ModuleOutcome.BUILT, "")}
    build = Build(read_package(PROJECT.lean), "embedded", "4.28.0", "abc", PROJECT.lean, built)
    found = Session(replace(PROJECT, claims=(CLAIM,)), build, asked, answer, 0.0)
    return replace(found, **changed)


# -- one place ------------------------------------------------------------------------------------


def test_only_one_file_calls_anything_refuted() -> None:
    """Others may ask whether something is; to say so they give a ground."""
    found = []
    for path in (HARNESS / "lean").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        asking = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for part in ast.walk(node)
        }
        found += [
            path.relative_to(HARNESS).as_posix()
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == "REFUTED" and id(node) not in asking
        ]
    assert set(found) == {"lean/refuted.py"}


@pytest.mark.parametrize("ruling", SILENT)
def test_a_ruling_that_decides_nothing_is_no_ground(ruling: Ruling) -> None:
    with pytest.raises(ValueError, match="refutes nothing"):
        refuted("it", Leg.MIRROR, "check", ruling, "It is wrong.")
    assert refuted("it", Leg.MIRROR, "check", REFUSED, "").outcome is Outcome.REFUTED
    assert refuted("it", Leg.MIRROR, "check", Fact.ABSENT, "").outcome is Outcome.REFUTED


def test_rulings_on_one_question() -> None:
    assert ruled([ACCEPTED, ACCEPTED]) is Outcome.CONFIRMED
    assert ruled([ACCEPTED, REFUSED]) is Outcome.REFUTED
    assert ruled([]) is ruled([ACCEPTED, None]) is ruled([REFUSED, None]) is Outcome.ERROR
    for silent in SILENT:
        assert ruled([ACCEPTED, silent]) is Outcome.NOT_RUN


# -- mirror ---------------------------------------------------------------------------------------


def test_where_all_is_accepted_the_mirror_confirms() -> None:
    assert mirror_claim(session(), CLAIM).outcome is Outcome.CONFIRMED
    assert mirror_definition(session(), "squaredLength").outcome is Outcome.CONFIRMED


@pytest.mark.parametrize("ruling", [*SILENT, None])
@pytest.mark.parametrize(
    "key",
    [
        keys.forward(CLAIM.theorem),
        keys.backward(CLAIM.theorem),
        keys.primitive("dot"),
        "primitive:sum:next",
    ],
)
def test_what_the_kernel_does_not_answer_refutes_no_claim(key: str, ruling: Ruling | None) -> None:
    found = session()
    compared = {k: v for k, v in found.answer.compared.items() if k != key}
    compared |= {} if ruling is None else {key: ruling}
    silent = replace(found, answer=replace(found.answer, compared=compared))
    assert mirror_claim(silent, CLAIM).outcome in (Outcome.NOT_RUN, Outcome.ERROR)


def test_an_instance_that_lean_does_not_have_refutes_no_claim() -> None:
    absent = Ruling("refused", f"unknown constant {OPERATORS}.CommRing.add")
    found = mirror_claim(session({keys.forward(CLAIM.theorem): absent}), CLAIM)
    assert found.outcome is Outcome.NOT_RUN
    assert "Lean has no CommRing.add" in found.summary
    other = Ruling("refused", "unknown constant Isometry.dot")
    assert mirror_claim(session({keys.forward(CLAIM.theorem): other}), CLAIM).outcome is (
        Outcome.REFUTED
    )


@pytest.mark.parametrize("ruling", SILENT)
def test_nor_a_definition(ruling: Ruling) -> None:
    for key in (keys.definition("squaredLength"), keys.primitive("dot")):
        found = mirror_definition(session({key: ruling}), "squaredLength")
        assert found.outcome is Outcome.NOT_RUN, found.summary


@pytest.mark.parametrize(
    ("module", "outcome"),
    [(INSTANCES, Outcome.CONFIRMED), (OPERATORS, Outcome.REFUTED), ("Isometry", Outcome.REFUTED)],
)
def test_an_instance_that_lean_found_where_the_package_is_seen_is_its_own_law(
    module: str, outcome: Outcome
) -> None:
    """It would bend both sides alike, which are printed with it."""
    own = f"{OPERATORS}.CommRing.add"
    found = session()
    declarations = {**found.answer.declarations, own: Declaration(own, "definition", module)}
    answer = replace(found.answer, declarations=declarations)
    operations = {**CLAIM.scalars.operations, "add": (own,)}
    claim = replace(CLAIM, scalars=replace(CLAIM.scalars, operations=operations))
    evidence = mirror_claim(replace(found, answer=answer), claim)
    assert evidence.outcome is outcome, evidence.summary


def test_what_cannot_be_printed_is_not_run() -> None:
    for key in (keys.primitive("dot"), keys.primitive("sum")):
        faulty = session()
        faulty = replace(faulty, plan=replace(faulty.plan, faults={key: "it has no name in Lean"}))
        for found in (mirror_claim(faulty, CLAIM), mirror_definition(faulty, "squaredLength")):
            assert found.outcome is Outcome.NOT_RUN
            assert "t has no name in Lean" in found.summary


@pytest.mark.parametrize("key", ["primitive:dot", "primitive:sum:empty", "primitive:sum:next"])
def test_what_is_not_equal_by_definition_is_refuted_where_it_is_seen_to_differ(key: str) -> None:
    asked = session({key: REFUSED})
    short = ":".join(key.split(":")[:2])
    assert doubtful(asked.plan, asked.answer) == [short]
    tried = trials(LIBRARY, [short])
    first = tried[short][1].comparison.key
    for ruling, outcome in ((ACCEPTED, Outcome.REFUTED), (REFUSED, Outcome.NOT_RUN)):
        found = session({key: REFUSED, first: ruling}, trials=tried)
        for evidence in (mirror_claim(found, CLAIM), mirror_definition(found, "squaredLength")):
            assert evidence.outcome is outcome, evidence.summary
            words = (
                "they differ over the integers, at " if outcome is Outcome.REFUTED else "bridges"
            )
            assert words in evidence.summary


@pytest.mark.slow
def test_every_primitive_and_definition_is_tried_at_small_sizes_from_nothing_on() -> None:
    """Of the whole project: what is open in them are numbers, indices, positions and functions."""
    library = load_project(HARNESS.parent).library
    asked = [*map(keys.primitive, library.primitives), *map(keys.definition, library.definitions)]
    found = trials(library, asked)
    # Rotations by real angles are tried modulo 3, and whatever divides.
    assert {key for key in asked if not found.get(key)} == set()
    assert "f = []" in found["primitive:sum"][0].at
    assert "f = [2, 3, 5]" in found["primitive:sum"][-2].at


def test_universes_that_were_not_found_refute_nothing() -> None:
    refused = (keys.forward(CLAIM.theorem), keys.without(CLAIM.theorem, "orthogonal"))
    found = session(dict.fromkeys(refused, REFUSED))
    assert mirror_claim(found, CLAIM).outcome is Outcome.REFUTED
    comparisons = tuple(replace(c, unsettled=("T.c",)) for c in found.plan.comparisons)
    unsettled = replace(found, plan=replace(found.plan, comparisons=comparisons))
    evidence = mirror_claim(unsettled, CLAIM)
    assert evidence.outcome is Outcome.NOT_RUN
    assert "in which universes T.c takes its types" in evidence.summary


def arranged(found: Session, arrangements: dict[str, Arrangement], **changed: Any) -> Session:
    library = replace(LIBRARY, arrangements=arrangements, **changed)
    return replace(found, project=replace(found.project, library=library))


@pytest.mark.parametrize(("level", "is_one"), [("0", True), ("(u~0)", True), ("u", False)])
def test_what_is_said_of_types_is_not_shown_of_propositions(level: str, is_one: bool) -> None:
    for subject in (CLAIM.theorem, "squaredLength"):
        own = Arrangement((SCALARS,), "", Universes(1, ("+u", level)))
        found = arranged(session(), {LIBRARY.qualified(subject): own})
        evidence = (
            mirror_claim(found, CLAIM)
            if subject == CLAIM.theorem
            else mirror_definition(found, subject)
        )
        assert (evidence.outcome is Outcome.REFUTED) == is_one
        assert ("propositions (`Prop`)" in evidence.summary) == is_one


def test_a_bridge_covers_the_scalars_and_the_universes_that_it_is_about() -> None:
    ring = Arrangement((SCALARS, "commutative ring"))
    lowest = Universes(0, ("+0",))
    field = Arrangement((SCALARS, "field"))
    declarations = {n: Declaration(n, "theorem", "Isometry") for n in ("T.empty", "T.next")}
    for bridge, theorem, words in (
        (ring, ring, ""),
        (field, ring, "is about scalars of the kind 'field'"),
        (replace(ring, universes=lowest), ring, "is about types of some universes alone"),
        (replace(ring, universes=lowest), replace(ring, universes=lowest), ""),
        (Arrangement((), "integers"), ring, "is about scalars of the kind 'integers'"),
        # A ring in an order has no element of which twice is 0, and others may have.
        (replace(ring, items=(*ring.items, "LE", "Std.IsLinearOrder")), ring, "in an order (Std."),
        (replace(ring, items=(*ring.items, "LE", "DecidableEq")), ring, ""),
    ):
        arrangements = {"T.next": bridge, LIBRARY.qualified(CLAIM.theorem): theorem}
        found = arranged(session(), arrangements, bridges={"sum": ("T.empty", "T.next")})
        answer = replace(found.answer, declarations={**found.answer.declarations, **declarations})
        evidence = mirror_claim(replace(found, answer=answer), CLAIM)
        assert evidence.outcome is (Outcome.NOT_RUN if words else Outcome.CONFIRMED)
        assert words in evidence.summary


# -- proof ----------------------------------------------------------------------------------------


def test_lean_gives_up_and_the_second_kernel_accepts(tmp_path: Path) -> None:
    """The claim is neither proved nor refuted: one kernel's word is not enough."""
    constant = LIBRARY.qualified(CLAIM.theorem)
    found = session(replayed={constant: UNDECIDED})
    first = proof.prove(found, CLAIM)
    assert first.outcome is Outcome.NOT_RUN
    rulings = dict.fromkeys(found.answer.declarations, ("accepted", ""))
    other = second._judged(found, CLAIM, rulings, "")
    assert other.outcome is Outcome.CONFIRMED
    for both in ([first, other], [other, first]):
        verdict = judge(CLAIM.theorem, both, (Leg.PROOF,))
        assert verdict.status is Status.UNDECIDED
        assert verdict.legs[Leg.PROOF] is Outcome.NOT_RUN


def test_a_bridge_is_put_to_the_second_kernel_as_well() -> None:
    found = session()
    library = replace(LIBRARY, bridges={"sum": ("T.empty", "T.next")})
    declarations = dict(found.answer.declarations)
    term: Any = object()
    for name in ("T.empty", "T.next"):
        declarations[name] = Declaration(name, "theorem", "Isometry", term=term)
    answer = replace(found.answer, declarations=declarations)
    found = replace(found, project=replace(found.project, library=library), answer=answer)
    accepted = dict.fromkeys(declarations, ("accepted", ""))
    assert second._judged(found, CLAIM, accepted, "").outcome is Outcome.CONFIRMED
    for verdict, outcome in (("refused", Outcome.REFUTED), ("declined", Outcome.INCONCLUSIVE)):
        rulings = {**accepted, "T.next": (verdict, "no")}
        evidence = second._judged(found, CLAIM, rulings, "")
        assert evidence.outcome is outcome
        assert "T.next" in evidence.summary


# -- execution and necessity ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ruling", "outcome"), [(UNDECIDED, Outcome.NOT_RUN), (REFUSED, Outcome.REFUTED)]
)
def test_a_replacement_that_is_not_decided(ruling: Ruling, outcome: Outcome) -> None:
    found = session(replayed={"T.swap": ruling})
    declarations = {
        **found.answer.declarations,
        "T.swap": Declaration("T.swap", "theorem", "Isometry"),
    }
    answer = replace(
        found.answer, declarations=declarations, replacements={"T.swap": LIBRARY.primitives["sum"]}
    )
    _, refusals = subjects(replace(found, answer=answer))
    assert {evidence.outcome for evidence in refusals} == {outcome}


def test_a_certificate_on_which_lean_gives_up_is_no_contradiction() -> None:
    example = Counterexample({"m": 1, "n": 1}, {}, 0, 1)
    item = Evidence(
        CLAIM.theorem, Leg.NECESSITY, "without orthogonal", Outcome.INCONCLUSIVE, "",
        counterexample=example,
    )  # fmt: skip
    from harness.lean import expression as lean

    asked = [Comparison(name, (), lean.Sort(), lean.Sort()) for name in ("weakening", "refutation")]
    own: Any = SimpleNamespace(toolchain={}, project=PROJECT)

    def found(*rulings: Ruling) -> Evidence:
        compared = dict(zip(("weakening", "refutation"), rulings, strict=True))
        return _judged(own, CLAIM, item, Request(tuple(asked)), Answer(compared=compared))

    assert found(ACCEPTED, REFUSED).outcome is Outcome.ERROR
    for rulings in ((ACCEPTED, UNDECIDED), (UNDECIDED, ACCEPTED), (UNDECIDED, REFUSED)):
        evidence = found(*rulings)
        assert evidence.outcome is Outcome.INCONCLUSIVE
        assert "did not come to an answer: deep recursion" in evidence.summary
    assert found(ACCEPTED, ACCEPTED).outcome is Outcome.CONFIRMED
    # What is a sum by theorems alone need not compute.
    bridged = replace(LIBRARY, bridges={"sum": ("T.empty", "T.next")})
    own.project = replace(PROJECT, library=bridged)
    assert found(ACCEPTED, REFUSED).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("place", ["lean_name", "operations", "classes", "order"])
def test_whatever_of_the_scalars_is_the_packages_own_is_its_own_laws(place: str) -> None:
    """An order as well: what is claimed of `≤` would be claimed of what the package calls so."""
    fractions = core_scalars()["rational numbers"]
    own = {
        "lean_name": "T.own",
        "operations": {**fractions.operations, "add": ("T.own",)},
        "classes": {**fractions.classes, "Lean.Grind.Field": "T.own"},
        "order": {**fractions.classes, "LE": "T.own"},
    }
    there: Any = SimpleNamespace(
        project=SimpleNamespace(library=SimpleNamespace(arrangements={}, scalars={})),
        answer=SimpleNamespace(declarations={"T.own": Declaration("T.own", "definition", "T")}),
    )
    found = _doubtful_scalars(
        there, [replace(fractions, **{"classes" if place == "order" else place: own[place]})], []
    )
    assert found
    assert "The scalars come from T.own" in found.summary
    assert not _doubtful_scalars(there, [fractions], [])


@pytest.mark.parametrize("name", ORDERING)
def test_a_law_of_an_order_that_the_package_declares_is_its_own(name: str) -> None:
    """By `prelude`, a module need not have what Lean's core says of orders, and may say it anew."""
    own = Arrangement((SCALARS, "field", name))
    library = SimpleNamespace(arrangements={"T.t": own}, scalars=core_scalars())
    there: Any = SimpleNamespace(
        project=SimpleNamespace(library=library),
        answer=SimpleNamespace(declarations={name: Declaration(name, "class", "T")}),
    )
    found = _doubtful_scalars(there, [core_scalars()["ordered field"]], ["T.t"])
    assert found
    assert f"The scalars come from {name}" in found.summary
