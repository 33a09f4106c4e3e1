"""The implementation leg confirms the project's definitions, and refutes each that is wrong."""

import ast
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.model import Definition, Library
from harness.claims.project import load_project
from harness.evidence import Evidence, Leg, Outcome
from harness.implementations import leg, papers
from harness.implementations.bindings import SIGNATURES
from harness.implementations.leg import check
from harness.language.transform import substitute
from harness.language.types import Dim, DimVar, Named, Parameter, Type, substitute_type
from harness.verdict import ExitCode, Status, exit_code, judge
from tests.arrays.language import LIBRARY, ROOT
from tests.implementations.mutants import WRONG, definitions, library


def answers(definition: Definition, library: Library, seed: int = 0) -> dict[str, Evidence]:
    return {item.check: item for item in check(definition, library, seed=seed)}


def status(definition: Definition, library: Library) -> Status:
    return judge(definition.name, list(check(definition, library)), (Leg.IMPLEMENTATION,)).status


def test_every_definition_of_the_project_has_an_implementation() -> None:
    assert set(LIBRARY.definitions) == set(SIGNATURES) == set(papers.IMPLEMENTS)


@pytest.mark.parametrize("name", LIBRARY.definitions)
def test_definitions_are_confirmed(name: str) -> None:
    found = answers(LIBRARY.definitions[name], LIBRARY)
    assert found["papers"].outcome is Outcome.CONFIRMED
    assert found["papers"].data["sharp"] == found["papers"].data["instances"]


def test_shapes_and_positions_are_those_that_people_have() -> None:
    name = "ropeAttentionBlockOutput"
    data = answers(LIBRARY.definitions[name], LIBRARY)["papers"].data
    shapes = data["shapes"]
    assert isinstance(shapes, list)
    assert {128, 64, 2} <= {shape["d"] for shape in shapes}
    assert any(len({shape[k] for k in "ndem"}) == 4 for shape in shapes)
    assert data["layouts"] == ["interleaved", "half-split"]
    assert isinstance(data["farthest_position"], int)
    assert data["farthest_position"] > 10**5


@pytest.mark.parametrize(("name", "what", "text"), WRONG, ids=lambda x: x if len(x) < 30 else "")
def test_a_wrong_definition_is_refuted(tmp_path: Path, name: str, what: str, text: str) -> None:
    wrong = library(tmp_path, **{name: text})
    found = answers(wrong.definitions[name], wrong)
    assert found["papers"].outcome is Outcome.REFUTED, what
    example = found["papers"].counterexample
    assert example is not None
    assert example.left != example.right
    assert set(example.values) >= {p.name for p in wrong.definitions[name].parameters[-1:]}


@pytest.mark.parametrize("wrong", ["heads in the other order", "scale forgotten", "a mask ignored"])
def test_a_wrong_implementation_is_told_apart(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """What the language cannot say of a definition can be said of the other side."""
    name = "multiHeadRopeAttentionContext"
    right = papers.IMPLEMENTS[name]

    def changed(instance):  # type: ignore[no-untyped-def]
        if wrong == "heads in the other order":
            size = instance.Wv.shape[1]
            flat = right(instance)
            heads = [flat[i : i + size] for i in range(0, len(flat), size)]
            return [entry for head in reversed(heads) for entry in head]
        if wrong == "scale forgotten":
            return right(replace(instance, Wq=instance.Wq * instance.Wq.shape[1] ** 0.5))
        return right(replace(instance, seen=instance.seen | True))

    monkeypatch.setitem(papers.IMPLEMENTS, name, changed)  # type: ignore[arg-type]
    assert answers(LIBRARY.definitions[name], LIBRARY)["papers"].outcome is Outcome.REFUTED


def test_a_definition_of_another_name_does_not_take_part() -> None:
    project = load_project(ROOT / "tests" / "fixtures" / "isometry")
    for definition in project.library.definitions.values():
        [found] = check(definition, project.library)
        assert found.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("change", ["dropped", "renamed", "retyped", "reordered"])
def test_other_parameters_are_never_confirmed(change: str) -> None:
    definition = LIBRARY.definitions["ropeVector"]
    first, *others = definition.parameters
    parameters = {
        "dropped": tuple(others),
        "renamed": (first, *others[:-1], replace(others[-1], name="X")),
        "retyped": (replace(first, sort=others[-1].sort), *others),
        "reordered": (*others, first),
    }[change]
    [found] = check(replace(definition, parameters=parameters), LIBRARY)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "expected (d: dimension" in found.summary


@pytest.mark.parametrize("module", ["papers", "layers", "horizon"])
def test_implementations_share_nothing_with_the_claim_language(module: str) -> None:
    tree = ast.parse((ROOT / "harness" / "implementations" / f"{module}.py").read_text("utf-8"))
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    ours = {name for name in names if name.split(".")[0] == "harness"}
    assert ours <= {"harness.implementations.layers"}


def test_nothing_compared_is_never_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leg, "draw", lambda *key, **wanted: iter(()))
    found = answers(LIBRARY.definitions["scores"], LIBRARY)
    assert found["papers"].outcome is Outcome.INCONCLUSIVE


