"""Right folds verify, and each wrong one is refused with its layer, its head and its cause."""

import json
from dataclasses import replace

import numpy as np
import pytest

from harness.checkpoints.sides import open_side
from tests.checkpoints.making import (
    CASES,
    NORMED,
    TYPES,
    judged,
    make,
    recipe_for,
    save,
    turned,
    whole,
)
from tests.checkpoints.spoiling import tried

PLAIN = [name for name in CASES if name not in NORMED | {"olmo"}]
BIASED = [name for name in CASES if CASES[name]["biases"]]
GROUPED = [name for name in PLAIN if name not in {"gpt_neox", "gptj", "modernbert", "falcon"}]
dtypes = pytest.mark.parametrize("dtype", TYPES)


def in_turn(names):
    """Three families in each format, and each other in one."""
    pairs = [
        (name, dtype)
        for i, name in enumerate(names)
        for j, dtype in enumerate(TYPES)
        if i < 3 or i % 3 == j
    ]
    return pytest.mark.parametrize(("name", "dtype"), pairs)


def relayered(model, **changes):
    return replace(model, layers=tuple(replace(x, **changes) for x in model.layers))


def rotating(model, span):
    """The same model, where RoPE is thought to rotate `span` of the coordinates of a head."""

    def scores(layer):
        return tuple(
            replace(m, rotated=span(m.rotated, layer.sizes[m.key])) if m.rotated else m
            for m in layer.scores
        )

    return replace(model, layers=tuple(replace(x, scores=scores(x)) for x in model.layers))


@dtypes
@pytest.mark.parametrize("name", CASES)
def test_right_folds_verify(name, dtype, tmp_path):
    old = save(tmp_path / "old", name, make(name, dtype), shards=2)
    new = turned(old, recipe_for(name))
    report = judged(old, save(tmp_path / "new", name, new))
    assert report.exit_code == 0, report.faults
    assert report.turned
    assert report.worst <= 1


@in_turn(PLAIN)
def test_the_wrong_layout(name, dtype, tmp_path):
    old = save(tmp_path / "old", name, make(name, dtype))
    other = {"half-split": "interleaved", "interleaved": "half-split"}
    new = turned(old, {"angles": "random"}, lambda m: m.in_layout(other[m.layers[0].pairs]))
    report = judged(old, save(tmp_path / "new", name, new))
    faults = [fault for fault in report.faults if "pairing would" in fault.cause]
    swapped = other[open_side(old).model.layers[0].pairs]
    assert faults
    assert all(f"the {swapped} pairing would" in fault.cause for fault in faults)
    assert all("does not commute with RoPE, up to" in fault.what for fault in faults)
    rotated = {layer.number for layer in open_side(old).model.layers if layer.scores[0].rotated}
    assert {fault.layer for fault in faults} == rotated


@in_turn(PLAIN)
def test_a_dense_rotation_of_queries_and_keys(name, dtype, tmp_path):
    old = save(tmp_path / "old", name, make(name, dtype))
    new = turned(old, {"free": "random"}, lambda m: rotating(m, lambda rotated, size: 0))
    report = judged(old, save(tmp_path / "new", name, new))
    assert report.exit_code == 1
    assert any("does not commute with RoPE" in fault.what for fault in report.faults)


@dtypes
@pytest.mark.parametrize("name", ["phi", "phi4_mini", "gpt_neox", "stablelm", "nemotron"])
def test_partial_rotation_ignored(name, dtype, tmp_path):
    old = save(tmp_path / "old", name, make(name, dtype))
    new = turned(old, {"angles": "random"}, lambda m: rotating(m, lambda rotated, size: size))
    report = judged(old, save(tmp_path / "new", name, new))
    causes = {fault.cause for fault in report.faults if fault.role == "k"}
    assert causes == {"the half-split pairing over all 16 coordinates would"}


