"""One attention module modulo a prime, beside its own forward in doubles, at a width of 512.

Ratios of one run, each the quickest of several turns; needs PyTorch and Transformers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

WIDTH, HEADS, TOKENS, TURNS = 512, 8, 256, 5


def quickest(call: Callable[[], Any]) -> float:
    """The seconds of the quickest of several turns."""
    found = []
    for _ in range(TURNS):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    import torch
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaAttention

    from harness.programs import graph
    from harness.programs.residues import World
    from harness.programs.tensors import Formula

    torch.set_num_threads(1)
    config = LlamaConfig(
        hidden_size=WIDTH,
        num_attention_heads=HEADS,
        num_key_value_heads=HEADS // 2,
        attn_implementation="eager",
    )
    module = LlamaAttention(config, 0).double().eval()
    size = WIDTH // HEADS
    later = np.triu(np.ones((TOKENS, TOKENS), dtype=bool), 1)
    mask = torch.tensor(np.where(later, -np.inf, 0.0))[None, None]
    rng = np.random.default_rng(0)
    tokens = torch.tensor(rng.standard_normal((1, TOKENS, WIDTH)))
    turn = [torch.tensor(rng.standard_normal((1, TOKENS, size))) for _ in range(2)]
    with torch.no_grad():
        forward = quickest(lambda: module(tokens, tuple(turn), mask))

        shapes = {"x": (1, TOKENS, WIDTH), "c": turn[0].shape, "s": turn[0].shape}
        shapes |= {name: tuple(p.shape) for name, p in module.named_parameters()}
        formulas = {
            name: Formula(graph.variable(name, tuple(shape)), torch.float64)
            for name, shape in shapes.items()
        }
        state = {name: formulas[name] for name, _ in module.named_parameters()}
        given = (formulas["x"], (formulas["c"], formulas["s"]), mask)

        def trace() -> Any:
            return torch.func.functional_call(module, state, given)[0].node

        traced = quickest(trace)
        formula = trace()
    fields = World(0, {}).fields
    values = {
        name: [field.uniform(rng, tuple(shape)) for field in fields]
        for name, shape in shapes.items()
    }
    exact = quickest(lambda: World(0, values)(formula))
    print(f"{WIDTH} wide, {HEADS} heads, {TOKENS} tokens, one thread")
    print(f"  forward in doubles     {forward * 1e3:8.1f} ms")
    print(f"  traced, once a shape   {traced / forward:8.2f} forwards")
    print(f"  modulo a prime         {exact / forward:8.2f} forwards")


if __name__ == "__main__":
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        main()
