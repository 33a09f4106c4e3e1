"""Random folds, right and then with one thing wrong: what `verify` says of both."""

import numpy as np

from harness.checkpoints.sides import open_side
from tests.checkpoints.making import (
    CASES,
    TYPES,
    judged,
    make,
    recipe_for,
    save,
    turned,
    whole,
)

PLAIN = ["llama_bias", "qwen2", "cohere", "phi", "phi4_mini", "gpt_neox", "falcon_grouped", "glm"]
PLAIN += ["stablelm", "gpt_oss", "mistral", "qwen3", "gemma3", "olmo2"]
STREAM = ["llama", "llama_bias", "mistral", "qwen2", "qwen3"]
KINDS = ["key rows", "pair", "query rows", "value rows", "output", "bias", "entry"]
OF_STREAM = ["left", "stream entry", "norm"]


def tried(number, dtype, folder):
    """One fold of a number: the kind of mistake, and what `verify` said wrong of either."""
    rng = np.random.default_rng([number, 7])
    is_stream = number % 3 == 0
    name = (STREAM if is_stream else PLAIN)[int(rng.integers(len(STREAM if is_stream else PLAIN)))]
    entries = recipe_for(name)
    if is_stream:
        entries |= {"residual": ["random", "hadamard", "exchange"][int(rng.integers(3))]}
    tensors = (whole if is_stream else make)(name, dtype, seed=number)
    old = save(folder / "old", name, tensors)
    new = turned(old, entries, seed=number)
    report = judged(old, save(folder / "new", name, new))
    found = [f"alarm: {fault}" for fault in (*report.faults, *report.undecided)]
    kinds = [*KINDS, *(OF_STREAM if is_stream else ())]
    kinds = [k for k in kinds if k != "bias" or CASES[name]["biases"]]
    kind = kinds[int(rng.integers(len(kinds)))]
    side = open_side(old)
    layer = side.model.layers[int(rng.integers(len(side.model.layers)))]
    prefix = layer.prefix.rpartition(".")[0]
    spoil(kind, new, tensors, side, layer, prefix, rng, TYPES[dtype])
    report = judged(old, save(folder / "wrong", name, new))
    if report.exit_code != 1:
        found.append(f"missed: {kind} of {name}, {dtype}")
    elif kind not in ("left", "stream entry") and not all(
        fault.layer == layer.number or fault.where.startswith(prefix) for fault in report.faults
    ):
        found.append(f"elsewhere: {kind} of {name}, {dtype}: {report.faults}")
    return kind, found


def spoil(kind, new, tensors, side, layer, prefix, rng, number_type):
    """Make one thing wrong in `new`."""
    role = {"query rows": layer.scores[0].query, "value rows": layer.value}.get(
        kind, layer.scores[0].key
    )
    units = side.units(layer, role)
    (segment,) = units[int(rng.integers(len(units)))]
    rows = new[f"{segment.stem}.weight"][segment.span]
    if kind.endswith("rows"):
        rows[:] = rows[::-1].copy()
    elif kind == "pair":
        at = side.model.layers[0].scores[0].rotated // 2
        rows[int(rng.integers(at))] *= -1
    elif kind == "output":
        blocks = side.columns(layer, layer.value)
        block = blocks[int(rng.integers(len(blocks)))]
        name = f"{block.stem}.weight"
        new[name][:, block.span] = tensors[name][:, block.span]
    elif kind == "bias":
        name = next(n for n in new if n.startswith(layer.prefix) and n.endswith(".bias"))
        size = new[name].shape[0] // len(units)
        new[name][:size] = new[name][:size][::-1].copy()
    elif kind in ("entry", "stream entry"):
        name = f"{segment.stem}.weight"
        if kind == "stream entry":
            readers = ("mlp.up_proj", "mlp.gate_proj", "mlp.down_proj")
            names = [f"{prefix}.{short}.weight" for short in readers]
            name = [*names, "lm_head.weight", "model.embed_tokens.weight"][int(rng.integers(5))]
            rows = new[name]
        row = rows[int(rng.integers(len(rows)))]
        largest = float(np.abs(row.astype(float)).max())
        at = int(rng.integers(row.shape[0]))
        row[at] = number_type(float(row[at]) + 0.2 * largest)
    elif kind == "norm":
        name = f"{prefix}.post_attention_layernorm.weight"
        new[name] = tensors[name]
    else:
        name = f"{prefix}.mlp.{['up', 'gate', 'down'][int(rng.integers(3))]}_proj.weight"
        new[name] = tensors[name]
