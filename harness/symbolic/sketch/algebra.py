"""How one term becomes another by the laws of matrices and the hypotheses, step by step."""

from __future__ import annotations

from collections.abc import Mapping

from harness.claims.model import Claim, Definition
from harness.language.terms import Call, Lambda, Term, Variable
from harness.language.transform import instantiate, map_children, subterms
from harness.language.types import Matrix
from harness.symbolic import build as b
from harness.symbolic import words as w
from harness.symbolic.codes import type_code
from harness.symbolic.interpret import Environment, interpret_poly, symbol
from harness.symbolic.prove import prover
from harness.symbolic.readback import Reader
from harness.symbolic.rewriting import Rewriter
from harness.symbolic.sketch.folding import Folded
from harness.symbolic.sketch.model import NoSketch
from harness.symbolic.sketch.quotient import quotient

Reasoned = tuple[Term, list[str]]
"""What a term becomes, and why; a law of matrices needs no reason."""

Scope = tuple[Variable, ...]


class Algebra:
    """What follows from the hypotheses of a claim that is proved, as terms.

    Raises `NoSketch` where the claim is not proved.
    """

    def __init__(self, claim: Claim, definitions: Mapping[str, Definition]) -> None:
        self.definitions = definitions
        self.prover = prover(claim, definitions)
        self.types = {p.name: p.type for p in claim.explicit}
        self.hints: dict[str, str] = {}
        """How the claim and its definitions call bound indices, by the codes of their types."""
        left, right = self.prover.sides(claim.conclusion)
        self.proving = self._proving(w.subtract(left, right))

    def _proving(self, difference: w.Poly) -> Rewriter:
        for rewriter in self.prover.attempts():
            try:
                if rewriter.reduce(difference)[0] == w.ZERO:
                    return rewriter
            except w.BudgetSpent:
                continue
        raise NoSketch("the claim is not proved")

    def rewriter(self) -> Rewriter:
        """A new rewriter, of the rules and by the order that prove the claim."""
        return Rewriter(self.proving.rules, self.proving.order)

    def note_names(self, term: Term) -> None:
        """Remember how a term calls bound indices."""
        for part in subterms(term):
            if isinstance(part, Lambda):
                self.hints.setdefault(type_code(part.parameter.type), part.parameter.name)

    def factor(self, left: Term, right: Term, scope: Scope) -> list[Term] | None:
        """The matrices that `left` is `right` multiplied by; none where they are equal."""
        env, rewriter = self._env(scope), self.rewriter()
        one, two = (rewriter.reduce(interpret_poly(term, env))[0] for term in (left, right))
        if one == two:
            return []
        found = quotient(one, two)
        if found is None or b.kind(left.type) == "scalar":
            return None
        reader = self._reader(scope)
        word = w.word_of(found)
        if word is not None:
            return [reader.letter(letter) for letter in word]
        return [reader.poly(found, Matrix(b.sizes(left.type)[0], b.sizes(right.type)[0]))]

    def steps(self, start: Term, goal: Term, scope: Scope) -> list[Reasoned]:
        """From `start` to `goal`. Raises `NoSketch`.

        Calls stay folded; where that does not do, they are unfolded on both sides.
        """
        before: list[Reasoned] = []
        after: list[Reasoned] = []
        while True:
            found = self._folded_steps(start, goal, scope)
            if found is not None:
                return [*before, *found, *reversed(after)]
            unfolded, reason = self._unfold(start)
            target, why = self._unfold(goal)
            if not reason and not why:
                raise NoSketch("a step that the prover takes only at once")
            if reason:
                start = unfolded
                before.append((start, [reason]))
            if why:
                after.append((goal, [why]))
                goal = target

    def _folded_steps(self, start: Term, goal: Term, scope: Scope) -> list[Reasoned] | None:
        folded = Folded()
        one, two = folded.fold(start), folded.fold(goal)
        env = self._env((*scope, *folded.variables))
        p, q = interpret_poly(one, env), interpret_poly(two, env)
        if p == q:
            return [(goal, [])]
        forth, back = self._trace(p), self._trace(q)
        if forth[-1][0] != back[-1][0]:
            return None
        reader = self._reader((*scope, *folded.variables))

        def read(p: w.Poly) -> Term:
            return goal if p == q else folded.unfold(reader.poly(p, start.type))

        found: list[Reasoned] = [(read(p), [])]
        found += [(read(poly), [reason]) for poly, reason in forth[1:]]
        for (poly, _), (_, reason) in zip(back[-2::-1], back[:0:-1], strict=True):
            found.append((read(poly), [reason]))
        return [*found, (goal, [])]

    def _unfold(self, term: Term) -> tuple[Term, str]:
        """The outermost calls unfolded, and the reason; of a term without calls, itself."""
        names: dict[str, None] = {}

        def walk(term: Term) -> Term:
            if not isinstance(term, Call):
                return map_children(walk, term)
            names[term.definition] = None
            definition = self.definitions[term.definition]
            return instantiate(definition.parameters, definition.body, term)

        unfolded = walk(term)
        if not names:
            return term, ""
        self.note_names(unfolded)
        return unfolded, "definition of " + ", ".join(names)

    def _trace(self, p: w.Poly) -> list[tuple[w.Poly, str]]:
        """What rewriting makes of `p`, step by step; uses of one hypothesis in a row are one."""
        rewriter = self.rewriter()
        found = [(p, "")]
        while True:
            step = rewriter.first_step(found[-1][0])
            if step is None:
                return found
            poly, reason = step
            if reason == found[-1][1]:
                found.pop()
            found.append((poly, reason))

    def _env(self, scope: Scope) -> Environment:
        env = self.prover.env
        for variable in scope:
            env = env.bind(variable.name, symbol(variable.name, variable.type))
        return env

    def _reader(self, scope: Scope) -> Reader:
        return Reader(self.types | {v.name: v.type for v in scope}, self.hints)
