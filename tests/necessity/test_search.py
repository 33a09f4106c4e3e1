"""The leg's search: it finds what is needed, what is not, and what meets everything."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from harness.claims.model import Claim, Hypothesis
from harness.claims.project import Project, load_project
from harness.evidence import Counterexample, Evidence, Outcome
from harness.language.elaborate import elaborate_statement
from harness.language.parser import parse_statement
from harness.lean.certificate.leg import _comparisons, uncertified
from harness.lean.certificate.numbers import CannotCertify
from harness.lean.printer import Printer
from harness.necessity import leg
from harness.necessity.leg import check
from harness.necessity.parts import ablation
from tests.numeric.verify import assert_breaks

ISOMETRY = Path(__file__).parents[1] / "fixtures" / "isometry"


def claim_named(project: Project, theorem: str) -> Claim:
    [claim] = [c for c in project.claims if c.theorem == theorem]
    return claim


def assuming(project: Project, claim: Claim, name: str, text: str) -> Claim:
    scope = project.library.scope(claim.parameters)
    equation = elaborate_statement(parse_statement(text), scope)
    return replace(claim, hypotheses=(*claim.hypotheses, Hypothesis(name, equation, text)))


def by_check(found: Sequence[Evidence]) -> dict[str, Evidence]:
    return {item.check: item for item in found}


def test_each_hypothesis_gets_a_counterexample_and_waits_for_lean(project: Project) -> None:
    claim = claim_named(project, "folded_qkvo_attention_block_invariant_of_commutes")
    found = by_check(list(check(claim, project.library)))
    for name in ("commutes", "orthogonal"):
        item = found[f"without {name}"]
        assert item.outcome is Outcome.INCONCLUSIVE
        assert isinstance(item.counterexample, Counterexample)
        kept = tuple(h for h in claim.hypotheses if h.name != name)
        assert_breaks(replace(claim, hypotheses=kept), item.counterexample, project.library)
    assert found["witness"].outcome is Outcome.INCONCLUSIVE
    assert "commutes is not needed once Wq and Wk are off" in found["parts"].summary


def test_what_is_found_does_not_depend_on_the_clock(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine on which a day goes by between any two looks at the clock."""
    days = count(step=86_400)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(days)))
    claim = claim_named(project, "scores_invariant_of_orthogonal")
    found = by_check(list(check(claim, project.library)))
    assert found["without orthogonal"].counterexample is not None
    assert "instance" in found["witness"].data


def test_what_breaks_a_claim_modulo_5_alone_is_no_contradiction_of_lean(project: Project) -> None:
    """-(c² + s²) = 1 has no solution in fractions; modulo 5 it has (2, 0), where c is not 0."""
    claim = replace(claim_named(project, "planeRotation_orthogonal"), hypotheses=())
    claim = assuming(project, claim, "negative", "-(c * c + s * s) = 1")
    claim = assuming(project, claim, "zero", "c = 0")
    zero = claim.hypotheses[1].equation
    claim = replace(claim, conclusion=zero)
    item = by_check(list(check(claim, project.library)))["without zero"]
    assert item.outcome is Outcome.INCONCLUSIVE
    assert item.counterexample is not None
    c, s = (int(str(item.counterexample.values[name])) for name in "cs")
    assert (c * c + s * s + 1) % 5 == 0 != c % 5
    with pytest.raises(CannotCertify, match="modulo 5"):
        _comparisons(Printer(project.library), claim, item)


def test_a_superfluous_hypothesis_is_found_with_a_proof(project: Project) -> None:
    claim = claim_named(project, "scores_invariant_of_orthogonal")
    claim = assuming(project, claim, "symmetric", "dot(q, q) = dot(q, q) + 0")
    found = by_check(list(check(claim, project.library)))
    item = found["without symmetric"]
    assert item.outcome is Outcome.CONFIRMED
    assert "superfluous" in item.summary
    assert item.data["uses"] == ["orthogonal"]
    assert item.data["sketch"]
    # What is needed stays needed.
    assert found["without orthogonal"].counterexample is not None


