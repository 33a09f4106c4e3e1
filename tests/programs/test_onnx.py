"""Graphs of ONNX: right ones are the definition, wrong ones are told by the node."""

from pathlib import Path

import pytest

from harness.claims.programs import Program, load_program
from harness.evidence import Outcome
from harness.programs.check import exact, floats, guarded
from tests.arrays.language import LIBRARY
from tests.programs.examples import BINDING, Edits, edited

pytestmark = pytest.mark.programs

onnx = pytest.importorskip("onnx")

GRAPH = """\
<ir_version: 9, opset_import: ["" : 18]>
attend (double[3,5] x, double[16,5] wq, double[16] bq, double[8,5] wk, double[8] bk,
        double[8,5] wv, double[8] bv, double[5,16] wo, double[5] bo,
        double[3,2] cos, double[3,2] sin) => (double[3,5] y)
{
    of_heads = Constant <value_ints = [3, 4, 4]> ()
    of_groups = Constant <value_ints = [3, 2, 4]> ()
    q_rows = Gemm <transB = 1> (x, wq, bq)
    k_rows = Gemm <transB = 1> (x, wk, bk)
    v_rows = Gemm <transB = 1> (x, wv, bv)
    q_apart = Reshape (q_rows, of_heads)
    k_apart = Reshape (k_rows, of_groups)
    v_apart = Reshape (v_rows, of_groups)
    q = Transpose <perm = [1, 0, 2]> (q_apart)
    k = Transpose <perm = [1, 0, 2]> (k_apart)
    v = Transpose <perm = [1, 0, 2]> (v_apart)
    q1, q2 = Split <axis = -1, num_outputs = 2> (q)
    q1c = Mul (q1, cos)
    q2s = Mul (q2, sin)
    q2c = Mul (q2, cos)
    q1s = Mul (q1, sin)
    q_first = Sub (q1c, q2s)
    q_second = Add (q2c, q1s)
    q_turned = Concat <axis = -1> (q_first, q_second)
    k1, k2 = Split <axis = -1, num_outputs = 2> (k)
    k1c = Mul (k1, cos)
    k2s = Mul (k2, sin)
    k2c = Mul (k2, cos)
    k1s = Mul (k1, sin)
    k_first = Sub (k1c, k2s)
    k_second = Add (k2c, k1s)
    k_turned = Concat <axis = -1> (k_first, k_second)
    groups = Constant <value_ints = [0, 0, 1, 1]> ()
    k_all = Gather <axis = 0> (k_turned, groups)
    v_all = Gather <axis = 0> (v, groups)
    k_across = Transpose <perm = [0, 2, 1]> (k_all)
    products = MatMul (q_turned, k_across)
    scale = Constant <value = double {0.5}> ()
    scores = Mul (products, scale)
    mask = Constant <value = double[3,3] {0, -1e30, -1e30, 0, 0, -1e30, 0, 0, 0}> ()
    masked = Add (scores, mask)
    weights = Softmax <axis = -1> (masked)
    contexts = MatMul (weights, v_all)
    by_token = Transpose <perm = [1, 0, 2]> (contexts)
    flat = Constant <value_ints = [3, 16]> ()
    joined = Reshape (by_token, flat)
    y = Gemm <transB = 1> (joined, wo, bo)
}
"""

WRONG: Edits = {
    "scale": ("{0.5}", "{0.25}"),
    "mask one later": ("0, 0, -1e30, 0, 0, 0}", "0, 0, 0, 0, 0, 0}"),
    "heads tiled": ("[0, 0, 1, 1]", "[0, 1, 0, 1]"),
    "a sign": ("k_first = Sub", "k_first = Add"),
    "bias forgotten": ("(x, wk, bk)", "(x, wk)"),
    "softmax over the queries": ("Softmax <axis = -1>", "Softmax <axis = -2>"),
    "heads not put back": ("Reshape (by_token", "Reshape (contexts"),
}

RIGHT: Edits = {
    "as it is": ("", ""),
    "exponentials by themselves": (
        "weights = Softmax <axis = -1> (masked)",
        "powers = Exp (masked)\n    last = Constant <value_ints = [-1]> ()\n"
        "    total = ReduceSum (powers, last)\n    weights = Div (powers, total)"),
    "queries scaled": (
        "products = MatMul (q_turned, k_across)\n"
        "    scale = Constant <value = double {0.5}> ()\n    scores = Mul (products, scale)",
        "scale = Constant <value = double {0.5}> ()\n    less = Mul (q_turned, scale)\n"
        "    scores = MatMul (less, k_across)"),
}  # fmt: skip


def bound(folder: Path, text: str) -> Program:
    onnx.save(onnx.parser.parse_model(text), folder / "attend.onnx")
    binding = BINDING.replace("attend.py:attend", "attend.onnx")
    lines = binding.splitlines()
    kept = [line for line in lines if "number:" not in line and "{n: 4" not in line]
    (folder / "b.yaml").write_text("\n".join(kept) + "\n", "utf-8")
    return load_program(folder / "b.yaml", "b.yaml", LIBRARY, folder)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_graph_is_confirmed(tmp_path: Path, name: str) -> None:
    program = bound(tmp_path, edited(GRAPH, RIGHT[name]))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.CONFIRMED, found.summary
    assert len(found.data["moved_by"]) == 11  # type: ignore[arg-type]
    assert floats(program, LIBRARY).outcome is Outcome.CONFIRMED


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_graph_is_refuted_and_told_where(tmp_path: Path, name: str) -> None:
    program = bound(tmp_path, edited(GRAPH, WRONG[name]))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.REFUTED, found.summary
    assert str(found.data["line"]).startswith("attend.onnx, "), found.data


def test_what_has_no_meaning_in_a_field_is_named_with_its_node(tmp_path: Path) -> None:
    program = bound(tmp_path, GRAPH.replace("Softmax <axis = -1>", "Floor"))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "`floor` at attend.onnx, weights" in found.summary


def test_a_file_that_is_no_graph_is_an_error(tmp_path: Path) -> None:
    program = bound(tmp_path, GRAPH)
    (tmp_path / "attend.onnx").write_text("no graph", "utf-8")
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.ERROR
    assert found.diagnostics[0].file == "b.yaml"


@pytest.mark.parametrize(("to", "outcome"), [(1, Outcome.CONFIRMED), (7, Outcome.NOT_APPLICABLE)])
def test_a_cast_cuts_what_its_format_cuts(tmp_path: Path, to: int, outcome: Outcome) -> None:
    """To float32 (1) numbers are rounded; to whole ones (7) they are others."""
    cast = f"fewer = Cast <to = {to}> (masked)\n    again = Cast <to = 11> (fewer)\n"
    text = GRAPH.replace("weights = Softmax", f"{cast}    weights = Softmax")
    program = bound(tmp_path, text.replace("<axis = -1> (masked)", "<axis = -1> (again)"))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is outcome, found.summary


def test_a_graph_that_writes_over_its_input_is_an_error(tmp_path: Path) -> None:
    """Others who run the file refuse it, or keep the input."""
    program = bound(tmp_path, GRAPH.replace("q_rows = Gemm", "x = Neg (x)\n    q_rows = Gemm"))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.ERROR