@dtypes
@pytest.mark.parametrize("name", ["glm", "gptj"])
def test_partial_rotation_ignored_is_harmless_where_pairs_are_interleaved(name, dtype, tmp_path):
    old = save(tmp_path / "old", name, make(name, dtype))
    new = turned(old, {"angles": "random"}, lambda m: rotating(m, lambda rotated, size: size))
    assert judged(old, save(tmp_path / "new", name, new)).exit_code == 0


@dtypes
@pytest.mark.parametrize("name", BIASED)
def test_a_forgotten_bias(name, dtype, tmp_path):
    tensors = make(name, dtype)
    old = save(tmp_path / "old", name, tensors)
    new = turned(old, recipe_for(name))
    stays = [key for key in new if key.endswith(".bias") and ".0." in key]
    report = judged(old, save(tmp_path / "new", name, new | {k: tensors[k] for k in stays}))
    assert report.exit_code == 1
    assert {fault.layer for fault in report.faults} == {0}
    assert any("bias" in fault.cause for fault in report.faults)


def of_queries(folder, change, dtype, new, old):
    """Every query head of layer 0 turned as `change` says: (head, rows) to rows."""
    side = open_side(folder)
    layer = side.model.layers[0]
    for head, (segment,) in enumerate(side.units(layer, layer.scores[0].query)):
        for kind in ("weight", "bias"):
            key = f"{segment.stem}.{kind}"
            if key in new:
                before, after = (x[key][segment.span].astype(float) for x in (old, new))
                new[key][segment.span] = change(head, before, after).astype(TYPES[dtype])
    return new


@in_turn(PLAIN)
def test_queries_left_as_they_were(name, dtype, tmp_path):
    tensors = make(name, dtype)
    old = save(tmp_path / "old", name, tensors)
    new = turned(old, {"angles": "random", "free": "random"})
    new = of_queries(old, lambda head, before, after: before, dtype, new, tensors)
    report = judged(old, save(tmp_path / "new", name, new))
    assert report.exit_code == 1
    assert {fault.layer for fault in report.faults} == {0}
    layer = open_side(old).model.layers[0]
    if layer.scores[0].rotated == layer.sizes[layer.scores[0].key]:
        assert {fault.cause for fault in report.faults} == {"the queries were left as they were"}


@in_turn(GROUPED)
def test_one_query_head_turned_by_another_angle(name, dtype, tmp_path):
    tensors = make(name, dtype)
    old = save(tmp_path / "old", name, tensors)
    new = turned(old, {"angles": "random"})
    layer = open_side(old).model.layers[0]
    half = layer.scores[0].rotated // 2
    i, j = (0, half) if layer.pairs == "half-split" else (0, 1)

    def one(head, before, after):
        if head == 2:
            a, b = after[i].copy(), after[j].copy()
            after[i], after[j] = (
                np.cos(0.5) * a - np.sin(0.5) * b,
                np.sin(0.5) * a + np.cos(0.5) * b,
            )
        return after

    report = judged(old, save(tmp_path / "new", name, of_queries(old, one, dtype, new, tensors)))
    (fault,) = report.faults
    assert (fault.layer, fault.head, fault.role) == (0, 2, layer.scores[0].query)
    assert "at pair 0" in fault.what
    assert fault.cause == "all its other pairs are right"


