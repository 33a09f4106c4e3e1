"""Programs in PyTorch: each rule beside PyTorch itself, then programs, right and wrong."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.claims.programs import Program, load_model, load_program
from harness.conformance import assert_conforms
from harness.evidence import Outcome
from harness.programs import graph, whole
from harness.programs.check import exact, floats, guarded
from harness.programs.folds import checks
from harness.programs.graph import Node
from tests.arrays.language import CLAIMS, LIBRARY, ROOT
from tests.programs import families
from tests.programs.doubles import InDoubles, planted
from tests.programs.examples import Edits, bound, edited, loaded

pytestmark = pytest.mark.programs

torch = pytest.importorskip("torch")


aten = torch.ops.aten
P = (2, 3, 4)
RULES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "add": (lambda x, y: aten.add(x, y, alpha=2), (P, P)),
    "sub": (lambda x, y: aten.sub(x, y, alpha=2), (P, (4,))),
    "rsub": (lambda x: aten.rsub(x, 3.0), (P,)),
    "mul": (aten.mul, (P, (3, 1))),
    "div": (aten.div, (P, P)),
    "neg": (aten.neg, (P,)),
    "reciprocal": (aten.reciprocal, (P,)),
    "pow": (lambda x: aten.pow(x, 3), (P,)),
    "sqrt": (lambda x: aten.sqrt(x * x), (P,)),
    "rsqrt": (lambda x: aten.rsqrt(x * x), (P,)),
    "mm": (aten.mm, ((3, 4), (4, 2))),
    "bmm": (aten.bmm, (P, (2, 4, 3))),
    "mv": (aten.mv, ((3, 4), (4,))),
    "dot": (aten.dot, ((4,), (4,))),
    "addmm": (lambda a, b, c: aten.addmm(a, b, c, beta=2, alpha=3), ((2,), (3, 4), (4, 2))),
    "baddbmm": (aten.baddbmm, ((2, 3, 3), P, (2, 4, 3))),
    "sum": (lambda x: aten.sum(x, [1], True), (P,)),
    "mean": (lambda x: aten.mean(x, [-1, 0]), (P,)),
    "exp": (aten.exp, (P,)),
    "sigmoid": (aten.sigmoid, (P,)),
    "tanh": (aten.tanh, (P,)),
    "silu": (aten.silu, (P,)),
    "gelu": (lambda x: aten.gelu(x, approximate="tanh"), (P,)),
    "erf": (aten.erf, (P,)),
    "log": (lambda x: aten.log(x * x), (P,)),
    "softplus": (aten.softplus, (P,)),
    "sin": (aten.sin, (P,)),
    "cos": (aten.cos, (P,)),
    "relu": (aten.relu, (P,)),
    "_softmax": (lambda x: aten._softmax(x, 1, False), (P,)),
    "max": (lambda x: aten._softmax(x - aten.max(x, -1, True)[0], -1, False), (P,)),
    "amax": (lambda x: aten._softmax(x - aten.amax(x, [-1], True), -1, False), (P,)),
    "native_layer_norm": (
        lambda x, w, b: aten.native_layer_norm(x, [4], w, b, 1e-3)[0], (P, (4,), (4,))),
    "_scaled_dot_product_flash_attention_for_cpu": (
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True),
        ((1, 2, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4))),
    "_safe_softmax": (lambda x: aten._safe_softmax(x, 1), (P,)),
    "_to_copy": (lambda x: x.to(torch.float64, copy=True), (P,)),
    "clone": (aten.clone, (P,)),
    "lift_fresh": (aten.lift_fresh, (P,)),
    "copy": (lambda x, y: x.clone().copy_(y) + x, (P, (4,))),
    "fill": (lambda x: x.clone().fill_(2.0) + x, (P,)),
    "zero": (lambda x: x.clone().zero_() + x, (P,)),
    "cat": (lambda x, y: aten.cat([x, y], 1), (P, P)),
    "stack": (lambda x, y: aten.stack([x, y], 1), (P, P)),
    "index": (lambda x: x[:, torch.tensor([2, 0])], (P,)),
    "index_put": (
        lambda x, y: x.clone().index_put_((torch.tensor([1, 0]),), y), (P, (2, 3, 4))),
    "index_select": (lambda x: aten.index_select(x, 2, torch.tensor([3, 1])), (P,)),
    "embedding": (lambda w: aten.embedding(w, torch.tensor([[1, 0], [2, 2]])), ((3, 4),)),
    "repeat": (lambda x: aten.repeat(x, [2, 1, 1, 3]), (P,)),
    "flip": (lambda x: aten.flip(x, [0, 2]), (P,)),
    "roll": (lambda x: aten.roll(x, [1], [2]), (P,)),
    "tril": (lambda x: aten.tril(x, -1), (P,)),
    "triu": (lambda x: aten.triu(x, 1), (P,)),
    "where": (lambda x, y: aten.where(torch.eye(3, 4) > 0, x, y), (P, P)),
    "masked_fill": (lambda x: aten.masked_fill(x, torch.eye(3, 4) > 0, 2.0), (P,)),
    "zeros_like": (lambda x: aten.zeros_like(x) + x, (P,)),
    "ones_like": (lambda x: aten.ones_like(x) + x, (P,)),
    "empty_like": (lambda x: aten.empty_like(x).copy_(x), (P,)),
    "full_like": (lambda x: aten.full_like(x, 3.0) + x, (P,)),
    "new_zeros": (lambda x: x.new_zeros([4]) + x, (P,)),
    "new_empty": (lambda x: x.new_empty([3, 4]).copy_(x[0]), (P,)),
    "new_full": (lambda x: x.new_full([4], 3.0) + x, (P,)),
    "view": (lambda x: aten.view(x, [3, 8]), (P,)),
    "_unsafe_view": (lambda x: aten._unsafe_view(x, [6, 4]), (P,)),
    "_reshape_alias": (lambda x: aten._reshape_alias(x, [6, 4], [4, 1]), (P,)),
    "transpose": (lambda x: aten.transpose(x, 0, -1), (P,)),
    "t": (aten.t, ((3, 4),)),
    "permute": (lambda x: aten.permute(x, [2, 0, 1]), (P,)),
    "expand": (lambda x: aten.expand(x, [5, -1, 3, 4]), ((2, 1, 4),)),
    "slice": (lambda x: aten.slice(x, 2, 1, 4, 2), (P,)),
    "select": (lambda x: aten.select(x, 1, -1), (P,)),
    "unsqueeze": (lambda x: aten.unsqueeze(x, -1), (P,)),
    "squeeze": (lambda x: aten.squeeze(x, 1), ((2, 1, 4),)),
    "alias": (aten.alias, (P,)),
    "detach": (aten.detach, (P,)),
    "diagonal": (lambda x: aten.diagonal(x, 0, 0, 1), (P,)),
    "split": (lambda x: aten.split(x, 3, 2)[1], (P,)),
    "split_with_sizes": (lambda x: aten.split_with_sizes(x, [1, 3], 2)[1], (P,)),
    "unbind": (lambda x: aten.unbind(x, 1)[2], (P,)),
}  # fmt: skip
"""One call for each rule, and the shapes of its arguments."""


def differs(call: Callable[..., Any], shapes: tuple[Any, ...]) -> float:
    """How far a rule's formula, in doubles, is from what PyTorch gives."""
    from harness.programs.tensors import Formula

    rng = np.random.default_rng(0)
    values = {f"v{i}": rng.standard_normal(shape) for i, shape in enumerate(shapes)}
    expected = call(*(torch.tensor(value) for value in values.values()))
    given = [Formula(graph.variable(n, v.shape), torch.float64) for n, v in values.items()]
    result = call(*given)
    assert tuple(result.shape) == tuple(expected.shape) == result.node.shape
    return float(np.abs(InDoubles(values)(result.node) - expected.numpy()).max())


