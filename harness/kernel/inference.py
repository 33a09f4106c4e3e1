"""Types of expressions: found and, where it is asked for, checked.

Sources: Carneiro, The Type Theory of Lean, "Typing", for the rules; the condition on projections
out of a proposition is Lean's kernel's.
"""

from __future__ import annotations

from harness.kernel.environment import Environment
from harness.kernel.literals import NAT, STRING, as_list, require_nat
from harness.kernel.reduction import Reducer
from harness.kernel.ruling import Refused
from harness.kernel.substitution import bind, instantiate
from harness.kernel.terms import (
    App,
    Const,
    Expr,
    IMax,
    Lam,
    Let,
    Level,
    Local,
    Name,
    NatLit,
    Pi,
    Proj,
    Sort,
    StrLit,
    Succ,
    apply,
    name_text,
    spine,
)
from harness.kernel.universes import parameters

EAGER = ("eagerReduce",)


class Typing(Reducer):
    """Finds types. `level_params` are the level parameters of the declaration in hand."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.level_params: set[Name] = set()
        self._inferred: dict[Expr, Expr] = {}
        self._checked: dict[Expr, Expr] = {}

    def start(self, level_params: tuple[Name, ...]) -> None:
        """Begin with another declaration: what was checked may cite parameters that it lacks."""
        self.level_params = set(level_params)
        self._checked.clear()

    def infer(self, e: Expr) -> Expr:
        """The type of an expression that is known to have one."""
        found = self._checked.get(e) or self._inferred.get(e)
        if found is None:
            found = self._inferred[e] = self._type(e, False)
        return found

    def check(self, e: Expr) -> Expr:
        """The type of an expression, with everything in it checked. Raises Refused."""
        found = self._checked.get(e)
        if found is None:
            found = self._checked[e] = self._type(e, True)
        return found

    def check_type(self, e: Expr) -> Level:
        """Check that `e` is a type; the level of its sort."""
        return self.level(self.check(e))

    def level(self, type: Expr) -> Level:
        """The level of the sort that `type` comes to. Raises Refused where it comes to none."""
        found = self.whnf(type)
        if not isinstance(found, Sort):
            raise Refused("a type is expected, and something else stands there")
        return found.level

    def _type(self, e: Expr, check: bool) -> Expr:
        self.spend()
        if isinstance(e, App):
            return self._type_of_application(e, check)
        if isinstance(e, Lam):
            return self._type_of_function(e, check)
        if isinstance(e, Pi):
            return self._type_of_product(e, check)
        if isinstance(e, Const):
            if check:
                for level in e.levels:
                    self._check_level(level)
            return self.environment.type_of(e)
        if isinstance(e, Local):
            return e.type
        if isinstance(e, Sort):
            if check:
                self._check_level(e.level)
            return Sort(Succ(e.level))
        if isinstance(e, Let):
            return self._type_of_let(e, check)
        if isinstance(e, Proj):
            return self._type_of_projection(e, check)
        if isinstance(e, NatLit):
            if e.value < 0:
                raise Refused("a number below 0 is written")
            require_nat(self.environment)
            return NAT
        if isinstance(e, StrLit):
            # One character shows that the term a text stands for has a type, whatever the text.
            if check and self.check(as_list(StrLit("a"))) is not STRING:
                raise Refused("a text is written, and String is not what it should be")
            return STRING
        raise Refused("a bound variable stands outside all binders")

    def _check_level(self, level: Level) -> None:
        if not level.has_parameter:
            return
        unknown = parameters(level) - self.level_params
        if unknown:
            names = ", ".join(sorted(map(name_text, unknown)))
            raise Refused(f"the level parameter {names} is not declared")

    def _type_of_application(self, e: App, check: bool) -> Expr:
        head, args = spine(e)
        type = self.check(head) if check else self.infer(head)
        # The binders of `type` that were gone past take the arguments from `start` on.
        start = 0
        for i, arg in enumerate(args):
            if not isinstance(type, Pi):
                type = self.whnf(instantiate(type, args[start:i]))
                start = i
                if not isinstance(type, Pi):
                    raise Refused("something that is no function is applied")
            if check:
                wanted = instantiate(type.type, args[start:i])
                self._check_argument(arg, wanted)
            type = type.body
        return instantiate(type, args[start:])

    def _check_argument(self, arg: Expr, wanted: Expr) -> None:
        found = self.check(arg)
        eager = self.eager
        head, given = spine(arg)
        if isinstance(head, Const) and head.name == EAGER and len(given) == 2:
            self.eager = True
        try:
            if not self.equal(found, wanted):
                raise Refused("an argument does not have the type that the function takes")
        finally:
            self.eager = eager

    def _type_of_function(self, e: Expr, check: bool) -> Expr:
        locals: list[Expr] = []
        first = e.locals
        while isinstance(e, Lam):
            domain = instantiate(e.type, locals)
            if check:
                self.check_type(domain)
            locals.append(Local(max(first + len(locals), domain.locals), domain))
            e = e.body
        body = instantiate(e, locals)
        return bind(Pi, locals, self.check(body) if check else self.infer(body))

    def _type_of_product(self, e: Expr, check: bool) -> Expr:
        locals: list[Expr] = []
        levels = []
        first = e.locals
        while isinstance(e, Pi):
            domain = instantiate(e.type, locals)
            levels.append(self.level(self.check(domain) if check else self.infer(domain)))
            locals.append(Local(max(first + len(locals), domain.locals), domain))
            e = e.body
        body = instantiate(e, locals)
        level = self.level(self.check(body) if check else self.infer(body))
        for domain_level in reversed(levels):
            level = IMax(domain_level, level)
        return Sort(level)

    def _type_of_let(self, e: Let, check: bool) -> Expr:
        # `let x : A := v; b` has a type exactly if `v : A` and `b` with `v` for `x` has one.
        if check:
            self.check_type(e.type)
            if not self.equal(self.check(e.value), e.type):
                raise Refused("a let gives a value that does not have the stated type")
        body = instantiate(e.body, [e.value])
        return self.check(body) if check else self.infer(body)

    def _type_of_projection(self, e: Proj, check: bool) -> Expr:
        struct_type = self.whnf(self.check(e.struct) if check else self.infer(e.struct))
        head, args = spine(struct_type)
        if not isinstance(head, Const) or head.name != e.structure:
            raise Refused("a projection is applied to something that is not of its structure")
        inductive = self.environment.inductive(head.name)
        constructor = self.environment.only_constructor(head.name)
        if inductive is None or constructor is None:
            raise Refused("a projection is out of a type that has not exactly one constructor")
        if len(args) != inductive.num_params + inductive.num_indices:
            raise Refused("a projection is out of a type that is not fully applied")
        made = Const(constructor.name, head.levels)
        params = args[: inductive.num_params]
        type = self.infer(apply(made, params)) if params else self.infer(made)
        of_proof = self.is_proposition(struct_type)
        for i in range(e.index + 1):
            type = self.whnf(type)
            if not isinstance(type, Pi):
                raise Refused(f"there is no field number {e.index}")
            last = i == e.index
            # Out of a proof no data may come: nothing that tells one proof from another, nor a
            # proof whose statement depends on such.
            if of_proof and (last or type.body.loose) and not self.is_proposition(type.type):
                raise Refused("a projection takes data out of a proof")
            if not last:
                type = instantiate(type.body, [Proj(e.structure, i, e.struct)])
        assert isinstance(type, Pi)
        return type.type