@dtypes
def test_groups_by_k_mod_g(dtype, tmp_path):
    tensors = make("llama", dtype)
    old = save(tmp_path / "old", "llama", tensors)
    right = turned(old, {"angles": "random", "values": "random"})
    new = {key: value.copy() for key, value in right.items()}
    # Heads 1 and 2 belong to groups 0 and 1; by k mod G they are of 1 and 0.
    key, out = "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.o_proj.weight"
    swapped = {**tensors, key: tensors[key].copy(), out: tensors[out].copy()}
    swapped[key][16:48] = np.concatenate([tensors[key][32:48], tensors[key][16:32]])
    swapped[out][:, 16:48] = np.concatenate(
        [tensors[out][:, 32:48], tensors[out][:, 16:32]], axis=1
    )
    other = turned(
        save(tmp_path / "swapped", "llama", swapped), {"angles": "random", "values": "random"}
    )
    new[key][16:32], new[key][32:48] = other[key][32:48], other[key][16:32]
    new[out][:, 16:32], new[out][:, 32:48] = other[out][:, 32:48], other[out][:, 16:32]
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert {(f.role, f.head) for f in report.faults} == {("q", 1), ("q", 2), ("o", 1), ("o", 2)}
    assert all("(k mod G)" in fault.cause for fault in report.faults)


@in_turn(PLAIN)
def test_the_transpose_in_the_output(name, dtype, tmp_path):
    tensors = make(name, dtype)
    old = save(tmp_path / "old", name, tensors)
    new = turned(old, {"values": "random"})
    inverse = turned(old, {"values": "random"})
    side = open_side(old)
    for layer in side.model.layers:
        for segment in side.columns(layer, layer.value):
            key = f"{segment.stem}.weight"
            block, folded = (x[key][:, segment.span].astype(float) for x in (tensors, inverse))
            undo = np.linalg.lstsq(block, folded, rcond=None)[0]
            new[key][:, segment.span] = (block @ np.linalg.inv(undo)).astype(TYPES[dtype])
    report = judged(old, save(tmp_path / "new", name, new))
    assert report.exit_code == 1
    assert {fault.role for fault in report.faults} == {"o"}
    assert {fault.cause for fault in report.faults} == {"it has S where the transpose belongs"}
    assert len(report.faults) == sum(len(side.columns(x, x.value)) for x in side.model.layers)


@dtypes
def test_reflections(dtype, tmp_path):
    tensors = make("llama", dtype)
    old = save(tmp_path / "old", "llama", tensors)
    new = {key: value.copy() for key, value in tensors.items()}
    for short, heads in (("q", 4), ("k", 2)):
        rows = new[f"model.layers.1.self_attn.{short}_proj.weight"].reshape(heads, 16, 64)
        rows[:, 8:] = -rows[:, 8:]
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert {fault.layer for fault in report.faults} == {1}
    assert {fault.cause for fault in report.faults} == {"pairs are reflected"}


@dtypes
@pytest.mark.parametrize("name", sorted(NORMED))
def test_any_angle_does_not_pass_a_norm_with_gains(name, dtype, tmp_path):
    old = save(tmp_path / "old", name, make(name, dtype))
    report = judged(old, save(tmp_path / "new", name, turned(old, {"angles": "random"})))
    assert report.exit_code == 1
    assert any("gains" in fault.cause for fault in report.faults)


@dtypes
@pytest.mark.parametrize("name", sorted(NORMED))
def test_gains_left_behind_a_quarter_turn(name, dtype, tmp_path):
    tensors = make(name, dtype)
    old = save(tmp_path / "old", name, tensors)
    new = turned(old, {"angles": "quarter"})
    gains = {key: tensors[key] for key in new if "norm.weight" in key and "self_attn" in key}
    report = judged(old, save(tmp_path / "new", name, new | gains))
    assert report.exit_code == 1


@dtypes
@pytest.mark.parametrize("name", ["qwen3", "gemma3", "hunyuan", "apertus"])
def test_any_angle_passes_a_norm_whose_gains_are_equal_in_pairs(name, dtype, tmp_path):
    tensors = make(name, dtype)
    for key, value in tensors.items():
        if "norm.weight" in key and "self_attn" in key:
            value[8:] = value[:8]
    old = save(tmp_path / "old", name, tensors)
    report = judged(old, save(tmp_path / "new", name, turned(old, {"angles": "random"})))
    assert report.exit_code == 0, report.faults


