"""Proofs for every dimension: both sides of a claim rewritten with its hypotheses.

Sound: what is proved follows from the hypotheses over every commutative ring, at every size; each
proof is an identity that `certificate` checks without the rewriter. Not complete: *not proved*
means unknown, and the two normal forms that differ are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from harness.claims.model import Claim, Definition, Hypothesis
from harness.language.terms import Equation
from harness.language.transform import apart
from harness.language.types import Parameter, is_place
from harness.symbolic import traces
from harness.symbolic import words as w
from harness.symbolic.codes import type_code
from harness.symbolic.combining import Combination, combination
from harness.symbolic.completion import Completion, complete
from harness.symbolic.interpret import (
    UnsupportedTerm,
    environment,
    interpret_poly,
    symbol,
)
from harness.symbolic.maps import maps
from harness.symbolic.order import Order
from harness.symbolic.rewriting import Lemma, Rewriter, Use
from harness.symbolic.rules import Relation, by_entries, orders, relation

_TURNS = 8
"""So many times sums are indexed anew between the steps of rewriting."""

OVERLAPS = (30, 250)
"""How many overlaps of rules completion looks at: a few, and if that does not do, more."""


@dataclass(frozen=True)
class Proof:
    """How far rewriting came with an equation."""

    is_proved: bool
    left: w.Poly
    """The normal form of each side; they are equal where `is_proved`, up to the hypotheses."""
    right: w.Poly
    defect: w.Poly
    """The difference of the sides, in the hypotheses' defects; of use where `is_proved`."""
    lemmas: tuple[Lemma, ...]
    uses: tuple[Use, ...]
    rules: int
    is_confluent: bool
    unused: tuple[str, ...] = ()
    """Hypotheses that say nothing in normal forms, with the reason."""
    combined: tuple[str, ...] = ()
    """Hypotheses whose entries the difference is a combination of."""
    about_maps: tuple[str, ...] = ()
    """Hypotheses about maps of indices: normal forms are by them, so all of them count as used."""

    @property
    def used(self) -> set[str]:
        """The hypotheses that it rests on."""
        named = {n for use in self.uses for n in use.rule.source.split(", ")}
        return named.union(self.combined, self.about_maps)


