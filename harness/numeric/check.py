"""What the two checks of the leg share: plans, batches, and whether an instance is a fair one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from harness.arrays import Closure, Data, Evaluators, Open, Places, Value
from harness.arrays.backend import NUMPY, Backend
from harness.arrays.evaluate import size_of
from harness.arrays.floats import Floats
from harness.claims.forms import Commutes, Orthogonal
from harness.claims.given import with_functions_given, with_samples
from harness.claims.hypotheses import Assignment, Unmet, assign
from harness.claims.model import Claim, Library
from harness.evidence import Counterexample, Json
from harness.language.terms import Call, Equation, Lambda, Term
from harness.language.transform import children
from harness.language.types import Sort, is_place
from harness.numeric.families import BASES, KINDS, Style
from harness.numeric.identifier import LANES, ReplayId
from harness.numeric.instance import Instance
from harness.numeric.placing import Placing, placed
from harness.numeric.reals import Field
from harness.numeric.sampling import OpenFunctions, Sampler
from harness.numeric.searching import Trial, search
from harness.numeric.sizing import draw_sizes, edge_sizes
from harness.numeric.spelling import largest

SIZES = (2, 3, 4, 5, 6)

EDGES = 1_000_000
"""The number of the first batch at sizes that are easily forgotten (`sizing.edge_sizes`)."""

TRIALS = 3_000_000
"""What the generators of the search for a way to meet hypotheses are numbered from."""

SMALL_CHARACTERISTIC = 2_000_000
"""The number of the first batch of the check `prime field` modulo small primes."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Drawn:
    """The instances of one batch."""

    number: int
    setting: str
    """The prime, or the regime and kind of weights."""
    field: Field
    instance: Instance
    fair: Mask
    """The lanes in which the hypotheses hold: (lanes,)."""
    errors: Mapping[str, Floats]
    """By how much variables may be away from meeting the hypotheses, in doubles."""
    values: Mapping[str, Value[Any]]
    """The instance's values on the backend, converted once."""
    functions: Mapping[str, Any]
    """The open functions among them."""


@dataclass(frozen=True)
class Compared:
    """What both sides of an equation are on a batch; masks and ratios are (lanes,)."""

    left: Floats
    right: Floats
    wrong: Mask
    """Where the sides surely differ."""
    decided: Mask
    """Where they surely differ, or agree and a difference would have shown."""
    ratio: Floats
    """The largest difference over its bound; 0 or ∞ in exact arithmetic."""