@dtypes
def test_a_norm_that_subtracts_the_mean_lets_signs_alone_pass(dtype, tmp_path):
    spec = CASES["phi"]
    tensors = make("phi", dtype)
    for layer in range(2):
        for short in ("q_layernorm", "k_layernorm"):
            rng = np.random.default_rng(layer)
            for kind in ("weight", "bias"):
                name = f"model.layers.{layer}.self_attn.{short}.{kind}"
                tensors[name] = rng.uniform(0.6, 1.6, 16).astype(TYPES[dtype])
    CASES["phi_normed"] = {**spec, "config": {**spec["config"], "qk_layernorm": True}}
    try:
        old = save(tmp_path / "old", "phi_normed", tensors)
        report = judged(
            old, save(tmp_path / "new", "phi_normed", turned(old, {"angles": "quarter"}))
        )
        assert any("mean" in fault.what for fault in report.faults)
        report = judged(old, save(tmp_path / "v", "phi_normed", turned(old, {"values": "random"})))
        assert report.exit_code == 0, report.faults
        signs = {k: v.copy() for k, v in tensors.items()}
        for key, value in signs.items():
            if ("q_" in key or "k_" in key) and "norm.weight" not in key:
                value[:] = -value
        assert judged(old, save(tmp_path / "s", "phi_normed", signs)).exit_code == 0
    finally:
        del CASES["phi_normed"]


@dtypes
def test_a_gate_lets_no_rotation_pass_and_turns_along_with_an_exchange(dtype, tmp_path):
    tensors = make("qwen3_next", dtype)
    old = save(tmp_path / "old", "qwen3_next", tensors)

    def ungated(model):
        return relayered(model, gate=None)

    new = turned(old, {"values": "random"}, ungated)
    report = judged(old, save(tmp_path / "dense", "qwen3_next", new))
    assert any("its gate lets exchanges" in fault.cause for fault in report.faults)
    new = turned(old, {"values": "exchange"}, ungated)
    report = judged(old, save(tmp_path / "left", "qwen3_next", new))
    assert any("gate is not exchanged" in fault.what for fault in report.faults)


@dtypes
def test_clipping_lets_quarter_turns_alone_pass(dtype, tmp_path):
    old = save(tmp_path / "old", "olmo", make("olmo", dtype))
    report = judged(old, save(tmp_path / "a", "olmo", turned(old, {"angles": "random"})))
    assert any("only quarter turns pass" in fault.what for fault in report.faults)
    report = judged(old, save(tmp_path / "b", "olmo", turned(old, {"values": "random"})))
    assert any("clipping lets exchanges" in fault.cause for fault in report.faults)


@dtypes
def test_a_normed_context_lets_no_scale_pass(dtype, tmp_path):
    tensors = make("diffllama", dtype)
    old = save(tmp_path / "old", "diffllama", tensors)
    new = {key: value.copy() for key, value in tensors.items()}
    new["model.layers.0.self_attn.v_proj.weight"] *= 2
    new["model.layers.0.self_attn.o_proj.weight"] /= 2
    report = judged(old, save(tmp_path / "new", "diffllama", new))
    assert {fault.what for fault in report.faults} == {"its turn is not orthogonal"}


@dtypes
def test_one_rotated_part_of_latent_attention_for_all_heads(dtype, tmp_path):
    tensors = make("deepseek_v3", dtype)
    old = save(tmp_path / "old", "deepseek_v3", tensors)
    new = turned(old, {"angles": "random"})
    name = "model.layers.0.self_attn.q_b_proj.weight"
    new[name][24 * 3 + 16] *= -1  # of one head's rotated part
    report = judged(old, save(tmp_path / "new", "deepseek_v3", new))
    assert {(fault.layer, fault.role, fault.head) for fault in report.faults} == {(0, "qr", 3)}
    new = turned(old, {"angles": "random"})
    new["model.layers.1.self_attn.kv_a_proj_with_mqa.weight"][0] *= -1  # of the latent
    report = judged(old, save(tmp_path / "latent", "deepseek_v3", new))
    assert [str(fault) for fault in report.faults] == [
        "layer 1, latent: differs, and nothing is known that may turn it"
    ]


