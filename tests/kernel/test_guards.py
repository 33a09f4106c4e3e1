"""Each rule of the kernel broken on purpose: what it alone refused is accepted then.

So the tests beside this one do fail when the rule is broken, and a rule that another one covers in
silence shows here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.kernel import check, inductive, inference, recursors
from harness.kernel.check import Checker
from harness.kernel.declarations import Declaration
from harness.kernel.environment import Environment
from harness.kernel.equality import Kernel
from harness.kernel.inference import Typing
from harness.kernel.recursors import Generator
from harness.kernel.reduction import Reducer
from harness.kernel.terms import ZERO, Bound, Expr, Lam, NatLit, Proj, Sort, Succ
from tests.kernel.build import (
    FALSE,
    NAT,
    ONE,
    PROP,
    TRUE,
    TYPE,
    ZERO_NAT,
    U,
    arrow,
    axiom,
    base,
    behind_base,
    c,
    complete,
    definition,
    eq,
    equation,
    following,
    forall,
    fun,
    n,
    refl,
    theorem,
    types,
)

I = c("I")


def always(answer: object) -> Callable[..., Any]:
    return lambda *_, **__: answer


def one(*constructors: Expr, type: Expr = TYPE, recursive: bool = False) -> Declaration:
    named = {f"c{i}": constructor for i, constructor in enumerate(constructors)}
    return complete(types(("I", type, named), recursive=recursive))


def all_alike(type: Expr) -> Declaration:
    claim = forall(type, lambda x: forall(type, lambda y: eq(ONE, type, x, y)))
    return theorem("t", claim, fun(type, lambda x: fun(type, lambda _: refl(ONE, type, x))))


def k_for_numbers() -> Declaration:
    """`5 = 5` cast along `2 = 3`."""
    type = eq(ONE, NAT, NatLit(2), NatLit(3))
    motive = fun(NAT, lambda b: fun(eq(ONE, NAT, NatLit(2), b), lambda _: NAT))
    cast = lambda h: c("Eq.rec", NAT, NatLit(2), motive, NatLit(5), NatLit(3), h, us=(ONE, ONE))  # noqa: E731
    claim = forall(type, lambda h: eq(ONE, NAT, cast(h), NatLit(5)))
    return theorem("t", claim, fun(type, lambda h: refl(ONE, NAT, NatLit(5))))


def wrong_field() -> Declaration:
    type = c("Kinds.Any", fun(NAT, lambda _: TRUE))
    return definition("t", arrow(type, NAT), Lam(type, Proj(n("Kinds.Any"), 0, Bound(0))))


RULES: dict[str, tuple[object, str, object, Callable[[], Declaration]]] = {
    "the universe of a field": (recursors, "at_most", always(True), lambda: one(arrow(TYPE, I))),
    "one universe for all": (
        recursors,
        "same",
        always(True),
        lambda: complete(types(("I", TYPE, {}), ("J", Sort(Succ(ONE)), {}))),
    ),
    "positivity": (
        Generator,
        "occurs",
        always(False),
        lambda: one(arrow(arrow(I, FALSE), I), recursive=True),
    ),
    "elimination of proofs": (
        Generator,
        "eliminates_to_data",
        always(True),
        lambda: one(I, I, type=PROP),
    ),
    "recursors": (
        inductive,
        "_compare",
        always(None),
        lambda: types(("I", TYPE, {"a": I})),
    ),
    "level parameters": (
        Typing,
        "_check_level",
        always(None),
        lambda: definition("t", Sort(Succ(U)), Sort(U)),
    ),
    "theorems are propositions": (
        check,
        "is_zero",
        always(True),
        lambda: theorem("t", NAT, ZERO_NAT),
    ),
    "axioms": (check, "require_known", always(None), lambda: axiom("t", FALSE)),
    "the value's type": (
        Kernel,
        "equal",
        always(True),
        lambda: theorem("t", FALSE, c("True.intro")),
    ),
    "an argument's type": (
        Typing,
        "_check_argument",
        always(None),
        lambda: definition("t", NAT, following(c("Bool.true"))),
    ),
    "levels": (
        inference.Typing,
        "level",
        always(ZERO),
        lambda: definition(
            "t", arrow(arrow(ZERO_NAT, NAT), NAT), Lam(arrow(ZERO_NAT, NAT), ZERO_NAT)
        ),
    ),
    "proof irrelevance": (
        Kernel,
        "_equal_proofs",
        always(True),
        lambda: equation("t", NAT, NatLit(1), following(c("Nat.add", NatLit(0), NatLit(3)))),
    ),
    "eta for structures": (
        Environment,
        "structure",
        Environment.only_constructor,
        lambda: (
            complete(types(("At", arrow(NAT, TYPE), {"mk": c("At", ZERO_NAT)}), indices=1)),
            all_alike(c("At", ZERO_NAT)),
        ),
    ),
    "K": (
        Reducer,
        "only_proof",
        lambda self, recursor, major: refl(ONE, NAT, NatLit(2)),
        k_for_numbers,
    ),
    "data out of a proof": (Reducer, "is_proposition", always(True), wrong_field),
    "numbers are computed only if known": (
        Checker,
        "_accelerate",
        lambda self, constant, believed: self.environment.accelerated.add(constant.name),
        lambda: (
            definition("Nat.sub", arrow(NAT, NAT, NAT), fun(NAT, lambda x: Lam(NAT, x))),
            equation("t", NAT, c("Nat.sub", NatLit(5), NatLit(3)), NatLit(2)),
        ),
    ),
}


def outcome(declarations: object) -> list[str]:
    made = behind_base()
    listed = declarations if isinstance(declarations, tuple) else (declarations,)
    return [str(made.rule(item, lambda _: False).verdict) for item in listed]


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_is_what_refuses(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken, make = RULES[rule]
    base()
    with monkeypatch.context() as patch:
        patch.setattr(where, name, broken)
        declarations = make()
        assert outcome(declarations)[-1] == "accepted"
    assert outcome(declarations)[-1] == "refused"
