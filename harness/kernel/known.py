"""What may be assumed without a proof: three axioms and the quotients, and only as they should be.

Each stands here with its type, and with what that type speaks of: `Classical.choice` is harmless
only if `Nonempty` says that there is a member.
"""

from __future__ import annotations

from harness.kernel.declarations import Axiom, Quotient, QuotientKind
from harness.kernel.environment import Environment
from harness.kernel.notation import read
from harness.kernel.ruling import Refused
from harness.kernel.substitution import instantiate_levels
from harness.kernel.terms import (
    Expr,
    Name,
    Param,
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


# Inductive types: level parameters, type, and the constructors with their types.
_INDUCTIVES: dict[str, tuple[str, str, dict[str, str]]] = {
    "Eq": ("u", "(α : Sort u) → α → α → Prop", {"refl": "(α : Sort u) → (a : α) → Eq{u} α a a"}),
    "Iff": (
        *("", "Prop → Prop → Prop"),
        {"intro": "(a : Prop) → (b : Prop) → (a → b) → (b → a) → Iff a b"},
    ),
    "Nonempty": ("u", "Sort u → Prop", {"intro": "(α : Sort u) → α → Nonempty{u} α"}),
}

_RELATED = "(α : Sort u) → (r : α → α → Prop) →"
# Level parameters, type, and the inductive types and quotient parts that the type speaks of.
_Known = tuple[str, str, str]
AXIOMS: dict[Name, _Known] = {
    ("propext",): ("", "(a : Prop) → (b : Prop) → Iff a b → Eq{1} Prop a b", "Iff Eq"),
    ("Classical", "choice"): ("u", "(α : Sort u) → Nonempty{u} α → α", "Nonempty"),
    ("Quot", "sound"): (
        "u",
        f"{_RELATED} (a : α) → (b : α) → r a b →"
        " Eq{u} (Quot{u} α r) (Quot.mk{u} α r a) (Quot.mk{u} α r b)",
        "Eq Quot Quot.mk",
    ),
}
QUOTIENTS: dict[QuotientKind, tuple[Name, _Known]] = {
    "type": (("Quot",), ("u", f"{_RELATED} Sort u", "Eq")),
    "ctor": (("Quot", "mk"), ("u", f"{_RELATED} α → Quot{{u}} α r", "Quot")),
    "lift": (
        ("Quot", "lift"),
        (
            "u v",
            f"{_RELATED} (β : Sort v) → (f : α → β) →"
            " ((a : α) → (b : α) → r a b → Eq{v} β (f a) (f b)) → Quot{u} α r → β",
            "Eq Quot",
        ),
    ),
    "ind": (
        ("Quot", "ind"),
        (
            "u",
            f"{_RELATED} (β : Quot{{u}} α r → Prop) →"
            " ((a : α) → β (Quot.mk{u} α r a)) → (q : Quot{u} α r) → β q",
            "Quot Quot.mk",
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
    for word in below.split():
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


def _agrees(level_params: tuple[Name, ...], type: Expr, levels: str, known: str) -> bool:
    """Whether a type is the known one, whatever its level parameters are called."""
    own = [Param((name,)) for name in levels.split()]
    if len(level_params) != len(own) or len(set(level_params)) != len(own):
        return False
    return instantiate_levels(type, dict(zip(level_params, own, strict=True))) is read(known)
