"""Definitional equality.

Sources: Carneiro, The Type Theory of Lean, "Definitional equality", for the rules; Lean's own
kernel for η of structures and the order in which rules are tried. The rules decide less than the
theory's (undecidable) equality; where none applies the answer is no, which can refuse a right
proof and never accepts a wrong one.
"""

from __future__ import annotations

from harness.kernel.declarations import Definition, Theorem
from harness.kernel.environment import Environment
from harness.kernel.inference import Typing
from harness.kernel.literals import NAT_SUCC, TRUE, as_list, value_of
from harness.kernel.substitution import instantiate
from harness.kernel.terms import (
    App,
    Bound,
    Const,
    Expr,
    Lam,
    Local,
    NatLit,
    Pi,
    Proj,
    Sort,
    StrLit,
    spine,
)
from harness.kernel.universes import same


class Kernel(Typing):
    """Reduction, types and equality in one environment."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._equal: dict[tuple[Expr, Expr], bool] = {}
        self._different_args: set[tuple[Expr, Expr]] = set()

    def equal(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions that have a type are equal by definition."""
        answer = self._quick(a, b)
        if answer is not None:
            return answer
        key = (a, b) if id(a) < id(b) else (b, a)
        answer = self._equal.get(key)
        if answer is None or (self.eager and not answer):
            # With `eager` more is tried than without, so what was not equal without it may be now.
            self.spend()
            answer = self._equal[key] = self._compare(a, b)
        return answer

    def _quick(self, a: Expr, b: Expr) -> bool | None:
        """An answer that the outermost nodes give, if they do."""
        if a is b:
            return True
        kind = type(a)
        if kind is not type(b):
            return None
        if kind is Lam or kind is Pi:
            return self._equal_binders(a, b)
        if isinstance(a, Sort) and isinstance(b, Sort):
            return same(a.level, b.level)
        if kind is NatLit or kind is StrLit:
            return False
        return None

    def _equal_binders(self, a: Expr, b: Expr) -> bool:
        kind = type(a)
        first = max(a.locals, b.locals)
        locals: list[Expr] = []
        while type(a) is kind and type(b) is kind:
            assert isinstance(a, Lam | Pi)
            assert isinstance(b, Lam | Pi)
            domain = instantiate(a.type, locals)
            if a.type is not b.type and not self.equal(domain, instantiate(b.type, locals)):
                return False
            locals.append(Local(max(first + len(locals), domain.locals), domain))
            a, b = a.body, b.body
        return self.equal(instantiate(a, locals), instantiate(b, locals))

    def _compare(self, a: Expr, b: Expr) -> bool:
        # `decide` asks whether a long computation comes to `true`; it is best run, not compared.
        for one, other in ((a, b), (b, a)):
            if other is TRUE and (not one.locals or self.eager) and self.whnf(one) is TRUE:
                return True
        x, y = self.core(a, cheap=True), self.core(b, cheap=True)
        if x is not a or y is not b:
            answer = self._quick(x, y)
            if answer is not None:
                return answer
        if self._equal_proofs(x, y):
            return True
        answer, x, y = self._unfold_both(x, y)
        if answer is not None:
            return answer
        if isinstance(x, Const) and isinstance(y, Const) and self._same_constant(x, y):
            return True
        if isinstance(x, Proj) and isinstance(y, Proj) and self._equal_projections(x, y):
            return True
        u, v = self.core(x), self.core(y)
        if u is not x or v is not y:
            return self.equal(u, v)
        return (
            self._equal_applications(x, y)
            or self._eta(x, y)
            or self._eta(y, x)
            or self._structure_eta(x, y)
            or self._structure_eta(y, x)
            or self._equal_texts(x, y)
            or self._equal_texts(y, x)
            or self._equal_units(x, y)
        )

    def _same_constant(self, a: Const, b: Const) -> bool:
        return (
            a.name == b.name
            and len(a.levels) == len(b.levels)
            and all(same(k, l) for k, l in zip(a.levels, b.levels, strict=True))
        )

    def _equal_projections(self, a: Proj, b: Proj) -> bool:
        same_field = a.index == b.index and a.structure == b.structure
        return same_field and self.equal(a.struct, b.struct)

    def _equal_proofs(self, a: Expr, b: Expr) -> bool:
        """Proof irrelevance: two proofs of one proposition are equal."""
        type = self.infer(a)
        return self.is_proposition(type) and self.equal(type, self.infer(b))

    # Unfolding

    def _unfold_both(self, a: Expr, b: Expr) -> tuple[bool | None, Expr, Expr]:
        """Unfold the definitions at the two heads, the higher one first, until an answer shows."""
        while True:
            self.spend()
            answer = self._equal_numbers(a, b)
            if answer is not None:
                return answer, a, b
            if (not a.locals and not b.locals) or self.eager:
                for one, other in ((a, b), (b, a)):
                    number = self.number(one)
                    if number is not None:
                        return self.equal(number, other), a, b
            of_a, of_b = self.environment.unfolds(a), self.environment.unfolds(b)
            if of_a is None and of_b is None:
                return None, a, b
            if of_b is None or (of_a is not None and _height(of_a) > _height(of_b)):
                # What is stuck on the other side may only wait for a projection to be computed.
                following = self._unfold_projection(b) if of_b is None else None
                if following is not None:
                    b = following
                else:
                    a = self._unfolded(a)
            elif of_a is None or _height(of_a) < _height(of_b):
                following = self._unfold_projection(a) if of_a is None else None
                if following is not None:
                    a = following
                else:
                    b = self._unfolded(b)
            else:
                if (
                    of_a is of_b
                    and type(a) is App
                    and type(b) is App
                    and (a, b) not in (self._different_args)
                ):
                    if self._equal_applications(a, b):
                        return True, a, b
                    self._different_args.add((a, b))
                a, b = self._unfolded(a), self._unfolded(b)
            answer = self._quick(a, b)
            if answer is not None:
                return answer, a, b

    def _unfolded(self, e: Expr) -> Expr:
        unfolded = self.unfold(e)
        assert unfolded is not None
        return self.core(unfolded, cheap=True)

    def _unfold_projection(self, e: Expr) -> Expr | None:
        head, _ = spine(e)
        if not isinstance(head, Proj):
            return None
        following = self.core(e)
        return None if following is e else following

    def _equal_numbers(self, a: Expr, b: Expr) -> bool | None:
        """`n + 1` and `m + 1` are equal as `n` and `m` are; None where one is no such number."""
        x, y = value_of(a), value_of(b)
        if x is not None and y is not None:
            return x == y
        before_a, before_b = _before(a), _before(b)
        if before_a is None or before_b is None:
            return None
        return self.equal(before_a, before_b)

    # What the shape of a type says

    def _equal_applications(self, a: Expr, b: Expr) -> bool:
        if type(a) is not App or type(b) is not App:
            return False
        head_a, args_a = spine(a)
        head_b, args_b = spine(b)
        if len(args_a) != len(args_b):
            return False
        if isinstance(head_a, Const) and isinstance(head_b, Const):
            if not self._same_constant(head_a, head_b):
                return False
        elif not self.equal(head_a, head_b):
            return False
        # A loop and not `all`: calls that go through C use up the C stack, which would
        # end the process.
        for x, y in zip(args_a, args_b, strict=True):  # noqa: SIM110
            if not self.equal(x, y):
                return False
        return True

    def _eta(self, a: Expr, b: Expr) -> bool:
        """`fun x => f x` is `f`."""
        if type(a) is not Lam or type(b) is Lam:
            return False
        type_of_b = self.whnf(self.infer(b))
        if not isinstance(type_of_b, Pi):
            return False
        return self.equal(a, Lam(type_of_b.type, App(b, Bound(0))))

    def _structure_eta(self, a: Expr, b: Expr) -> bool:
        """`S.mk b.1 b.2` is `b`, for a structure `S`."""
        head, args = spine(a)
        constructor = self.environment.constructor(head)
        if constructor is None or self.environment.structure(constructor.inductive) is None:
            return False
        if len(args) != constructor.num_params + constructor.num_fields:
            return False
        if not self.equal(self.infer(a), self.infer(b)):
            return False
        for i, arg in enumerate(args[constructor.num_params :]):
            if not self.equal(Proj(constructor.inductive, i, b), arg):
                return False
        return True

    def _equal_texts(self, a: Expr, b: Expr) -> bool:
        if not isinstance(a, StrLit) or type(b) is not App:
            return False
        return self.equal(as_list(a), b)

    def _equal_units(self, a: Expr, b: Expr) -> bool:
        """Two members of a structure without fields are equal."""
        type = self.whnf(self.infer(a))
        head, _ = spine(type)
        if not isinstance(head, Const):
            return False
        constructor = self.environment.structure(head.name)
        if constructor is None or constructor.num_fields:
            return False
        return self.equal(type, self.infer(b))


def _height(definition: Definition | Theorem) -> float:
    """The higher unfolds first; an abbreviation before all, a theorem or what is opaque last."""
    if isinstance(definition, Theorem) or definition.hints == "opaque":
        return -1
    return float("inf") if definition.hints == "abbrev" else float(definition.hints)


def _before(e: Expr) -> Expr | None:
    """`n`, if `e` is `Nat.succ n` or a literal above 0."""
    if isinstance(e, NatLit):
        return NatLit(e.value - 1) if e.value else None
    return e.arg if isinstance(e, App) and e.fn is NAT_SUCC else None
