"""What may be assumed without a proof: three axioms and the quotients, and only as they should be.

Each stands here with its type, and with what that type speaks of: `Classical.choice` is harmless
only if `Nonempty` says that there is a member.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.kernel.declarations import Axiom, Quotient, QuotientKind
from harness.kernel.environment import Environment
from harness.kernel.ruling import Refused
from harness.kernel.substitution import instantiate_levels
from harness.kernel.terms import (
    ZERO,
    Bound,
    Const,
    Expr,
    Level,
    Name,
    Param,
    Pi,
    Sort,
    Succ,
    apply,
    name_text,
)

NEVER: frozenset[Name] = frozenset(
    {
        ("sorryAx",),
        ("Lean", "trustCompiler"),
        ("Lean", "ofReduceBool"),
        ("Lean", "ofReduceNat"),
    }
)
"""Axioms that are not taken on trust, whoever declares them: a gap, and the compiler's word."""

U, V = Param(("u",)), Param(("v",))
PROP = Sort(ZERO)


def _pis(*types: Expr) -> Expr:
    """`∀ (_ : types[0]) … , types[-1]`; each may speak of those before it as bound variables."""
    result = types[-1]
    for type in reversed(types[:-1]):
        result = Pi(type, result)
    return result


def _c(name: str, levels: Iterable[Level], *args: Expr) -> Expr:
    return apply(Const(tuple(name.split(".")), tuple(levels)), args)


def _b(index: int, *args: Expr) -> Expr:
    return apply(Bound(index), args)


_RELATION = _pis(_b(0), _b(1), PROP)  # under `α`

# Inductive types: level parameters, type, and the constructors with their types.
_Inductive = tuple[tuple[Level, ...], Expr, dict[str, Expr]]
_INDUCTIVES: dict[str, _Inductive] = {
    # Eq.{u} : ∀ {α : Sort u}, α → α → Prop;  refl : ∀ {α} (a : α), a = a
    "Eq": (
        (U,),
        _pis(Sort(U), _b(0), _b(1), PROP),
        {"refl": _pis(Sort(U), _b(0), _c("Eq", [U], _b(1), _b(0), _b(0)))},
    ),
    # Iff : Prop → Prop → Prop;  intro : ∀ {a b}, (a → b) → (b → a) → (a ↔ b)
    "Iff": (
        (),
        _pis(PROP, PROP, PROP),
        {
            "intro": _pis(
                PROP, PROP, Pi(_b(1), _b(1)), Pi(_b(1), _b(3)), _c("Iff", [], _b(3), _b(2))
            )
        },
    ),
    # Nonempty.{u} : Sort u → Prop;  intro : ∀ {α}, α → Nonempty α
    "Nonempty": (
        (U,),
        _pis(Sort(U), PROP),
        {"intro": _pis(Sort(U), _b(0), _c("Nonempty", [U], _b(1)))},
    ),
}