class Plans:
    """The batches of one check of a claim. Raises `Unmet` where no sampler meets the claim."""

    def __init__(
        self,
        claim: Claim,
        library: Library,
        check: str,
        seed: int,
        fixed: Mapping[str, int] | None = None,
    ) -> None:
        self.stated = claim
        """As it was given, before anything was put in."""
        claim, asked = with_samples(with_functions_given(claim))
        self.claim, self.asked = claim, asked
        """The claim, and what is asked of a sampler: less where the author says what to draw."""
        self.library = library
        self.evaluators = Evaluators(library)
        self.check = check
        self.seed = seed
        self.fixed = fixed or None
        """Sizes that all batches have; drawn for each where there are none."""
        self.trials: Sequence[Trial] = ()
        """Ways to meet hypotheses whose forms do not tell how, which batches take in turn."""
        self.is_searched = any(
            not is_place(v.type) for h in asked.hypotheses for v in h.equation.parameters
        )
        """Whether the forms of hypotheses do not tell how to meet them."""
        try:
            assignment = assign(asked, library)
        except Unmet:
            self.is_searched = True
            assignment = Assignment({}, (), {}, frozenset())
        self.way = Trial(assignment, (), SIZES)
        """How the hypotheses of the batch that is drawn are met."""

    @property
    def assignment(self) -> Assignment:
        """The forms of the hypotheses, and an order in which their variables are drawn."""
        return self.way.assignment

    @cached_property
    def edges(self) -> list[dict[str, int]]:
        """The sizes of batches from `EDGES` on."""
        if self.fixed or len(self.way.choices) < len(SIZES):
            return []
        return edge_sizes(self.claim, self.assignment, self.generator(EDGES - 1))

    def generator(self, batch: int) -> np.random.Generator:
        """The generator that all of a batch is drawn from."""
        name = crc32(f"{self.claim.theorem}:{self.check}".encode())
        return np.random.Generator(np.random.SFC64([self.seed, name, batch]))

    def styles(self, batch: int) -> list[Style]:
        """Eight kinds of families for each batch, and bases, in turn."""
        count = 8
        return [
            Style(KINDS[k % len(KINDS)], BASES[(k + k // len(BASES)) % len(BASES)])
            for k in range(count * batch, count * (batch + 1))
        ]

    def sizes(self, batch: int, rng: np.random.Generator) -> dict[str, int]:
        """Sizes at random; every other batch has room for several blocks in its families.

        Raises `ValueError` for a batch that there is not.
        """
        if self.fixed is not None:
            return dict(self.fixed)
        if EDGES <= batch < SMALL_CHARACTERISTIC:
            if batch - EDGES >= len(self.edges):
                raise ValueError(f"there is no batch {batch} of {self.claim.theorem}")
            return dict(self.edges[batch - EDGES])
        wide = self.assignment.structured if batch % 2 == 0 else ()
        sizes = draw_sizes(self.claim, self.assignment, rng, self.way.choices, wide)
        return self.way.shape.of(sizes)

    def idle(self, sizes: Mapping[str, int]) -> set[str]:
        """The hypotheses that ask nothing at these sizes, by name."""
        return {
            h.name
            for h in self.asked.hypotheses
            if any(is_place(v.type) and size_of(v.type, sizes) == 0 for v in h.equation.parameters)
        }

    def asking_at(self, sizes: Mapping[str, int]) -> tuple[Claim, Assignment]:
        """The claim, less the hypotheses that ask nothing at these sizes, and how to meet the rest.

        `∀ p, Rᵀ @ R = 1` says nothing of R where there is no p.
        """
        idle = self.idle(sizes)
        if not idle or self.is_searched:
            return self.claim, self.assignment

        def less(claim: Claim) -> Claim:
            rest = (h for h in claim.hypotheses if h.name not in idle)
            return replace(claim, hypotheses=tuple(rest))

        return less(self.claim), assign(less(self.asked), self.library)

    def take(self, batch: int) -> None:
        """The way of a batch, if there are such."""
        if self.trials:
            is_edge = EDGES <= batch < SMALL_CHARACTERISTIC
            self.way = self.trials[0 if is_edge else batch % len(self.trials)]

    def kinds(self, batch: int) -> Mapping[str, str]:
        """The kinds of those functions of a batch that hypotheses speak of."""
        laws = self.way.laws
        return laws[batch % len(laws)] if laws else {}


class Check(ABC):
    """A way to test a claim on batches of random instances.

    `sizes` fixes a size for each dimension and type; else each batch draws its own. One that
    `is_free` draws what the hypotheses allow, whatever samples the claim has. Raises `Unmet` where
    no sampler meets the claim.
    """

    name: str
    wider: Sequence[tuple[Sequence[Any], Sequence[int]]] = (((), SIZES),)
    """Moduli and sizes to try in turn where forms do not tell how to meet hypotheses."""

    def __init__(
        self,
        claim: Claim,
        library: Library,
        seed: int,
        lanes: int = LANES,
        backend: Backend = NUMPY,
        sizes: Mapping[str, int] | None = None,
        is_free: bool = False,
    ) -> None:
        self.is_free = is_free
        claim = replace(claim, samples=()) if is_free else claim
        self.plans = Plans(claim, library, self.name, seed, sizes)
        self.lanes = lanes
        self.placing = Placing(backend)
        if self.plans.is_searched:
            self._search()

    def _search(self) -> None:
        """Find how to meet hypotheses whose forms do not tell. Raises `Unmet`."""
        plans = self.plans

        def draw(trial: Trial, number: int) -> tuple[Field, Instance]:
            plans.way = trial
            field, rng = self.field_of(number), plans.generator(TRIALS + number)
            sizes = plans.sizes(number, rng)
            sampler, styles = self.sampler(field, {}, sizes), plans.styles(number)
            return field, sampler.draw(rng, sizes, LANES, styles, is_bare=True)

        plans.trials = search(plans.asked, plans.library, plans.evaluators, draw, self.wider)
        plans.take(0)

    def identifier(self, batch: int, lane: int) -> ReplayId:
        """What names one of its instances."""
        plans, backend = self.plans, self.placing.backend
        named = (plans.claim.theorem, self.name, plans.seed, batch, lane)
        settings = (plans.fixed, self.lanes, backend.name, backend.device, self.is_free)
        return ReplayId(*named, *settings)

    @abstractmethod
    def field_of(self, number: int) -> Field:
        """The numbers of a batch."""

    @abstractmethod
    def functions(self, field: Any, number: int) -> OpenFunctions:
        """What makes the functions of a batch that no hypothesis speaks of."""

    @abstractmethod
    def met(self, field: Any, instance: Instance) -> tuple[Mask, Mapping[str, Floats]]:
        """In which lanes the hypotheses hold, and by how much what they speak of errs."""

    @abstractmethod
    def setting(self, number: int, field: Any, has_others: bool) -> list[str]:
        """What tells a batch from others; whether it has functions that no hypothesis speaks of."""

    def sampler(
        self, field: Field, laws: Mapping[str, str], sizes: Mapping[str, int], number: int = 0
    ) -> Sampler:
        """What draws the instances of a batch of these sizes, with functions of these kinds."""
        claim, assignment = self.plans.asking_at(sizes)
        functions = self.functions(field, number)
        return Sampler(claim, self.plans.evaluators, assignment, field, functions, laws)

    def draw(self, number: int) -> Drawn:
        """The instances of a batch; the same number gives the same bits."""
        plans = self.plans
        plans.take(number)
        field, rng = self.field_of(number), plans.generator(number)
        sizes, styles = plans.sizes(number, rng), plans.styles(number)
        laws = plans.kinds(number)
        instance = self.sampler(field, laws, sizes, number).draw(rng, sizes, self.lanes, styles)
        fair, errors = self.met(field, instance)
        told = [f"{name} is x ↦ {kind}" for name, kind in laws.items()]
        setting = self.setting(number, field, len(instance.functions) > len(laws))
        on = placed(plans.claim, instance.values, instance.functions, self.placing)
        return Drawn(number, ", ".join([*setting, *told]), field, instance, fair, errors, *on)

    @abstractmethod
    def compare(self, drawn: Drawn, equation: Equation) -> Compared:
        """Both sides of an equation over the claim's variables, on these instances."""


def trivial(plans: Plans, instance: Instance) -> Mask:
    """Lanes in which all that is orthogonal or commutes is a multiple of 1."""
    found: list[Mask] = []
    for name, forms in plans.assignment.forms.items():
        if not any(isinstance(f, Orthogonal | Commutes) for f in forms):
            continue
        array = instance.array(name)
        if array.shape[-1] != array.shape[-2] or array.shape[-1] < 2:
            continue
        scalar = array[..., :1, :1] * np.eye(array.shape[-1])
        found.append(largest(array - scalar) <= 1e-6 * largest(array))
    if not found:
        return np.zeros(instance.lanes, dtype=bool)
    lanes = (instance.lanes,)
    return np.asarray(np.all([np.broadcast_to(f, lanes) for f in found], axis=0))


def unchanged(plans: Plans, field: Field, instance: Instance) -> Mask:
    """Lanes in which both sides call a definition with the very same arguments.

    Then a claim that something may be transformed is tested on what was not.
    """
    none = np.zeros(instance.lanes, dtype=bool)
    conclusion = plans.claim.conclusion
    left, right = _first_call(conclusion.left), _first_call(conclusion.right)
    if conclusion.parameters or left is None or right is None:
        return none
    if left.definition != right.definition:
        return none
    walk = plans.evaluators.at(field, instance.sizes)
    same = np.ones(instance.lanes, dtype=bool)
    for one, other in zip(left.arguments, right.arguments, strict=True):
        a, b = (walk.term(term, instance.values) for term in (one, other))
        if isinstance(a, Data) and isinstance(b, Data):
            if one.type != other.type:
                return none
            same &= largest(np.atleast_1d(a.array - b.array)) == 0
        elif isinstance(a, Closure | Open) and one != other:
            return none
    return same


def _first_call(term: Term) -> Call | None:
    if isinstance(term, Call):
        return term
    if isinstance(term, Lambda):
        return None
    return next(filter(None, map(_first_call, children(term))), None)


def shown(plans: Plans, drawn: Drawn, found: Compared, lane: int, remark: str) -> Counterexample:
    """One lane of a batch, as a reader sees it."""
    values: dict[str, Json] = {}
    for parameter in plans.claim.parameters:
        if isinstance(parameter.sort, Sort):
            continue
        value = drawn.instance.values[parameter.name]
        if isinstance(value, Data | Places):
            array = value.array
            values[parameter.name] = array[lane if array.shape[0] > 1 else 0].tolist()
        else:
            values[parameter.name] = str(drawn.instance.functions[parameter.name])
    sides = [(s[lane if s.shape[0] > 1 else 0]).tolist() for s in (found.left, found.right)]
    return Counterexample(dict(drawn.instance.sizes), values, sides[0], sides[1], remark)


def remark(drawn: Drawn, lane: int) -> str:
    """How a lane was drawn."""
    styles = drawn.instance.styles
    return f"{drawn.setting}; {styles[lane % len(styles)]}" if styles else drawn.setting