@dtypes
def test_what_is_no_head_must_be_equal(dtype, tmp_path):
    tensors = make("gpt_oss", dtype)
    old = save(tmp_path / "old", "gpt_oss", tensors)
    for key in ("model.layers.0.self_attn.sinks", "model.layers.1.mlp.up_proj.weight"):
        new = {k: v.copy() for k, v in tensors.items()}
        first = new[key].reshape(-1)
        first[0] = np.nextafter(first[:1].astype(float), 9)[0] if dtype == "float64" else first[1]
        report = judged(old, save(tmp_path / key, "gpt_oss", new))
        assert [fault.where for fault in report.faults] == [key]
    bias = "model.layers.0.self_attn.o_proj.bias"
    report = judged(old, save(tmp_path / "bias", "gpt_oss", tensors | {bias: -tensors[bias]}))
    assert [fault.where for fault in report.faults] == [bias]


@dtypes
def test_heads_in_another_order(dtype, tmp_path):
    tensors = make("llama", dtype)
    old = save(tmp_path / "old", "llama", tensors)
    new = {k: v.copy() for k, v in tensors.items()}
    key = "model.layers.0.self_attn.k_proj.weight"
    new[key] = np.concatenate([tensors[key][16:], tensors[key][:16]])
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert [(f.head, f.cause) for f in report.faults] == [
        (0, "it holds the rows of head 1"),
        (1, "it holds the rows of head 0"),
    ]


def test_products_rounded_in_bfloat16(tmp_path):
    tensors = make("llama", "bfloat16")
    old = save(tmp_path / "old", "llama", tensors)
    right = turned(old, {"values": "random"})
    new = {k: v.copy() for k, v in right.items()}
    key = "model.layers.0.self_attn.v_proj.weight"
    kind = TYPES["bfloat16"]
    rng = np.random.default_rng(3)
    s = np.linalg.qr(rng.normal(size=(16, 16)))[0].astype(kind)
    total = np.zeros((16, 64), kind)
    for i in range(16):  # each product and each sum rounded, as nobody should
        total = (total + (s[:, i : i + 1] * tensors[key][i : i + 1]).astype(kind)).astype(kind)
    new[key][:16] = total
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert any("rounded in the format itself" in fault.cause for fault in report.faults)


@dtypes
@pytest.mark.parametrize("first", [0, 10, 20])
def test_nothing_right_alarms_and_nothing_wrong_is_missed(first, dtype, tmp_path):
    """A share of what `python -m benchmarks.folds` does."""
    for number in range(first, first + 10):
        kind, faults = tried(number, dtype, tmp_path / str(number))
        assert not faults, (number, kind, faults)


def with_dead_values(name, dtype):
    """A model in whose first value head two rows are zeros and one is another's double."""
    tensors = make(name, dtype)
    (key,) = [k for k in tensors if k.endswith("v_proj.weight") and ".0." in k]
    tensors[key][3:5] = 0
    if (
        name != "qwen3_next"
    ):  # where values pass by exchanges, rows that are alike are not told apart
        tensors[key][7] = 2 * tensors[key][6]
    return tensors


@dtypes
@pytest.mark.parametrize("name", ["llama", "qwen3_next"])
def test_what_no_value_reaches_need_not_be_undone(name, dtype, tmp_path):
    old = save(tmp_path / "old", name, with_dead_values(name, dtype))
    new = turned(old, recipe_for(name))
    report = judged(old, save(tmp_path / "new", name, new))
    assert report.exit_code == 0, report.faults
    assert report.worst <= 1


