"""Weak head normal forms: β, ζ, δ, projections, recursors (ι), quotients, and numbers.

Sources: Carneiro, The Type Theory of Lean, "Reduction" and "Inductive types", for the rules; Lean's
own kernel for the order in which they are tried, which is what makes real proofs finish.

Results depend on the expression alone, since a `Local` carries its type; so each is kept.
"""

from __future__ import annotations

import time

from harness.kernel.declarations import Recursor
from harness.kernel.environment import Environment
from harness.kernel.literals import (
    FALSE,
    NAT_SUCC,
    TRUE,
    as_constructor,
    as_list,
    compute,
    value_of,
)
from harness.kernel.ruling import Declined
from harness.kernel.substitution import instantiate
from harness.kernel.terms import (
    App,
    Const,
    Expr,
    Lam,
    Let,
    Name,
    NatLit,
    Pi,
    Proj,
    Sort,
    StrLit,
    apply,
    spine,
)
from harness.kernel.universes import is_zero


class Reducer:
    """Reduces expressions in one environment. `infer` and `equal` come with the classes below it.

    Each step costs one unit of fuel. Raises Declined when there is none left, or the time is over.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.fuel = 0
        self.deadline = float("inf")
        self.eager = False
        """Whether closed computations are tried although variables occur (`eagerReduce`)."""
        self._whnf: dict[Expr, Expr] = {}
        self._core: dict[Expr, Expr] = {}
        self._majors: dict[Name, Name] = {}

    def infer(self, e: Expr) -> Expr:
        """The type of an expression that has one."""
        raise NotImplementedError

    def equal(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions that have a type are equal by definition."""
        raise NotImplementedError

    def spend(self) -> None:
        """Count one step."""
        self.fuel -= 1
        if self.fuel < 0:
            raise Declined("it takes more steps than are allowed")
        if self.fuel & 1023 == 0 and time.thread_time() > self.deadline:
            raise Declined("it takes more time than is allowed")

    # Normal forms

    def whnf(self, e: Expr) -> Expr:
        """`e` with what stands at its head reduced as far as it goes."""
        kind = type(e)
        if kind is Sort or kind is Lam or kind is Pi or kind is NatLit or kind is StrLit:
            return e
        found = self._whnf.get(e)
        if found is not None:
            return found
        now = e
        while True:
            now = self.core(now)
            number = self.number(now)
            if number is not None:
                now = number
                break
            unfolded = self.unfold(now)
            if unfolded is None:
                break
            now = unfolded
        self._whnf[e] = now
        return now

    def core(self, e: Expr, cheap: bool = False) -> Expr:
        """The same without unfolding definitions at the head of `e`.

        With `cheap`, the structure of a projection is not unfolded either.
        """
        kind = type(e)
        if kind is not App and kind is not Let and kind is not Proj:
            return e
        if not cheap:
            found = self._core.get(e)
            if found is not None:
                return found
        now = e
        while True:
            following = self.step(now, cheap)
            if following is None:
                break
            now = following
        if not cheap:
            self._core[e] = now
        return now

    def step(self, e: Expr, cheap: bool) -> Expr | None:
        """One step at the head of `e`, or None where there is none to take."""
        self.spend()
        if isinstance(e, Let):
            return instantiate(e.body, [e.value])
        if isinstance(e, Proj):
            return self.project(e, cheap)
        if type(e) is not App:
            return None
        head, args = spine(e)
        if isinstance(head, Lam):
            return beta(head, args)
        if isinstance(head, Const):
            return self.eliminate(head, args)
        if isinstance(head, Let | Proj):
            following = self.step(head, cheap)
            return None if following is None else beta(following, args)
        return None

    def unfold(self, e: Expr) -> Expr | None:
        """δ: `e` with the definition at its head unfolded, if there is one."""
        definition = self.environment.unfolds(e)
        if definition is None:
            return None
        self.spend()
        head, args = spine(e)
        assert isinstance(head, Const)
        return beta(self.environment.value_of(head, definition), args)

    def project(self, e: Proj, cheap: bool) -> Expr | None:
        struct = self.core(e.struct, cheap) if cheap else self.whnf(e.struct)
        if isinstance(struct, StrLit):
            struct = self.whnf(as_list(struct))
        head, args = spine(struct)
        constructor = self.environment.constructor(head)
        if constructor is None or constructor.inductive != e.structure:
            return None
        place = constructor.num_params + e.index
        return args[place] if place < len(args) else None

    # Recursors and quotients

    def eliminate(self, head: Const, args: list[Expr]) -> Expr | None:
        """ι: a recursor or a quotient's eliminator applied to a constructor."""
        constant = self.environment.constants.get(head.name)
        if isinstance(constant, Recursor):
            return self.recurse(constant, head, args)
        quotient = self.environment.quotient(head)
        if quotient is None or quotient.kind in ("type", "ctor"):
            return None
        # Quot.lift {α} {r} {β} f h (Quot.mk r a) = f a; Quot.ind {α} {r} {β} f (Quot.mk r a) = f a
        function, major = (3, 5) if quotient.kind == "lift" else (3, 4)
        if len(args) <= major:
            return None
        made, parts = spine(self.whnf(args[major]))
        maker = self.environment.quotient(made)
        if maker is None or maker.kind != "ctor" or len(parts) != 3:
            return None
        return apply(App(args[function], parts[2]), args[major + 1 :])

    def recurse(self, recursor: Recursor, head: Const, args: list[Expr]) -> Expr | None:
        """`I.rec params motives minors indices (c params fields)` by the rule of `c`.

        For `Nat.rec z s (Nat.succ n)` the rule of `Nat.succ` is
        `fun motive z s n => s n (Nat.rec z s n)`, and `n` is the only field.
        """
        front = recursor.num_params + recursor.num_motives + recursor.num_minors
        place = front + recursor.num_indices
        if len(args) <= place or len(head.levels) != len(recursor.level_params):
            return None
        major = args[place]
        if recursor.k:
            major = self.only_proof(recursor, major) or major
        major = self.whnf(major)
        if isinstance(major, NatLit):
            major = as_constructor(major)
        elif isinstance(major, StrLit):
            major = self.whnf(as_list(major))
        made, fields = spine(major)
        constructor = self.environment.constructor(made)
        if constructor is None:
            expanded = self.expand(recursor, major)
            if expanded is None:
                return None
            made, fields = spine(expanded)
            constructor = self.environment.constructor(made)
        rule = next(
            (r for r in recursor.rules if constructor and r.constructor == constructor.name), None
        )
        if rule is None or len(fields) < rule.num_fields:
            return None
        rhs = self.environment.rule_of(recursor, rule, head.levels)
        own = fields[len(fields) - rule.num_fields :]
        return beta(rhs, args[:front] + own + args[place + 1 :])

    def only_proof(self, recursor: Recursor, major: Expr) -> Expr | None:
        """K: a proof of a proposition that has one constructor, without fields, is that one.

        It is taken for the constructor only if the constructor has the proof's type: of
        `h : a = b`, if `Eq.refl a : a = b`, that is if `a` and `b` are equal by definition.
        """
        type = self.whnf(self.infer(major))
        head, args = spine(type)
        if not isinstance(head, Const) or head.name != self.major(recursor):
            return None
        made = self.made(head, args)
        return made if made is not None and self.equal(self.infer(made), type) else None

    def major(self, recursor: Recursor) -> Name:
        """The inductive type that the recursor takes apart."""
        found = self._majors.get(recursor.name)
        if found is None:
            type = recursor.type
            before = recursor.num_params + recursor.num_motives + recursor.num_minors
            for _ in range(before + recursor.num_indices):
                type = type.body if isinstance(type, Pi) else type
            head, _ = spine(type.type if isinstance(type, Pi) else type)
            found = head.name if isinstance(head, Const) else ()
            self._majors[recursor.name] = found
        return found

    def made(self, head: Const, args: list[Expr]) -> Expr | None:
        """The only constructor of a type, applied to the type's parameters alone."""
        constructor = self.environment.only_constructor(head.name)
        if constructor is None:
            return None
        return apply(Const(constructor.name, head.levels), args[: constructor.num_params])

    def expand(self, recursor: Recursor, e: Expr) -> Expr | None:
        """η for structures: `e` as the constructor applied to its projections."""
        name = self.major(recursor)
        constructor = self.environment.structure(name)
        if constructor is None:
            return None
        type = self.whnf(self.infer(e))
        head, args = spine(type)
        if not isinstance(head, Const) or head.name != name or self.is_proposition(type):
            return None
        made = self.made(head, args)
        fields = [Proj(name, i, e) for i in range(constructor.num_fields)]
        return None if made is None else apply(made, fields)

    def is_proposition(self, type: Expr) -> bool:
        """Whether a type is of type `Prop`."""
        of = self.whnf(self.infer(type))
        return isinstance(of, Sort) and is_zero(of.level)

    # Numbers

    def number(self, e: Expr) -> Expr | None:
        """What a function on numbers comes to, if all its arguments are numbers."""
        if type(e) is not App or (e.locals and not self.eager):
            return None
        head, args = spine(e)
        if not isinstance(head, Const):
            return None
        if head is NAT_SUCC and len(args) == 1:
            before = value_of(self.whnf(args[0]))
            return None if before is None else NatLit(before + 1)
        if head.name not in self.environment.accelerated:
            return None
        values = []
        for arg in args:
            value = value_of(self.whnf(arg))
            if value is None:
                return None
            values.append(value)
        self.spend()
        result = compute(head.name, values)
        if result is None:
            return None
        if isinstance(result, bool):
            return TRUE if result else FALSE
        return NatLit(result)


def beta(fn: Expr, args: list[Expr]) -> Expr:
    """`fn` applied to `args`, with as many arguments as there are binders put in."""
    taken = 0
    while taken < len(args) and isinstance(fn, Lam):
        fn = fn.body
        taken += 1
    return apply(instantiate(fn, args[:taken]), args[taken:])
