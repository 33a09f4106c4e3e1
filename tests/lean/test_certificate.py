"""Lean certifies what is necessary, and cannot be had to certify anything else."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.claims.load import load_claim
from harness.claims.model import Claim
from harness.claims.project import Project, load_project
from harness.evidence import Counterexample, Evidence, Leg, Outcome
from harness.lean import expression as lean
from harness.lean.audit.comparison import Comparison
from harness.lean.audit.inspection import inspect
from harness.lean.certificate.leg import certify
from harness.lean.certificate.statement import refutation, weakening
from harness.lean.certificate.text import lean_file
from harness.lean.find import find_toolchain
from harness.lean.leg import look
from harness.lean.printer import Printer
from harness.lean.session import Session
from harness.lean.toolchain import Caller, Toolchain
from harness.necessity.leg import check

PACKAGE = Path(__file__).parents[1] / "fixtures" / "isometry"

pytestmark = pytest.mark.lean


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain("auto")


@pytest.fixture(scope="module")
def session(isometry_cache: Path, toolchain: Toolchain) -> Session:
    return look(load_project(PACKAGE), Caller(toolchain, isometry_cache / "lean"))


def claim_named(project: Project, theorem: str) -> Claim:
    [claim] = [c for c in project.claims if c.theorem == theorem]
    return claim


def searched(project: Project) -> list[Evidence]:
    return [item for claim in project.claims for item in check(claim, project.library)]


def answers(
    session: Session, toolchain: Toolchain, found: Sequence[Evidence], folder: Path
) -> dict[tuple[str, str], Evidence]:
    judged = certify(session, Caller(toolchain, folder), found)
    return {(item.subject, item.check): item for item in judged}


def tampered(found: Sequence[Evidence]) -> Iterator[Evidence]:
    """A search that lies in every way that could make something look certified."""
    for item in found:
        if item.check == "without orthogonal" and item.subject == "inner_invariant":
            assert item.counterexample is not None
            # Orthogonal, so that it breaks nothing; and called a counterexample all the same.
            values = {**item.counterexample.values, "A": [[1]]}
            yield replace(item, counterexample=replace(item.counterexample, values=values))
        elif item.check == "without orthogonal":
            yield replace(item, counterexample=None, outcome=Outcome.CONFIRMED)
        elif item.check == "witness" and item.subject == "inner_invariant":
            instance: Any = item.data["instance"]
            values = {**instance["values"], "A": [[1], [0]]}
            yield replace(item, data={**item.data, "instance": {**instance, "values": values}})
        else:
            yield item


def test_what_is_needed_is_certified(
    session: Session, toolchain: Toolchain, tmp_path: Path
) -> None:
    found = answers(session, toolchain, searched(session.project), tmp_path)
    for theorem in ("inner_invariant", "squaredLength_invariant"):
        needed = found[theorem, "without orthogonal"]
        assert needed.outcome is Outcome.CONFIRMED, needed.summary
        assert needed.data["certified"] is True
        assert needed.summary.startswith("orthogonal is necessary")
        assert found[theorem, "witness"].outcome is Outcome.CONFIRMED
    assert found["flip_compose", "hypotheses"].outcome is Outcome.NOT_APPLICABLE


def test_a_search_that_lies_is_not_believed(
    session: Session, toolchain: Toolchain, tmp_path: Path
) -> None:
    found = answers(session, toolchain, list(tampered(searched(session.project))), tmp_path)
    for key in [
        ("inner_invariant", "without orthogonal"),
        ("squaredLength_invariant", "without orthogonal"),
        ("inner_invariant", "witness"),
    ]:
        assert found[key].outcome is Outcome.ERROR, key
        assert "certified" not in found[key].data
    assert "kernel" in found["inner_invariant", "without orthogonal"].summary
    assert found["squaredLength_invariant", "witness"].outcome is Outcome.CONFIRMED


def test_silence_is_not_an_answer(session: Session, toolchain: Toolchain, tmp_path: Path) -> None:
    found = answers(session, toolchain, [], tmp_path)
    assert found["inner_invariant", "without orthogonal"].outcome is Outcome.NOT_RUN
    assert found["inner_invariant", "witness"].outcome is Outcome.NOT_RUN


def test_the_kernel_refuses_what_is_not_so(
    session: Session, toolchain: Toolchain, tmp_path: Path
) -> None:
    """Asked directly: another claim than the theorem's, a true claim, a wrong entry."""
    project = session.project
    claim = claim_named(project, "inner_invariant")
    printer = Printer(project.library)
    rest = replace(claim, hypotheses=())
    sizes = {"m": 1, "n": 1}
    zero = Counterexample(sizes, {"A": [[0]], "u": [1], "v": [1]}, 0, 1)
    same = Counterexample(sizes, {"A": [[1]], "u": [1], "v": [1]}, 0, 1)
    other = replace(claim, conclusion=claim_named(project, "squaredLength_invariant").conclusion)
    asked: dict[str, Comparison] = {
        "right": refutation(printer, rest, zero, "right"),
        "the claim is true there": refutation(printer, rest, same, "the claim is true there"),
        # With the hypothesis it is true everywhere, and 0 does not meet it.
        "the hypothesis is not met": refutation(printer, claim, zero, "the hypothesis is not met"),
        "the theorem less it": weakening(printer, claim, 0, "the theorem less it"),
        "another theorem": replace(
            weakening(printer, claim, 0, "another theorem"),
            statement=lean.arrow(
                weakening(
                    printer, replace(claim, conclusion=_swapped(claim)), 0, "x"
                ).statement.type,  # type: ignore[union-attr]
                weakening(printer, claim, 0, "x").statement.body,  # type: ignore[union-attr]
            ),
        ),
    }
    assert other.conclusion != claim.conclusion
    caller = Caller(toolchain, tmp_path)
    answer, _ = inspect(session.build, caller, [*asked.values()], folder="asked", what="")
    accepted = {key for key in asked if answer.compared[key].accepted}
    assert accepted == {"right", "the theorem less it"}