@dtypes
@pytest.mark.parametrize("name", ["llama", "qwen3_next"])
def test_what_a_value_reaches_is_undone_beside_dead_ones(name, dtype, tmp_path):
    tensors = with_dead_values(name, dtype)
    old = save(tmp_path / "old", name, tensors)
    new = turned(old, recipe_for(name))
    (key,) = [k for k in new if k.endswith("o_proj.weight") and ".0." in k]
    new[key][:, :16] = tensors[key][:, :16]
    report = judged(old, save(tmp_path / "new", name, new))
    assert report.exit_code == 1
    assert {(fault.layer, fault.role) for fault in report.faults} == {(0, "o")}


def test_a_small_direction_is_not_taken_for_none(tmp_path):
    """Rows that are nearly dependent, and an output that differs in that direction alone."""
    tensors = make("llama", "float64")
    values, output = (
        next(k for k in tensors if k.endswith(f"{short}_proj.weight") and ".0." in k)
        for short in "vo"
    )
    tensors[values][7] = tensors[values][6] * (1 + 1e-9) + 1e-9 * tensors[values][5]
    old = save(tmp_path / "old", "llama", tensors)
    new = {key: np.array(value) for key, value in tensors.items()}
    new[output][:, 7] += 1.0
    new[output][:, 6] -= 1.0
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert report.exit_code == 1
    assert {(fault.layer, fault.role, fault.head) for fault in report.faults} == {(0, "o", 0)}


@dtypes
@pytest.mark.parametrize("short", "qkvo")
def test_one_wrong_entry_is_found(short, dtype, tmp_path):
    """Nothing is sampled: an entry that is off by more than a few roundings is seen and placed."""
    tensors = make("llama", dtype)
    old = save(tmp_path / "old", "llama", tensors)
    right = turned(old, recipe_for("llama"))
    key = f"model.layers.1.self_attn.{short}_proj.weight"
    unit = {"float64": 2.0**-53, "float32": 2.0**-24, "bfloat16": 2.0**-8}[dtype]
    typical = float(np.sqrt(np.mean(right[key].astype(float) ** 2)))
    for number, (row, column) in enumerate([(0, 0), (17, 40), (31, 63)]):
        new = {k: v.copy() for k, v in right.items()}
        off = 40 * unit * max(typical, abs(float(new[key][row, column])))
        if dtype != "bfloat16":
            off *= 16  # whoever folds may compute in this format as well
        new[key][row, column] += TYPES[dtype](off)
        report = judged(old, save(tmp_path / f"new{number}", "llama", new))
        assert report.exit_code == 1
        assert {fault.layer for fault in report.faults} == {1}


def test_what_is_equal_is_compared_and_no_more(tmp_path, monkeypatch):
    from harness.checkpoints import scores, values

    tensors = make("llama", "bfloat16")
    old = save(tmp_path / "old", "llama", tensors)
    for module, names in ((scores, ("fit_pairs", "fit_matrix")), (values, ("fit_matrix",))):
        for name in (*names, "absorbed"):
            monkeypatch.setattr(module, name, None)
    report = judged(old, save(tmp_path / "new", "llama", tensors))
    assert (report.exit_code, report.turned, report.worst) == (0, 0, 0.0)
    assert all(head.holds for head in report.heads)


@pytest.mark.parametrize("apart", [1.0, 0.1, 1e-2, 1e-4])
def test_rows_that_are_nearly_alike_are_carried_as_well(apart, tmp_path):
    """From products in float32, solved once more, and in doubles: the same verdicts."""
    tensors = make("llama", "bfloat16")
    for layer in range(2):
        rows = tensors[f"model.layers.{layer}.self_attn.v_proj.weight"]
        mixed = rows[:1].astype(float) + apart * rows.astype(float)
        rows[:] = mixed.astype(rows.dtype)
    old = save(tmp_path / "old", "llama", tensors)
    new = turned(old, {"values": "hadamard"})
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert report.exit_code == 0, report.faults
    name = "model.layers.0.self_attn.o_proj.weight"
    new[name][:, 16:32] = tensors[name][:, 16:32]
    report = judged(old, save(tmp_path / "wrong", "llama", new))
    assert [(fault.layer, fault.role, fault.head) for fault in report.faults] == [(0, "o", 1)]


