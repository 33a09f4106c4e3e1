"""Folding and verifying beside copying: one layer of a 7B model, whole, and its attention alone.

python -m benchmarks.checkpoints [--size 4096] [--heads 32] [--inner 11008]

Nothing is extrapolated: a model of n such layers takes n times as long. Times and ratios are
medians of seven rounds, each with all three; beside them stands the processors' time, which a busy
machine changes less. What was written is on the disk when its verification ends: waiting for that
is not among the time of a fold here, nor of a copy.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

from harness.checkpoints.fold import _write
from harness.checkpoints.recipes import read_recipe
from harness.checkpoints.sides import open_side
from harness.checkpoints.verify import verify


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--heads", type=int, default=32)
    parser.add_argument("--inner", type=int, default=11008)
    chosen = parser.parse_args()
    m, inner = chosen.size, chosen.inner
    attention = {f"self_attn.{x}_proj": (m, m) for x in "qkvo"}
    others = {"mlp.gate_proj": (inner, m), "mlp.up_proj": (inner, m), "mlp.down_proj": (m, inner)}
    config = {"model_type": "llama", "hidden_size": m, "num_hidden_layers": 1}
    config |= {"num_attention_heads": chosen.heads, "num_key_value_heads": chosen.heads}
    for title, shapes in (("attention", attention), ("a layer", attention | others)):
        with tempfile.TemporaryDirectory() as name:
            measure(title, shapes, config, Path(name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB, pages of mapped files among it")


def measure(
    title: str, shapes: dict[str, tuple[int, int]], config: dict[str, object], folder: Path
) -> None:
    rng = np.random.default_rng(0)
    tensors = {
        f"model.layers.0.{key}.weight": (0.02 * rng.standard_normal(shape, np.float32)).astype(
            ml_dtypes.bfloat16
        )
        for key, shape in shapes.items()
    }
    size = sum(t.nbytes for t in tensors.values())
    old, new = folder / "old", folder / "new"
    old.mkdir()
    save_file(tensors, old / "model.safetensors")
    del tensors
    (old / "config.json").write_text(json.dumps(config))
    (folder / "r.yaml").write_text("angles: random\nvalues: random\n")
    recipe = read_recipe(folder / "r.yaml")

    def copy() -> None:
        shutil.copytree(old, folder / "copy")

    def fold() -> None:
        new.mkdir()
        _write(open_side(old), new, recipe, lambda done, total: None, disk)
        shutil.copy(old / "config.json", new)

    def judge() -> None:
        report = verify(open_side(old), open_side(new))
        assert report.exit_code == 0, report.faults

    disk = ThreadPoolExecutor(1)
    steps: dict[str, Callable[[], None]] = {"copy": copy, "fold": fold, "verify": judge}
    rounds: dict[str, list[tuple[float, float]]] = {step: [] for step in steps}
    for _ in range(7):
        for step, work in steps.items():
            if step != "verify":
                shutil.rmtree(new if step == "fold" else folder / "copy", ignore_errors=True)
            os.sync()  # what one wrote is no work of the next
            start = time.perf_counter(), time.process_time()
            work()
            rounds[step].append((time.perf_counter() - start[0], time.process_time() - start[1]))
    print(f"{title}: {size / 1e6:.0f} MB")
    copies = np.array(rounds["copy"])
    for step, taken in rounds.items():
        wall, cores = np.median(taken, axis=0)
        ratio, of_cores = np.median(np.array(taken) / copies, axis=0)
        print(f"  {step:7} {wall:6.2f} s  {ratio:5.1f} copies", end="; ")
        print(f"of processors {cores:5.2f} s  {of_cores:5.1f} copies")


if __name__ == "__main__":
    main()