def test_hypotheses_that_exclude_each_other_have_no_witness(project: Project) -> None:
    claim = claim_named(project, "blockDiag_orthogonal")
    claim = assuming(project, claim, "nothing", "∀ k, R(k)ᵀ @ R(k) = R(k)ᵀ @ R(k) + R(k)ᵀ @ R(k)")
    found = by_check(list(check(claim, project.library)))
    assert found["witness"].outcome is Outcome.INCONCLUSIVE
    assert "instance" not in found["witness"].data


def test_hypotheses_that_only_one_meets_have_no_witness_that_is_not_trivial(
    project: Project,
) -> None:
    claim = claim_named(project, "ropeVector_equivariant_of_commutes")
    claim = assuming(project, claim, "fixed", "R = 1")
    found = by_check(list(check(claim, project.library)))
    assert "instance" not in found["witness"].data


def test_a_claim_that_assumes_nothing_has_nothing_to_do_without(project: Project) -> None:
    [item] = check(claim_named(project, "planeRotation_commutes"), project.library)
    assert item.outcome is Outcome.NOT_APPLICABLE


def test_engines_that_contradict_each_other_are_shown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A prover that proves everything is not believed where an instance breaks it."""
    real = leg.decide

    def proves_everything(claim: Claim, *args: object, **kwargs: object) -> object:
        decision = real(claim, project.library)
        return replace(decision, answer=leg.Answer.HOLDS, counterexample=None)

    monkeypatch.setattr(leg, "decide", proves_everything)
    claim = claim_named(project, "scores_invariant_of_orthogonal")
    found = by_check(list(check(claim, project.library)))
    assert found["without orthogonal"].outcome is Outcome.ERROR
    assert "contradict" in found["without orthogonal"].summary


@pytest.mark.parametrize(
    ("theorem", "names"),
    [
        ("attentionBlockOutput_invariant_of_shared_rotation", "orthogonal Wo q K V"),
        ("ropeAttentionHeadContext_equivariant_of_commutes", "commutes orthogonal Wq Wk Wv result"),
        ("scores_invariant_of_orthogonal", "orthogonal"),
        ("planeRotation_commutes", ""),
    ],
)
def test_parts_are_what_one_side_has_in_addition(
    project: Project, theorem: str, names: str
) -> None:
    checker = ablation(claim_named(project, theorem))
    assert [toggle.name for toggle in checker.toggles] == names.split()


def test_all_parts_off_is_nothing_turned(project: Project) -> None:
    claim = claim_named(project, "ropeAttentionHeadContext_equivariant_of_commutes")
    checker = ablation(claim)
    bare = checker.claim(checker.questions[0], checker.toggles, project.library)
    assert bare.conclusion.left == bare.conclusion.right == claim.conclusion.right.arguments[1]  # type: ignore[union-attr]
    assert not bare.hypotheses


def test_a_superfluous_hypothesis_is_noted_at_its_line(tmp_path: Path) -> None:
    """As a user has it, in a file; and as the leg says it, though no Lean is at hand."""
    shutil.copytree(ISOMETRY, tmp_path / "package")
    path = tmp_path / "package" / "specs" / "inner_invariant.yaml"
    lines = path.read_text("utf-8").splitlines()
    at = lines.index("  orthogonal: Aᵀ @ A = 1")
    lines.insert(at + 1, "  same: dot(u, v) = dot(u, v)")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    project = load_project(tmp_path / "package")
    found = [item for claim in project.claims for item in check(claim, project.library)]
    said = {(e.subject, e.check): e for e in uncertified(project, found, "There is no Lean.")}
    superfluous = said["inner_invariant", "without same"]
    assert superfluous.outcome is Outcome.CONFIRMED
    [note] = superfluous.diagnostics
    # Column 9: the text after "  same: ".
    assert (note.file, note.line, note.column) == ("specs/inner_invariant.yaml", at + 2, 9)
    assert "superfluous" in note.message
    assert said["inner_invariant", "without orthogonal"].outcome is Outcome.INCONCLUSIVE
    assert "numeric only" in said["inner_invariant", "without orthogonal"].summary