def _swapped(claim: Claim) -> Any:
    equation = claim.conclusion
    return replace(equation, left=equation.right, right=equation.left)


def test_lean_takes_the_printed_text_too(
    session: Session, toolchain: Toolchain, tmp_path: Path
) -> None:
    """By its own parser and elaborator, from a file as anybody would write it."""
    library = session.project.library
    claim = claim_named(session.project, "inner_invariant")
    rest = replace(claim, hypotheses=())
    zero = Counterexample({"m": 1, "n": 2}, {"A": [[1, 1]], "u": [1, 0], "v": [0, 1]}, 1, 0)
    file = session.project.specs / "inner_invariant.yaml"
    false = tmp_path / "false.yaml"
    false.write_text(file.read_text().replace("= dot(u, v)", "= dot(u, u)"))
    other = load_claim(false, "false.yaml", library)
    turned = {"A": [[0, -1], [1, 0]], "u": [1, 2], "v": [1, 0]}
    unequal = Counterexample({"m": 2, "n": 2}, turned, 1, 5)

    # What is no counterexample is not taken for one: in the last the two sides agree.
    agreeing = replace(unequal, values={**turned, "v": [1, 2]})
    lines = ["module", "public import Isometry"]
    begins: list[int] = []
    for number, (subject, example) in enumerate(
        [(rest, zero), (other, unequal), (other, agreeing)]
    ):
        text = lean_file(refutation(Printer(library), subject, example, "x"), ["Isometry"], "x")
        first, *own = text.splitlines()
        assert first == "import Isometry"
        assert max(map(len, own)) <= 100
        assert "native_decide" not in text
        assert "sorry" not in text
        begins.append(len(lines) + 1)
        lines += [f"namespace N{number}", *own, f"end N{number}"]
    (tmp_path / "Text.lean").write_text("\n".join(lines))
    place = {"root": tmp_path, "lean_path": [session.build.library], "writable": [tmp_path]}
    run = toolchain.run(["--json", "Text.lean"], **place)
    errors = [message.line for message in run.messages if message.is_error]
    assert errors
    assert min(errors) > begins[-1], run.complaint


def test_no_lean_no_certificate(tmp_path: Path) -> None:
    from harness.lean.leg import check_all

    project = load_project(PACKAGE)
    found = {
        (e.subject, e.check): e
        for e in check_all(
            project,
            cache=tmp_path,
            toolchain="native" if shutil.which("lake") is None else "embedded",
            legs=[Leg.NECESSITY],
            searched=lambda: searched(project),
        )
        if isinstance(e, Evidence)
    }
    needed = found["inner_invariant", "without orthogonal"]
    if needed.outcome is Outcome.CONFIRMED:
        pytest.skip("both kinds of Lean are here")
    assert needed.outcome is Outcome.INCONCLUSIVE
    assert "numeric only" in needed.summary