@pytest.mark.parametrize("factor", [2.0**-90, 2.0**70])
@pytest.mark.parametrize("short", "qkvo")
def test_numbers_whose_squares_leave_float32(short, factor, tmp_path):
    """Rows that died, and rows that nothing bounds: no alarm, and nothing hides behind them."""
    tensors = make("llama", "bfloat16")
    key = f"model.layers.0.self_attn.{short}_proj.weight"
    tensors[key][[2, 10]] = (tensors[key][[2, 10]].astype(float) * factor).astype(
        tensors[key].dtype
    )
    old = save(tmp_path / "old", "llama", tensors)
    recipe = {"angles": "random"} if short in "qk" else {"values": "exchange"}
    new = turned(old, recipe)
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert report.exit_code == 0, report.faults
    # What a matrix carries is held to its column's size, so one of the other rows of a value.
    lengths = np.abs(new[key][:16].astype(float)).max(axis=1)
    at = 10 if short != "v" else int(np.argsort(lengths)[8])
    new[key][at, 5] = -new[key][at, 5]
    report = judged(old, save(tmp_path / "wrong", "llama", new))
    assert report.exit_code == 1


def wide(folder, name, tensors):
    """Save a model of 1,024 coordinates, in which every statistic is sharp."""
    config = {**CASES[name]["config"], "hidden_size": 1024, "head_dim": 16}
    save(folder, name, tensors)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", sorted(NORMED))
def test_the_rounding_of_a_gain_is_that_of_a_whole_row(name, dtype, tmp_path):
    """However many columns there are, it is no average; and it is no excuse for the rows."""
    rng, kind = np.random.default_rng(5), TYPES[dtype]
    tensors = make(name, dtype)
    for key, value in tensors.items():
        if ".self_attn." in key and value.ndim == 2:
            shape = (1024, 64) if "o_proj" in key else (value.shape[0], 1024)
            tensors[key] = (rng.normal(size=shape) / 32).astype(kind)
    old = wide(tmp_path / "old", name, tensors)
    new = turned(old, recipe_for(name))
    right = wide(tmp_path / "new", name, new)
    report = judged(old, right)
    assert report.exit_code == 0, report.faults
    assert report.worst <= 1
    if name in ("gemma3", "qwen3_next"):  # their gains are stored as something else
        return
    gains, rows = (
        next(k for k in new if k.startswith("model.layers.1.self_attn.q") and end in k)
        for end in ("norm", "_proj.weight")
    )
    wrong = {**new, gains: (new[gains].astype(float) * 1.02).astype(kind)}
    if name != "hunyuan":  # some rows are longer before the norm, and their gains make up for it
        factors = np.resize([1.02, 1.0, 0.98, 1.0], 64)[:, None]
        wrong[rows] = (new[rows].astype(float) * factors).astype(kind)
        shorter = 1 / factors[: new[gains].size, 0]
        wrong[gains] = (new[gains].astype(float) * shorter).astype(kind)
    report = judged(old, wide(tmp_path / "wrong", name, wrong))
    assert {fault.layer for fault in report.faults} == {1}


