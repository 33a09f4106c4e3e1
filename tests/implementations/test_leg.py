"""The implementation leg confirms the project's definitions, and refutes each that is wrong."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

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


WRONG_LEAN = """\
namespace Foldability

def sum {α : Type u} [OfNat α 0] [Add α] : {n : Nat} → (f : Fin n → α) → α
  | 0, _ => 0
  | n + 1, f => sum (fun i : Fin n => f i.castSucc) + f (Fin.last n)

def dot {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  sum fun i => u i * v i

def scores {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d : Nat}
    (q : Fin d → α) (K : Fin n → Fin d → α) : Fin n → α :=
  fun j => dot q (K j)

def attentionWeights {α : Type u} [OfNat α 0] [Add α] [Mul α] {n d : Nat}
    (weights : (Fin n → α) → Fin n → α) (q : Fin d → α) (_K : Fin n → Fin d → α) : Fin n → α :=
  weights (scores q fun _ => q)

theorem weights_neg {α : Type u} [Lean.Grind.CommRing α] {n d : Nat}
    (weights : (Fin n → α) → Fin n → α) (q : Fin d → α) (K : Fin n → Fin d → α) :
    attentionWeights weights (fun i => -q i) K = attentionWeights weights q K :=
  have same : (fun i => -q i * -q i) = fun i => q i * q i := funext fun i => by grind
  congrArg (fun f => weights fun _ => sum f) same

end Foldability
"""
WRONG_CLAIM = """\
theorem: weights_neg
says: Turned round, a query has the same weights.
for:
  n, d: dimension
  weights: vector(n) -> vector(n)
  q: vector(d)
  K: index(n) -> vector(d)
then: attentionWeights(weights, [i ↦ -q[i]], K) = attentionWeights(weights, q, K)
"""


@pytest.mark.lean
@pytest.mark.slow
def test_what_lean_and_the_specification_get_wrong_alike_is_red(tmp_path: Path) -> None:
    """Weights that never look at the keys, in Lean, with a theorem of theirs, and in the YAML."""
    from harness.run import Plan, run

    lakefile = 'name = "Foldability"\n[[lean_lib]]\nname = "Foldability"\n'
    whole = yaml.safe_load(definitions(attentionWeights="weights(scores(q, j ↦ q))"))
    known = ("scores", "attentionWeights")
    for name, part in (("primitives", ("sum", "dot")), ("definitions", known)):
        whole[name] = {key: whole[name][key] for key in part}
    for name, text in {
        "lean/lakefile.toml": lakefile,
        "lean/Foldability.lean": WRONG_LEAN,
        "specs/definitions.yaml": yaml.safe_dump(whole, allow_unicode=True, sort_keys=False),
        "specs/weights_neg.yaml": WRONG_CLAIM,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    legs = tuple(leg for leg in Leg if leg is not Leg.NECESSITY)
    plan = Plan(load_project(tmp_path), tmp_path / "cache", legs=legs, workers=2)
    found = [item for item in run(plan) if isinstance(item, Evidence)]
    verdicts = {name: judge(name, found, asked) for name, asked in plan.subjects()}
    assert verdicts["weights_neg"].status is Status.CONFIRMED
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