class Prover:
    """Proves equations from the hypotheses of one claim."""

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        parameters: tuple[Parameter, ...],
        hypotheses: tuple[Hypothesis, ...],
    ) -> None:
        self.parameters, self.hypotheses = parameters, hypotheses
        self.env = environment(definitions, parameters)
        self.relations: list[Relation] = []
        self.unused: list[str] = []
        self.maps, self.about_maps = maps(hypotheses)
        for hypothesis in hypotheses:
            if hypothesis.name in self.about_maps:
                continue
            if not hypothesis.equation.is_equation:
                self.unused.append(f"{hypothesis.name}: it is no equation")
                continue
            try:
                found = relation(hypothesis, self.env)
                settled = self.maps.settled(found.difference)
                found = replace(found, difference=settled)
                self.relations += [found, *by_entries(found, hypothesis)]
            except (UnsupportedTerm, w.BudgetSpent) as error:
                self.unused.append(f"{hypothesis.name}: {error}")
        self._orders = list(orders(self.relations))
        self._completions: dict[tuple[int, int], Completion] = {}

    def completions(self) -> Iterator[tuple[Completion, Order]]:
        """Sets of rules worth trying, those that cost little first."""
        for overlaps in OVERLAPS:
            is_confluent = False
            for number, order in enumerate(self._orders):
                key = (number, overlaps)
                if key not in self._completions:
                    self._completions[key] = complete(self.relations, order, overlaps)
                yield self._completions[key], order
                is_confluent |= self._completions[key].is_confluent
            if is_confluent:
                return

    def attempts(self) -> Iterator[Rewriter]:
        """Rewriters worth trying, the best first."""
        for completion, order in self.completions():
            yield Rewriter(completion.rules, order)

    def sides(self, equation: Equation) -> tuple[w.Poly, w.Poly]:
        """The normal forms of both sides, of the hypotheses nothing used.

        Raises `UnsupportedTerm`, also where they are too large.
        """
        env = self.env
        equation = apart(equation, self.parameters)
        for variable in equation.parameters:
            env = env.bind(variable.name, symbol(variable.name, variable.type))
        try:
            left, right = interpret_poly(equation.left, env), interpret_poly(equation.right, env)
            return self._settled(left), self._settled(right)
        except w.BudgetSpent as error:
            raise UnsupportedTerm(str(error)) from None

    def prove(self, equation: Equation) -> Proof:
        """Rewrite the difference of both sides to 0, or say what is left of each side.

        Raises `UnsupportedTerm`.
        """
        if not equation.is_equation:
            raise UnsupportedTerm(f"rewriting proves equations, and no {equation.relation}")
        left, right = self.sides(equation)
        unused = tuple(self.unused)
        if left == right:
            return Proof(True, left, right, w.ZERO, (), (), 0, True, unused, (), self.about_maps)
        best: Proof | None = None
        for completion, order in self.completions():
            rewriter = Rewriter(completion.rules, order)
            try:
                normal, defect = self._reduced(rewriter, w.subtract(left, right))
                is_proved = normal == w.ZERO
                ends = (left, right) if is_proved else self._ends(rewriter, left, right)
            except w.BudgetSpent:
                continue
            found = Proof(
                is_proved,
                *ends,
                defect,
                tuple(rewriter.lemmas),
                tuple(rewriter.uses),
                len(completion.rules),
                completion.is_confluent,
                unused,
                about_maps=self.about_maps,
            )
            if is_proved:
                return found
            best = best or found
        if (combined := self._combined(equation, w.subtract(left, right))) is not None:
            defect, used = combined.defect, combined.used
            return Proof(True, left, right, defect, (), (), 0, True, unused, used)
        return best or Proof(False, left, right, w.ZERO, (), (), 0, False, unused)

    def _combined(self, equation: Equation, difference: w.Poly) -> Combination | None:
        """Why a difference is 0 entry by entry; maps of indices are not looked at."""
        equation = apart(equation, self.parameters)
        bound = [w.Atom("a", v.name, (), type_code(v.type)) for v in equation.parameters]
        if self.about_maps or not all(is_place(v.type) for v in equation.parameters):
            return None
        try:
            return combination(difference, equation.left.type, bound, self.hypotheses, self.env)
        except w.BudgetSpent:
            return None

    def _reduced(self, rewriter: Rewriter, p: w.Poly) -> tuple[w.Poly, w.Poly]:
        """The normal form and the defect, sums indexed anew between the steps."""
        normal, defect = rewriter.reduce(p)
        for _ in range(_TURNS):
            settled = self._settled(normal)
            turned = w.total((c, self._begun(rewriter, m)) for m, c in settled.terms)
            if turned == normal:
                break
            normal, more = rewriter.reduce(turned)
            defect = w.add(defect, more)
        return normal, defect

    def _settled(self, p: w.Poly) -> w.Poly:
        """Sums indexed, and traces begun, in the way that reads least."""
        return traces.settled(self.maps.settled(p))

    @staticmethod
    def _begun(rewriter: Rewriter, m: w.Monomial) -> w.Poly:
        """A trace, begun where a rule applies, if there is such a place."""
        for p in traces.turned(m) if m.binders else ():
            if rewriter.reduce(p)[0] != p:
                return p
        return w.Poly(((m, 1),))

    @staticmethod
    def _ends(rewriter: Rewriter, left: w.Poly, right: w.Poly) -> tuple[w.Poly, w.Poly]:
        return rewriter.reduce(left)[0], rewriter.reduce(right)[0]


_PROVERS = 4
_provers: dict[tuple[object, ...], Prover] = {}


def prover(claim: Claim, definitions: Mapping[str, Definition]) -> Prover:
    """The prover from a claim's hypotheses; the last few are kept, with what they completed."""
    which = (id(definitions), claim.parameters, claim.hypotheses)
    found = _provers.pop(which, None)
    if found is None or found.env.definitions is not definitions:
        found = Prover(definitions, claim.parameters, claim.hypotheses)
    _provers[which] = found
    if len(_provers) > _PROVERS:
        del _provers[next(iter(_provers))]
    return found


def prove(claim: Claim, definitions: Mapping[str, Definition]) -> Proof:
    """Prove a claim's conclusion from its hypotheses. Raises `UnsupportedTerm`."""
    return prover(claim, definitions).prove(claim.conclusion)
