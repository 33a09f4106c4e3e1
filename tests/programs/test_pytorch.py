"""Programs in PyTorch, right and wrong, modules, and exported graphs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.claims.programs import load_program
from harness.conformance import assert_conforms
from harness.evidence import Outcome
from harness.programs.check import exact, floats, guarded
from tests.arrays.language import LIBRARY, ROOT
from tests.programs.examples import TORCH, Edits, bound, edited, loaded

pytestmark = pytest.mark.programs

torch = pytest.importorskip("torch")


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
    "a mask of the shape of the scores": (
        "torch.ones(n, n, dtype=torch.bool).triu(1)", "torch.ones_like(scores).triu(1) > 0"),
    "a mask cut to truth": (
        "torch.ones(n, n, dtype=torch.bool).triu(1)", "torch.ones_like(scores).triu(1).bool()"),
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


def test_a_compiled_program_is_refuted_as_it_was_before(tmp_path: Path) -> None:
    edit = ("def attend(", "@torch.compile(backend='eager')\ndef attend(")
    found = exact(bound(tmp_path, edited(edited(TORCH, edit), WRONG["scale 1/d"])), LIBRARY)
    assert found.outcome is Outcome.REFUTED
    assert found.data["operator"] == "divide"
    assert found.data["line"] == "attend.py:21"


@pytest.mark.filterwarnings("ignore:.*torch.jit.script")
@pytest.mark.parametrize("made", ["compile", "script"])
def test_what_pytorch_makes_of_a_function_is_that_function(made: str) -> None:
    import harness

    compiled = {"compile": partial(torch.compile, backend="eager"), "script": torch.jit.script}
    found = harness.same(softened, compiled[made](softened), shapes={"x": (2, 3)})
    assert found.outcome is Outcome.CONFIRMED, found.summary


def softened(x: torch.Tensor) -> torch.Tensor:
    return torch.softmax(x, dim=-1)


@pytest.mark.parametrize("more", ["x.add_(1)", "x[0] = 2 * x[0]", "x.view(-1)[:2] = 0"])
def test_what_writes_into_its_input_is_told(tmp_path: Path, more: str) -> None:
    program = bound(tmp_path, TORCH.replace("    n, d = x", f"    {more}\n    n, d = x"))
    for ask in (exact, floats):
        found = guarded(program, "exact", lambda ask=ask: ask(program, LIBRARY))  # type: ignore[misc]
        assert found.outcome is Outcome.ERROR
        assert "it writes into x, which is its caller's" in found.summary


def test_what_has_no_meaning_in_a_field_is_named(tmp_path: Path) -> None:
    edit = ("    context = ", "    weights = weights.topk(1)[0] * weights\n    context = ")
    program = bound(tmp_path, edited(TORCH, edit))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "`topk` at attend.py:24" in found.summary


PYTORCH = sorted((ROOT / "specs" / "programs" / "pytorch").glob("*.yaml"))


@pytest.mark.parametrize("path", PYTORCH, ids=lambda p: p.stem)
def test_attention_of_pytorch(path: Path) -> None:
    program = load_program(path, path.name, LIBRARY, ROOT)
    assert exact(program, LIBRARY).outcome is Outcome.CONFIRMED
    assert floats(program, LIBRARY).outcome is Outcome.CONFIRMED