# Level parameters, type, and the inductive types and quotient parts that the type speaks of.
_Known = tuple[tuple[Level, ...], Expr, tuple[str, ...]]
AXIOMS: dict[Name, _Known] = {
    # ∀ {a b : Prop}, (a ↔ b) → a = b
    ("propext",): (
        (),
        _pis(PROP, PROP, _c("Iff", [], _b(1), _b(0)), _c("Eq", [Succ(ZERO)], PROP, _b(2), _b(1))),
        ("Iff", "Eq"),
    ),
    # ∀ {α : Sort u}, Nonempty α → α
    ("Classical", "choice"): (
        (U,),
        _pis(Sort(U), _c("Nonempty", [U], _b(0)), _b(1)),
        ("Nonempty",),
    ),
    # ∀ {α : Sort u} {r : α → α → Prop} {a b : α}, r a b → Quot.mk r a = Quot.mk r b
    ("Quot", "sound"): (
        (U,),
        _pis(
            Sort(U),
            _RELATION,
            _b(1),
            _b(2),
            _b(2, _b(1), _b(0)),
            _c(
                "Eq",
                [U],
                _c("Quot", [U], _b(4), _b(3)),
                _c("Quot.mk", [U], _b(4), _b(3), _b(2)),
                _c("Quot.mk", [U], _b(4), _b(3), _b(1)),
            ),
        ),
        ("Eq", "Quot", "Quot.mk"),
    ),
}
QUOTIENTS: dict[QuotientKind, tuple[Name, _Known]] = {
    # ∀ {α : Sort u}, (α → α → Prop) → Sort u
    "type": (("Quot",), ((U,), _pis(Sort(U), _RELATION, Sort(U)), ("Eq",))),
    # ∀ {α : Sort u} (r : α → α → Prop), α → Quot r
    "ctor": (
        ("Quot", "mk"),
        ((U,), _pis(Sort(U), _RELATION, _b(1), _c("Quot", [U], _b(2), _b(1))), ("Quot",)),
    ),
    # ∀ {α : Sort u} {r} {β : Sort v} (f : α → β), (∀ a b, r a b → f a = f b) → Quot r → β
    "lift": (
        ("Quot", "lift"),
        (
            (U, V),
            _pis(
                Sort(U),
                _RELATION,
                Sort(V),
                Pi(_b(2), _b(1)),
                _pis(
                    _b(3),
                    _b(4),
                    _b(4, _b(1), _b(0)),
                    _c("Eq", [V], _b(4), _b(3, _b(2)), _b(3, _b(1))),
                ),
                _c("Quot", [U], _b(4), _b(3)),
                _b(3),
            ),
            ("Eq", "Quot"),
        ),
    ),
    # ∀ {α : Sort u} {r} {β : Quot r → Prop}, (∀ a, β (Quot.mk r a)) → ∀ q, β q
    "ind": (
        ("Quot", "ind"),
        (
            (U,),
            _pis(
                Sort(U),
                _RELATION,
                Pi(_c("Quot", [U], _b(1), _b(0)), PROP),
                Pi(_b(2), _b(1, _c("Quot.mk", [U], _b(3), _b(2), _b(0)))),
                _c("Quot", [U], _b(3), _b(2)),
                _b(2, _b(0)),
            ),
            ("Quot", "Quot.mk"),
        ),
    ),
}


def require_known(environment: Environment, constant: Axiom | Quotient) -> None:
    """Raise Refused unless the axiom or part of the quotients is one that may be assumed."""
    text = name_text(constant.name)
    if isinstance(constant, Quotient):
        name, known = QUOTIENTS[constant.kind]
        if constant.name != name:
            raise Refused(
                f"{text} is declared as part of the quotients, which {name_text(name)} is"
            )
    elif constant.name in AXIOMS:
        known = AXIOMS[constant.name]
    else:
        raise Refused(f"{text} is an axiom, and not one of the three that may be assumed")
    levels, type, below = known
    if not _agrees(constant.level_params, constant.type, levels, type):
        raise Refused(f"{text} does not have the type that may be assumed")
    for word in below:
        _require(environment, word)


def _require(environment: Environment, word: str) -> None:
    constant = environment.get(tuple(word.split(".")))
    if word not in _INDUCTIVES:
        right = isinstance(constant, Quotient)
    else:
        levels, type, constructors = _INDUCTIVES[word]
        inductive = environment.inductive(constant.name)
        names = tuple((word, name) for name in constructors)
        right = (
            inductive is not None
            and inductive.constructors == names
            and _agrees(inductive.level_params, inductive.type, levels, type)
            and all(
                _agrees(made.level_params, made.type, levels, constructors[name])
                for name in constructors
                if (made := environment.get((word, name)))
            )
        )
    if not right:
        raise Refused(f"{word} is not what an axiom or the quotients take it for")


def _agrees(
    level_params: tuple[Name, ...], type: Expr, levels: tuple[Level, ...], known: Expr
) -> bool:
    """Whether a type is the known one, whatever its level parameters are called."""
    if len(level_params) != len(levels) or len(set(level_params)) != len(levels):
        return False
    return instantiate_levels(type, dict(zip(level_params, levels, strict=True))) is known