FOLDED = "folded_qkvo_attention_block_invariant_of_commutes"
WRONG_ALIKE = [
    (FOLDED, "attentionWeights", "weights(0)"),
    (FOLDED, "attentionContext", "Σ j, V(j)"),
    ("planeRotation_commutes", "planeRotation", "matrix2(c, s, -s, c)"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("theorem", "definition", "text"), WRONG_ALIKE)
def test_definitions_wrong_alike_are_seen_by_this_leg_alone(
    tmp_path: Path, theorem: str, definition: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claims about a wrong definition hold, so that only its own row can turn the run red."""
    from harness.run import Plan, run

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    specs = tmp_path / "specs"
    specs.mkdir()
    (tmp_path / "lean").mkdir()
    (specs / "definitions.yaml").write_text(definitions(**{definition: text}), "utf-8")
    (specs / f"{theorem}.yaml").write_text((ROOT / "specs" / f"{theorem}.yaml").read_text("utf-8"))
    legs = (Leg.SYMBOLIC, Leg.NUMERIC, Leg.IMPLEMENTATION)
    plan = Plan(load_project(tmp_path), tmp_path / "cache", legs=legs, workers=2)
    found = [item for item in run(plan) if isinstance(item, Evidence)]
    verdicts = {name: judge(name, found, asked) for name, asked in plan.subjects()}
    assert verdicts[theorem].status is Status.CONFIRMED
    assert verdicts[definition].status is Status.REFUTED
    assert exit_code(verdicts.values()) is ExitCode.REFUTED


@pytest.mark.lean
@pytest.mark.slow
def test_what_lean_and_the_specification_get_wrong_alike_is_red(tmp_path: Path) -> None:
    """Weights that never look at the keys, in Lean, with its proofs mended, and in the YAML."""
    from harness.run import Plan, run

    shutil.copytree(ROOT / "lean", tmp_path / "lean", ignore=shutil.ignore_patterns(".lake"))
    replaced = {
        "Definitions.lean": ("weights (scores q K)", "weights (scores q fun _ => q)"),
        "Folding/SingleHead.lean": (
            "scores_invariant_of_orthogonal R q K orthogonal]",
            "scores_invariant_of_orthogonal R q (fun _ => q) orthogonal]",
        ),
    }
    for name, (right, wrong) in replaced.items():
        path = tmp_path / "lean" / "Foldability" / name
        text = path.read_text("utf-8")
        assert right in text
        path.write_text(text.replace(right, wrong), "utf-8")
    (tmp_path / "lean" / "Foldability.lean").write_text(
        "module\n\npublic import Foldability.Folding.SingleHead\n", "utf-8"
    )
    for path in (tmp_path / "lean" / "Foldability" / "Folding").iterdir():
        if path.name != "SingleHead.lean":
            path.unlink()
    specs = tmp_path / "specs"
    specs.mkdir()
    changed = definitions(attentionWeights="weights(scores(q, j ↦ q))")
    (specs / "definitions.yaml").write_text(changed, "utf-8")
    shutil.copy(ROOT / "specs" / f"{FOLDED}.yaml", specs)
    legs = tuple(leg for leg in Leg if leg is not Leg.NECESSITY)
    plan = Plan(load_project(tmp_path), tmp_path / "cache", legs=legs, workers=2)
    found = [item for item in run(plan) if isinstance(item, Evidence)]
    verdicts = {name: judge(name, found, asked) for name, asked in plan.subjects()}
    assert verdicts[FOLDED].status is Status.CONFIRMED
    assert verdicts["attentionWeights"].legs == {
        Leg.MIRROR: Outcome.CONFIRMED,
        Leg.EXECUTION: Outcome.CONFIRMED,
        Leg.IMPLEMENTATION: Outcome.REFUTED,
    }
    assert exit_code(verdicts.values()) is ExitCode.REFUTED


def test_what_dimensions_and_types_are_called_says_nothing() -> None:
    """Nor does Lean look at it: the number of keys may be k, and positions may be a type n."""
    for name, renaming in (
        ("scores", {"n": "k"}),
        ("attentionContext", {"n": "d", "d": "e", "e": "n"}),
        ("ropeVector", {"P": "m", "m": "P", "d": "position"}),
    ):
        definition = LIBRARY.definitions[name]
        dims: dict[str, Dim] = {old: DimVar(new) for old, new in renaming.items()}
        types: dict[str, Type] = {old: Named(new) for old, new in renaming.items()}
        parameters = tuple(
            Parameter(p.name, substitute_type(p.type, dims, types))
            if p.is_explicit
            else Parameter(renaming.get(p.name, p.name), p.sort)
            for p in definition.parameters
        )
        body = substitute(definition.body, {}, dims, types)
        other = replace(definition, parameters=parameters, body=body)
        assert other != definition
        assert status(other, LIBRARY) is Status.CONFIRMED
