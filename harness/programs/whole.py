"""Whole models: the part of every layer folded as a claim says, from token ids to logits.

The tensors of the parts are made of a claim's variables, each layer with its own; all others are
drawn. What the hypotheses ask for is drawn beside random cosines and sines; so it commutes with
every family of their form, the model's own among them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from harness.claims.hypotheses import Unmet, assign
from harness.claims.model import Claim, Definition, Library
from harness.claims.programs import Model
from harness.evidence import Evidence, Json, Outcome
from harness.language.terms import Term
from harness.numeric.modular import Residues
from harness.programs import graph
from harness.programs.binding import Setting, picked, settings
from harness.programs.check import PRIMES, evidence, guarded
from harness.programs.folds import Fold, Foreign, fold, met, moved, plainly, put
from harness.programs.graph import Node
from harness.programs.kinds import FormulaNumbers
from harness.programs.residues import World
from harness.programs.target import Target, Unusable, load, made


def check(
    definition: Definition,
    library: Library,
    *,
    model: Model,
    claims: Sequence[Claim] = (),
    seed: int = 0,
) -> Iterator[Evidence]:
    """Each claim that speaks of the part, asked of the whole model, each its own evidence."""
    asked = []
    for claim in claims:
        try:
            asked.append(fold(claim, model.part, library))
        except Foreign:
            continue
    whole = replace(model.part, name=model.name, target=model.target)
    if not asked:
        summary = "No claim speaks of its part: there is nothing to ask of the whole."
        yield evidence(whole, "folded", Outcome.INCONCLUSIVE, summary)
    for found in asked:
        start = time.monotonic()
        name = f"every layer, {found.claim.theorem}"
        ask: Callable[[], Evidence] = lambda f=found, n=name: _holds(  # type: ignore[misc]  # noqa: E731
            f, n, model, library, seed
        )
        yield replace(guarded(whole, name, ask), seconds=time.monotonic() - start)


def _holds(found: Fold, name: str, model: Model, library: Library, seed: int) -> Evidence:
    whole = replace(model.part, name=model.name, target=model.target)
    try:
        assignment = assign(found.claim, library)
    except Unmet as error:
        return evidence(whole, name, Outcome.INCONCLUSIVE, f"It cannot be asked: {error}.")
    setting = next(settings(model.part, seed))
    running = _Running(found, model, library, setting)
    plain, turned = running.result({}), running.result(found.changed)
    reverted = {
        key: running.result({k: v for k, v in found.changed.items() if k != key})
        for key in found.changed
    }
    entries = 0
    broken: dict[str, int] = dict.fromkeys(reverted, 0)
    for pair in range(PRIMES):
        values = dict(running.others(pair, seed))
        for layer in range(model.layers):
            own = met(found, library, assignment, setting, pair, [seed, layer, pair])
            if own is None:
                summary = "No values were found that meet the hypotheses."
                return evidence(whole, name, Outcome.INCONCLUSIVE, summary)
            part = plainly(found, model.part, library, setting, FormulaNumbers())
            if made_here := moved(found, part, World(pair, own, seed)):
                summary = f"The claim changes {made_here}, which the model makes by itself."
                return evidence(whole, name, Outcome.NOT_APPLICABLE, summary)
            values |= {f"{layer} {key}": value for key, value in own.items()}
        world = World(pair, values, seed)
        before = world(plain)
        entries += before.size
        wrong = int((before != world(turned)).sum())
        if wrong:
            summary = f"With every layer folded, {wrong} of {before.size} entries change."
            return evidence(whole, name, Outcome.REFUTED, summary, {"differ": wrong})
        for key, other in reverted.items():
            broken[key] += int((before != world(other)).sum())
    idle = sorted(key for key, count in broken.items() if not count)
    data: dict[str, Json] = {
        "entries": entries,
        "changed": list(broken),
        "changed_without": dict(broken),
    }
    if idle:
        summary = f"Nothing changes, but nor does it with {', '.join(idle)} left as they were."
        return evidence(whole, name, Outcome.INCONCLUSIVE, summary, data)
    summary = (
        f"With all {model.layers} layers folded, all {entries:,} entries of the result are the "
        f"same modulo {PRIMES} primes; with any of {', '.join(broken)} left as it was, some change."
    )
    return evidence(whole, name, Outcome.CONFIRMED, summary, data)


class _Running:
    """A model that can be run with its parts as they were, and changed."""

    def __init__(self, found: Fold, model: Model, library: Library, setting: Setting) -> None:
        whole = replace(model.part, target=model.target)
        self.target: Target = load(whole, formulas=True)
        if self.target.library != "torch" or not self.target.is_class:
            raise Unusable("a whole model is a module of PyTorch")
        self.found, self.model, self.library, self.setting = found, model, library, setting
        options = {key: made(value, setting.sizes) for key, value in model.make}
        try:
            self.module: Any = self.target.call(**options).double().eval()
        except Exception as error:
            raise Unusable(f"it cannot be made: {type(error).__name__}: {error}") from None
        self.state = {n: tuple(p.shape) for n, p in self.module.named_parameters()}
        self.part_names: set[str] = set()

    def result(self, changed: Mapping[str, Term]) -> Node:
        """What the model returns when the parts of all layers are changed."""
        import torch

        from harness.programs.tensors import Formula

        tensors: dict[str, Any] = {}
        for layer in range(self.model.layers):
            numbers = FormulaNumbers(f"{layer} ")
            plain = plainly(self.found, self.model.part, self.library, self.setting, numbers)
            for key, node in put(plain, changed).given(self.target).items():
                name = f"{self.model.within.format(layer)}.{key}"
                if name in self.state:
                    shape = self.state[name]
                    laid = graph.rearrange("lay", lambda a, s=shape: a.reshape(s), node)
                    tensors[name] = Formula(laid, torch.float64)
        if not tensors:
            raise Unusable(f"it has no tensors at {self.model.within}")
        self.part_names = set(tensors)
        for name, shape in self.state.items():
            if name not in tensors:
                tensors[name] = Formula(graph.variable(name, shape), torch.float64)
        given = {key: _tensor(made(value, self.setting.sizes)) for key, value in self.model.give}
        with torch.no_grad():
            found = torch.func.functional_call(self.module, tensors, (), given)
        result = picked(found, self.model.result)
        if not isinstance(result, Formula):
            raise Unusable("it returns numbers that no tensor moves")
        return result.node

    def others(self, pair: int, seed: int) -> Iterator[tuple[str, list[Residues]]]:
        """Random residues for the tensors outside the parts."""
        rng = np.random.default_rng([seed, pair, 4])
        fields = World(pair, {}).fields
        for name, shape in self.state.items():
            if name not in self.part_names:
                yield name, [field.uniform(rng, shape) for field in fields]


def _tensor(value: Any) -> Any:
    """Token ids as a tensor, and whatever else as it is."""
    import torch

    return torch.tensor(value) if isinstance(value, list) else value