def test_every_rule_is_called() -> None:
    from harness.programs.tensors import OPERATORS, SEVERAL, VIEWS

    assert set(RULES) == set(OPERATORS) | set(VIEWS) | set(SEVERAL)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_gives_what_pytorch_gives(name: str) -> None:
    assert differs(*RULES[name]) < 1e-12


def _backwards(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A view, or several, with their entries in another order."""

    def flipped(how: Any) -> Any:
        return [flipped(one) for one in how] if isinstance(how, list) else lambda a: np.flip(how(a))

    return lambda *arguments, **options: flipped(rule(*arguments, **options))


ANY = ("empty_like", "new_empty")
"""Rules for tensors that are written over; any numbers are right."""


@pytest.mark.parametrize("name", [name for name in RULES if name not in ANY])
def test_a_fault_planted_in_a_rule_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.programs import tensors

    for table in (tensors.OPERATORS, tensors.VIEWS, tensors.SEVERAL):
        if name in table:
            fault: Any = planted if table is tensors.OPERATORS else _backwards
            if name in ("max", "amax"):  # any number does that is one for a whole row
                fault = _given
            monkeypatch.setitem(table, name, fault(table[name]))  # type: ignore[index]
    assert differs(*RULES[name]) > 0.1


def _given(rule: Callable[..., Any]) -> Callable[..., Any]:
    from harness.programs.tensors import node

    return lambda value, *_: (node(value), None) if rule.__name__ == "_maximum" else node(value)


def test_a_planted_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A rule of `div` that gives 0 made right and wrong programs agree in a trial."""
    from harness.programs import tensors

    def nothing(left: Any, right: Any, **_: Any) -> Node:
        shape = np.broadcast_shapes(tensors.node(left).shape, tensors.node(right).shape)
        return graph.constant(np.zeros(shape))

    monkeypatch.setitem(tensors.OPERATORS, "div", nothing)  # type: ignore[index]
    assert differs(*RULES["div"]) > 0.1
    assert exact(bound(tmp_path, TORCH), LIBRARY).outcome is Outcome.REFUTED


TORCH = """\
import math

import torch
import torch.nn.functional as F


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def attend(x, wq, bq, wk, bk, wv, bv, wo, bo, cos, sin, heads, groups):
    n, d = x.shape[0], wq.shape[0] // heads
    q = F.linear(x, wq, bq).view(n, heads, d).transpose(0, 1)
    k = F.linear(x, wk, bk).view(n, groups, d).transpose(0, 1)
    v = F.linear(x, wv, bv).view(n, groups, d).transpose(0, 1)
    q, k = rotate(q, cos, sin), rotate(k, cos, sin)
    k = k.repeat_interleave(heads // groups, dim=0)
    v = v.repeat_interleave(heads // groups, dim=0)
    scores = q @ k.transpose(-1, -2) / math.sqrt(d)
    later = torch.ones(n, n, dtype=torch.bool).triu(1)
    scores = scores.masked_fill(later, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    context = (weights @ v).transpose(0, 1).reshape(n, heads * d)
    return F.linear(context, wo, bo)
"""

WRONG: Edits = {
    "a transposed operand": ("F.linear(x, wq, bq)", "F.linear(x, wq.t().reshape(wq.shape), bq)"),
    "scale 1/d": ("math.sqrt(d)", "d"),
    "mask one later": ("triu(1)", "triu(2)"),
    "pairs of neighbours": ("first, second = x.chunk(2, dim=-1)",
                            "first, second = x[..., ::2], x[..., 1::2]"),
    "bias forgotten": ("F.linear(x, wk, bk)", "F.linear(x, wk)"),
    "heads tiled": ("k.repeat_interleave(heads // groups, dim=0)",
                    "k.repeat(heads // groups, 1, 1)"),
    "softmax over queries": ("dim=-1)\n    context", "dim=-2)\n    context"),
    "an input ignored": ("F.linear(context, wo, bo)", "F.linear(context, wo, bo) * 0.0"),
    "heads not put back": ("(weights @ v).transpose(0, 1).reshape",
                           "(weights @ v).reshape"),
}  # fmt: skip

RIGHT: Edits = {
    "as it is": ("", ""),
    "PyTorch's own attention": (
        "    scores = q @ k.transpose(-1, -2) / math.sqrt(d)\n"
        "    later = torch.ones(n, n, dtype=torch.bool).triu(1)\n"
        '    scores = scores.masked_fill(later, float("-inf"))\n'
        "    weights = torch.softmax(scores, dim=-1)\n"
        "    context = (weights @ v).transpose(0, 1).reshape(n, heads * d)\n",
        "    context = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)\n"
        "    context = context[0].transpose(0, 1).reshape(n, heads * d)\n"),
    "softmax by hand": (
        "torch.softmax(scores, dim=-1)",
        "(scores - scores.amax(-1, keepdim=True)).exp()\n"
        "    weights = weights / weights.sum(-1, keepdim=True)"),
    "einsum": ("q @ k.transpose(-1, -2)", "torch.einsum('hid,hjd->hij', q, k)"),
    "written in place": (
        "    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)",
        "    out = torch.empty_like(x)\n    half = x.shape[-1] // 2\n"
        "    out[..., :half] = first * cos - second * sin\n"
        "    out[..., half:] = second * cos + first * sin\n    return out"),
    "query by query": (
        "    context = (weights @ v).transpose(0, 1).reshape(n, heads * d)\n",
        "    rows = [torch.stack([weights[h, i] @ v[h] for h in range(heads)]).flatten()\n"
        "            for i in range(n)]\n    context = torch.stack(rows)\n"),
}  # fmt: skip


THREE = """\
import math

import torch
import torch.nn.functional as F


def heads(x, w):
    return F.linear(x, w).view(1, 3, 2, 4).transpose(1, 2)


def eager(x, wq, wk, wv):
    q, k, v = heads(x, wq), heads(x, wk), heads(x, wv)
    scores = q @ k.transpose(-1, -2) / math.sqrt(4)
    later = torch.ones(3, 3, dtype=torch.bool).triu(1)
    weights = torch.softmax(scores.masked_fill(later, float("-inf")), dim=-1)
    return (weights @ v).transpose(1, 2).reshape(1, 3, 8)


def fused(x, wq, wk, wv):
    q, k, v = heads(x, wq), heads(x, wk), heads(x, wv)
    found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return found.transpose(1, 2).reshape(1, 3, 8)


def unmasked(x, wq, wk, wv):
    q, k, v = heads(x, wq), heads(x, wk), heads(x, wv)
    found = F.scaled_dot_product_attention(q, k, v)
    return found.transpose(1, 2).reshape(1, 3, 8)


class Wrapped(torch.nn.Module):
    def __init__(self, call):
        super().__init__()
        self.call = call

    def forward(self, x, wq, wk, wv):
        return self.call(x, wq, wk, wv)


def exported(call):
    given = [torch.zeros(1, 3, 8).double(), *(torch.zeros(8, 8).double() for _ in range(3))]
    return torch.export.export(Wrapped(call), tuple(given)).module()
"""

PART = """\
import torch


class Block(torch.nn.Module):
    def __init__(self, e, m):
        super().__init__()
        self.out = torch.nn.Linear(e, m, bias=False)

    def forward(self, q, K, V):
        return self.out(torch.softmax(K @ q / q.shape[-1] ** 0.5, dim=-1) @ V)
"""


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_program_is_refuted(tmp_path: Path, name: str) -> None:
    found = exact(bound(tmp_path, edited(TORCH, WRONG[name])), LIBRARY)
    assert found.outcome is Outcome.REFUTED, found.summary
    assert found.data["operator"]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_confirmed(tmp_path: Path, name: str) -> None:
    program = bound(tmp_path, edited(TORCH, RIGHT[name]))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.CONFIRMED, found.summary
    assert floats(program, LIBRARY).outcome is Outcome.CONFIRMED


def test_eager_attention_fused_attention_and_an_exported_graph_are_one_function(
    tmp_path: Path,
) -> None:
    """Whole modules, whose tensors are inputs like others; and one that is not the same."""
    import harness

    (tmp_path / "three.py").write_text(THREE, "utf-8")
    three = loaded(tmp_path / "three.py")
    shapes = {"x": (1, 3, 8), **dict.fromkeys(("wq", "wk", "wv"), (8, 8))}
    for other in (three.fused, three.exported(three.fused), three.exported(three.eager)):
        found = harness.same(three.eager, other, shapes=shapes)
        assert found.outcome is Outcome.CONFIRMED, found.summary
    found = harness.same(three.eager, three.unmasked, shapes=shapes)
    assert found.outcome is Outcome.REFUTED
    assert "they part at" in found.summary
    found = harness.same(three.eager, three.exported(three.unmasked), shapes=shapes)
    assert found.outcome is Outcome.REFUTED


def test_a_module_and_its_exported_graph_conform(tmp_path: Path) -> None:
    """The tensors of both are given by their names."""
    import harness

    (tmp_path / "part.py").write_text(PART, "utf-8")
    block = loaded(tmp_path / "part.py").Block(2, 5).double()
    shapes = ((4,), (3, 4), (3, 2))
    exported = torch.export.export(block, tuple(torch.zeros(s).double() for s in shapes)).module()
    binding: dict[str, Any] = {
        "project": ROOT,
        "for_": {
            "n, d, e, m": "dimension",
            "soft": "vector(n) -> vector(n)",
            "scale": "scalar",
            "Wo": "matrix(m, e)",
            "q": "vector(d)",
            "K": "index(n) -> vector(d)",
            "V": "index(n) -> vector(e)",
        },
        "where": {"weights": "z ↦ soft(scale * z)"},
        "open_": {"soft": "softmax"},
        "give": {"out.weight": "Wo", "q": "q", "K": "K", "V": "V"},
        "at": [{"n": 3, "d": 4, "e": 2, "m": 5, "scale": "1/2"}],
    }
    for program in (block, exported):
        found = harness.conforms(program, "attentionBlockOutput", **binding)
        assert [item.outcome for item in found[:2]] == [Outcome.CONFIRMED] * 2, found
    wrong = {**binding["give"], "K": "V", "V": "K"}
    with pytest.raises(AssertionError, match="does not conform"):
        assert_conforms(block, "attentionBlockOutput", **{**binding, "give": wrong})


def test_half_precision_is_found_in_floating_point(tmp_path: Path) -> None:
    edit = ("weights @ v", "weights.half().double() @ v")
    program = bound(tmp_path, edited(TORCH, edit))
    assert exact(program, LIBRARY).outcome is Outcome.CONFIRMED
    assert floats(program, LIBRARY).outcome is Outcome.REFUTED


def test_what_has_no_meaning_in_a_field_is_named(tmp_path: Path) -> None:
    edit = ("    context = ", "    weights = weights.topk(1)[0] * weights\n    context = ")
    program = bound(tmp_path, edited(TORCH, edit))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "`topk` at attend.py:24" in found.summary


FAMILIES = sorted((ROOT / "specs" / "programs" / "transformers").glob("*.yaml"))
PYTORCH = sorted((ROOT / "specs" / "programs" / "pytorch").glob("*.yaml"))


@pytest.mark.parametrize("path", PYTORCH, ids=lambda p: p.stem)
def test_attention_of_pytorch(path: Path) -> None:
    program = load_program(path, path.name, LIBRARY, ROOT)
    assert exact(program, LIBRARY).outcome is Outcome.CONFIRMED
    assert floats(program, LIBRARY).outcome is Outcome.CONFIRMED


def copied(folder: Path, family: str, edit: tuple[str, str]) -> Program:
    """The program of a family, whose module is an edited copy of what is installed."""
    binding = (ROOT / f"specs/programs/transformers/{family}.yaml").read_text("utf-8")
    found = re.search(r"^program: ((transformers\.models\.\w+)\.\w+):", binding, re.MULTILINE)
    assert found is not None
    module, package = found.groups()
    file = importlib.util.find_spec(module)
    assert file is not None
    assert file.origin is not None
    source = Path(file.origin).read_text("utf-8")
    source = re.sub(r"^from \.\.\.(\w)", r"from transformers.\1", source, flags=re.MULTILINE)
    source = re.sub(r"^from \.\.\. ", "from transformers ", source, flags=re.MULTILINE)
    source = re.sub(r"^from \.(\w)", rf"from {package}.\1", source, flags=re.MULTILINE)
    (folder / "copy.py").write_text(edited(source, edit), "utf-8")
    (folder / "copy.yaml").write_text(binding.replace(f"{module}:", "copy.py:"), "utf-8")
    return load_program(folder / "copy.yaml", "copy.yaml", LIBRARY, folder)


def _cases(table: dict[str, Edits]) -> list[Any]:
    pairs = [(family, name) for family, edits in table.items() for name in edits]
    return [pytest.param(*pair, id=" ".join(pair)) for pair in pairs]


@pytest.mark.parametrize(("family", "name"), _cases(families.WRONG))
def test_a_wrong_copy_of_a_real_module_is_refuted(tmp_path: Path, family: str, name: str) -> None:
    pytest.importorskip("transformers")
    program = copied(tmp_path, family, families.WRONG[family][name])
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.REFUTED, found.summary
    assert found.data["operator"]
    assert found.data["line"]


@pytest.mark.parametrize(("family", "name"), _cases(families.RIGHT))
def test_a_rewritten_copy_is_confirmed(tmp_path: Path, family: str, name: str) -> None:
    pytest.importorskip("transformers")
    program = copied(tmp_path, family, families.RIGHT[family][name])
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.CONFIRMED, found.summary


ASKED = {
    "biasedGroupedQueryRopeAttentionBlockOutput": (
        "separate_rotations",
        ("Wq", "Wk", "Wv", "Wo"),
    ),
    "latentAttentionBlockOutput": ("intertwining_pairs", ("Wqn", "Wqr", "Wkn", "Wkr")),
    "qkNormGroupedQueryRopeAttentionBlockOutput": ("carried_gains", ("Wq", "Wk")),
}
"""Of each definition, a claim that is asked of programs, and what has to change in it. Gains that
are alike where R mixes are carried along as they are."""


PARTIAL = {
    **dict.fromkeys(("phi", "gpt_neox", "stablelm"), "HalfSplit"),
    **dict.fromkeys(("glm", "gptj"), "Interleaved"),
}
"""Of programs with RoPE of a part of a head, the layout."""


@pytest.mark.parametrize("path", FAMILIES, ids=lambda p: p.stem)
def test_the_families_of_transformers(path: Path) -> None:
    pytest.importorskip("transformers")
    from harness.programs.leg import check

    program = load_program(path, path.name, LIBRARY, ROOT)
    about = LIBRARY.definitions[program.definition]
    found = list(check(about, LIBRARY, program=program, claims=tuple(CLAIMS.values())))
    if program.lacks:
        assert [item.outcome for item in found] == [Outcome.NOT_APPLICABLE]
        return
    claims = {item.check.rpartition(" ")[2]: item for item in found[2:]}
    for item in found:
        own = "which the program makes by itself" in item.summary
        assert item.outcome is (Outcome.NOT_APPLICABLE if own else Outcome.CONFIRMED), item.summary
    name, changed = ASKED[program.definition]
    of = claims[f"{program.definition}_invariant_of_{name}"]
    assert of.outcome is Outcome.CONFIRMED, of.summary
    assert set(changed) <= set(of.data.get("breaks_without", ()))
    if path.stem in PARTIAL:
        of = claims[f"partialRope{PARTIAL[path.stem]}AttentionBlockOutput_invariant_of_angles"]
        assert {"Wq", "Wk"} <= set(of.data["breaks_without"])


NORMS = {
    "neighbours": families.HALVES,
    "the mean taken off": (
        "hidden_states = hidden_states.to(torch.float32)",
        "hidden_states = hidden_states.to(torch.float32)\n"
        "        hidden_states = hidden_states - hidden_states.mean(-1, keepdim=True)",
    ),
    "a norm of the first half": (
        "hidden_states.pow(2).mean(",
        "hidden_states[..., : hidden_states.shape[-1] // 2].pow(2).mean(",
    ),
}
"""Edits of attention with normed queries and keys by which rotations fold no more."""


@pytest.mark.parametrize("name", ["", *NORMS])
def test_a_claim_about_norms_is_asked_of_right_and_wrong_copies(tmp_path: Path, name: str) -> None:
    pytest.importorskip("transformers")
    program = copied(tmp_path, "qwen3", NORMS.get(name, ("", "")))
    claim = CLAIMS[f"{program.definition}_invariant_of_carried_gains"]
    ((_, ask),) = checks(program, LIBRARY, [claim], 0)
    found = ask()
    assert found.outcome is (Outcome.REFUTED if name else Outcome.CONFIRMED), found.summary


MODELS = sorted((ROOT / "specs" / "models").glob("*.yaml"))


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_whole_models_with_every_layer_folded(path: Path) -> None:
    pytest.importorskip("transformers")
    model = load_model(path, path.name, LIBRARY, ROOT)
    claims = tuple(CLAIMS.values())
    about = LIBRARY.definitions[model.part.definition]
    of_claims = {
        item.check.rpartition(" ")[2]: item
        for item in whole.check(about, LIBRARY, model=model, claims=claims)
    }
    for item in of_claims.values():
        own = "which the model makes by itself" in item.summary
        assert item.outcome is (Outcome.NOT_APPLICABLE if own else Outcome.CONFIRMED), item.summary
    found = of_claims[f"{model.part.definition}_invariant_of_separate_rotations"]
    assert found.data["entries"] == 300
    # The first token sees itself alone, so its 60 logits do not need that queries and keys agree.
    assert found.data["changed_without"]["Wq"] == 240
    assert found.data["changed_without"]["Wo"] == 300


def test_a_fold_that_does_not_meet_the_rotation_changes_a_whole_model(tmp_path: Path) -> None:
    """The same model, bound as if it did not rotate: then any orthogonal matrix would do."""
    pytest.importorskip("transformers")
    part = (ROOT / "specs/programs/transformers/llama.yaml").read_text("utf-8")
    rotation = "ropeHalfSplit(c(a), s(a))"
    assert rotation in part
    (tmp_path / "part.yaml").write_text(part.replace(rotation, "1"), "utf-8")
    text = (ROOT / "specs/models/llama.yaml").read_text("utf-8")
    text = text.replace("../programs/transformers/llama.yaml", "part.yaml")
    (tmp_path / "llama.yaml").write_text(text, "utf-8")
    model = load_model(tmp_path / "llama.yaml", "llama.yaml", LIBRARY, ROOT)
    about = LIBRARY.definitions[model.part.definition]
    claim = CLAIMS[f"{model.part.definition}_invariant_of_separate_rotations"]
    (found,) = whole.check(about, LIBRARY, model=model, claims=(claim,))
    assert found.outcome is Outcome.REFUTED
    assert found.data["differ"] == 80


def left(call: Any) -> Any:
    """What is left of a copy of the input after something was done with it."""

    def program(x: Any) -> Any:
        copy = torch.add(x, 0)
        call(copy)
        return copy

    return program


def turned(x: Any) -> Any:
    return torch.add(x.t(), 0)


ONE_FUNCTION: dict[str, tuple[Any, Any]] = {
    "a view of it": (left(lambda x: x.add_(1)), left(lambda x: x.t().add_(1))),
    "itself": (left(lambda x: x.add_(1)), left(lambda x: x.contiguous().view(-1).add_(1))),
    "a copy of it": (left(id), left(lambda x: x.t().contiguous().add_(1))),
    "reshaped, which copies": (left(id), left(lambda x: x.t().reshape(-1).add_(1))),
    "reshaped, which does not": (
        left(lambda x: x.add_(1)), left(lambda x: x.reshape(-1).add_(1))),
    "turned in place": (lambda x: x.t() + 1, lambda x: left(lambda y: y.t_().add_(1))(x)),
    "of one rank less": (lambda x: x[0] @ x, lambda x: (x[:1] @ x).squeeze_(0)),
    "made of one that is turned": (turned, lambda x: left(lambda y: y.contiguous())(turned(x))),
    "whole numbers": (lambda x: x * 2, lambda x: x * torch.full_like(x, 2.5, dtype=torch.int64)),
}  # fmt: skip

TWO_FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "a sum of whole numbers": (
        lambda x: x.sum(-1), lambda x: torch.sum(x, -1, dtype=torch.int64)),
    "put into whole numbers": (
        left(id), lambda x: torch.zeros_like(x, dtype=torch.int64).copy_(x)),
    "turned in place": (left(id), left(lambda x: x.transpose_(0, 1))),
    "of another rank in place": (left(id), left(lambda x: x.unsqueeze_(0))),
    "put into": (left(id), left(lambda x: torch.sin(x, out=x))),
    "a copy of what is turned": (
        lambda x: turned(x) + 1, lambda x: _more(turned(x), torch.Tensor.contiguous)),
    "a reshaped copy of it": (
        lambda x: turned(x) + 1, lambda x: _more(turned(x), lambda y: y.reshape(-1))),
    "entries that are one": (
        lambda x: 2 * x, left(lambda x: x.expand(2, 3, 3)[0].add_(1)),
    ),
    "infinite": (left(id), lambda x: x + torch.finfo(x.dtype).min),
    "no number": (left(id), lambda x: x + (x - x) / (x - x)),
}  # fmt: skip


def _more(value: Any, of: Any) -> Any:
    """One more is added to what is made of it, and it is given."""
    of(value).add_(1)
    return value


@pytest.mark.parametrize("name", ONE_FUNCTION)
def test_what_is_the_same_is_confirmed(name: str) -> None:
    import harness

    found = harness.same(*ONE_FUNCTION[name], shapes={"x": (3, 3)})
    assert found.outcome is Outcome.CONFIRMED, found.summary


@pytest.mark.parametrize("name", TWO_FUNCTIONS)
def test_what_a_rule_could_leave_out_of_sight_is_not_confirmed(name: str) -> None:
    import harness
    from harness.programs.target import Unusable

    try:
        found = harness.same(*TWO_FUNCTIONS[name], shapes={"x": (3, 3)})
    except Unusable:
        return
    assert found.outcome is not Outcome.CONFIRMED, found.summary