@pytest.mark.parametrize("name", [*CASES, "llama_bias, turned"])
def test_numbers_too_small_for_a_relative_rounding(name, tmp_path):
    """In float16 those below 6e-5 have an absolute one, and weights of usual models come to it."""
    name, _, is_turned = name.partition(", ")
    made = (whole if is_turned else make)(name, "float64")
    tensors = {k: (v * (2e-3 if v.ndim == 2 else 1)).astype(np.float16) for k, v in made.items()}
    old = save(tmp_path / "old", name, tensors)
    for seed in range(3):
        new = turned(
            old, recipe_for(name) | ({"residual": "random"} if is_turned else {}), seed=seed
        )
        report = judged(old, save(tmp_path / f"new{seed}", name, new))
        assert report.exit_code == 0, report.faults
        assert report.turned
    side = open_side(old)
    layer = side.model.layers[1]
    (segment,) = side.units(layer, layer.scores[0].query)[1]
    key = f"{segment.stem}.weight"
    new[key][segment.span] = new[key][segment.span][::-1].copy()
    report = judged(old, save(tmp_path / "wrong", name, new))
    assert {fault.layer for fault in report.faults} == {1}


@pytest.mark.parametrize(("dtype", "factor"), [("float32", 1e-41), ("bfloat16", 2e-39)])
def test_rows_that_died(dtype, factor, tmp_path):
    """They are so small that nothing is left of a relative rounding, and excuse no others."""
    tensors = make("llama_bias", dtype)
    for short in "qkv":
        rows = tensors[f"model.layers.0.self_attn.{short}_proj.weight"]
        rows[4:8] = (rows[4:8].astype(float) * factor).astype(rows.dtype)
    old = save(tmp_path / "old", "llama_bias", tensors)
    for values in ("random", "exchange"):
        new = turned(old, {"angles": "random", "values": values})
        report = judged(old, save(tmp_path / values, "llama_bias", new))
        assert report.exit_code == 0, report.faults
        new["model.layers.0.self_attn.o_proj.weight"][9, 0] *= 2
        report = judged(old, save(tmp_path / f"{values}, wrong", "llama_bias", new))
        assert [(fault.layer, fault.role, fault.head) for fault in report.faults] == [(0, "o", 0)]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("likeness", [0.0, 3.0, 300.0])
def test_the_worst_entry_is_that_of_all_columns(kind, likeness, monkeypatch):
    """The leverage of few columns is computed: here of all, by the projector on the rows."""
    from harness.checkpoints import carries
    from harness.checkpoints.carries import Rounding, fit_matrix

    monkeypatch.setattr(carries, "_FEW", 1)
    unit, arithmetic = 2.0**-8, 2.0**-24
    for seed in range(20):
        rng = np.random.default_rng([seed, 3])
        lengths = np.exp(rng.normal(size=(8, 1)))
        old = rng.normal(size=(8, 200)) * np.exp(rng.normal(size=200)) + likeness
        old = (lengths * old).astype(kind)
        turn = np.linalg.qr(rng.normal(size=(8, 8)))[0]
        new = turn @ old * (1 + unit * rng.uniform(-1, 1, old.shape))
        new[rng.integers(8), rng.integers(200)] *= 1 + 10 * unit * rng.normal()
        found = fit_matrix(old, new.astype(kind), Rounding(unit))
        even = carries._even(old)
        even = 1.0 if even is None else even
        old, new = old.astype(float) * even, new.astype(kind).astype(float) * even
        reached = np.linalg.svd(old, full_matrices=False)[2]
        leverage = (reached**2).sum(axis=0)
        long = np.linalg.norm(new, axis=1), 8 / np.sqrt(3) * np.abs(new).max(axis=1)
        tall = np.linalg.norm(old, axis=1)
        shares = np.sqrt(((old / tall[:, None]) ** 2).sum(axis=0))
        products = 8 * np.sqrt(8) * arithmetic * np.linalg.norm(found.matrix * tall, axis=1)
        allowed = unit * (np.abs(new) + np.outer(np.minimum(*long), np.sqrt(leverage)))
        allowed += np.outer(products, shares)
        ratio = np.abs(new - found.matrix @ old) / allowed
        assert found.worst.ratio == pytest.approx(ratio.max(), rel=0.01)
        assert ratio[found.worst.row, found.worst.column] == pytest.approx(ratio.max(), rel=0.01)
