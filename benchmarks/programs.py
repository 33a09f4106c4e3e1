"""One attention module modulo a prime, beside its own forward in doubles, at a width of 512;
and all files of Transformers with all their claims.

Of the module ratios of one run, each the quickest of several turns; of the files the time of one
core after imports, in one process. Needs PyTorch and Transformers.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
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


def families() -> None:
    """Every check of every file, and what they come to."""
    from harness.claims.project import PROGRAMS_FOLDER, load_claims_of, open_project, read_programs
    from harness.programs.leg import check
    from harness.programs.target import load

    project = open_project(Path(__file__).parents[1])
    library, claims = project.library, load_claims_of(project)
    programs = read_programs(project, [project.specs / PROGRAMS_FOLDER / "transformers"])
    for program in programs:
        load(program, formulas=True)
    seconds: dict[str, float] = {}
    outcomes: Counter[str] = Counter()
    for program in programs:
        start = time.process_time()
        about = library.definitions[program.definition]
        for item in check(about, library, program=program, claims=claims):
            outcomes[item.outcome.value] += 1
        seconds[program.name] = time.process_time() - start
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    print(f"{len(seconds)} files of Transformers with all their claims: {counts}")
    for name in (min(seconds, key=seconds.__getitem__), max(seconds, key=seconds.__getitem__)):
        print(f"  {name:22} {seconds[name]:8.1f} s of one core")
    print(f"  {'all':22} {sum(seconds.values()):8.1f} s of one core")


def attention() -> None:
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
        attention()
        families()
