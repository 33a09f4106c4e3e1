"""Values of rule variables: those that make a pattern a given normal form, or two patterns one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.symbolic import words as w

Found = dict[tuple[str, str], w.Value]
"""Values of variables, as they are found."""


def variables(node: object) -> set[tuple[str, str]]:
    """The rule variables in a normal form."""
    return {("?", head.name) for head in w.heads(node) if head.kind == "?"}


# -- one side has variables -------------------------------------------------------------------


def matches(pattern: object, subject: object, found: Found) -> Iterator[Found]:
    """Values for the rule's variables that make `pattern` the `subject`, beside those `found`."""
    if isinstance(pattern, w.Atom) and pattern.kind == "?":
        if isinstance(subject, w.Atom) and subject.type == pattern.type:
            yield from _bound(pattern.name, subject, found)
    elif isinstance(pattern, w.Poly):
        if isinstance(subject, w.Poly):
            yield from _sums(pattern, subject, found)
    elif isinstance(pattern, tuple):
        alike = isinstance(subject, tuple) and type(pattern) is type(subject)
        if alike and len(pattern) == len(subject):  # type: ignore[arg-type]
            yield from _all(pattern, subject, found)  # type: ignore[arg-type]
    elif pattern == subject:
        yield found


def _bound(name: str, subject: w.Value, found: Found) -> Iterator[Found]:
    if ("?", name) in found:
        if found["?", name] == subject:
            yield found
    elif w.is_closed(subject):
        yield {**found, ("?", name): subject}


def _all(pattern: Sequence[object], subject: Sequence[object], found: Found) -> Iterator[Found]:
    """Item by item."""
    if not pattern:
        yield found
        return
    for more in matches(pattern[0], subject[0], found):
        yield from _all(pattern[1:], subject[1:], more)


def _sums(pattern: w.Poly, subject: w.Poly, found: Found) -> Iterator[Found]:
    """Polynomials; a sum with summands that are variables takes the summands of another apart."""
    name = _bare_variable(pattern)
    if name is not None:
        yield from _bound(name, subject, found)
        return
    slot = _slot(pattern, found)
    if slot is not None:
        for rest, more in _quotients(slot, list(subject.terms), found):
            for whole in _bound(slot.name, w.scale(slot.coefficient, rest), more):
                if w.substitute_poly(pattern, whole) == subject:
                    yield whole
        return
    if len(pattern.terms) < 2 or not variables(pattern):
        yield from _all(pattern, subject, found)
        return
    bare = [_bare_variable(w.Poly((term,))) for term in pattern.terms]
    names = [name for name in bare if name is not None]
    others = [term for term, name in zip(pattern.terms, bare, strict=True) if name is None]
    if not names or len(set(names)) < len(names):
        yield from _all(pattern, subject, found)
        return
    yield from _apart(others, names, list(subject.terms), found)


def _apart(
    others: Sequence[tuple[w.Monomial, int]],
    names: Sequence[str],
    terms: Sequence[tuple[w.Monomial, int]],
    found: Found,
) -> Iterator[Found]:
    """Each of `others` is one of the terms, and each variable what is left, or a part of that."""
    if others:
        for i, term in enumerate(terms):
            for more in matches(others[0], term, found):
                yield from _apart(others[1:], names, [*terms[:i], *terms[i + 1 :]], more)
        return
    known = [name for name in names if ("?", name) in found]
    if known:
        value = found["?", known[0]]
        own = value.terms if isinstance(value, w.Poly) else ()
        if all(term in terms for term in own):
            rest = [term for term in terms if term not in own]
            yield from _apart((), [n for n in names if n != known[0]], rest, found)
        return
    if len(names) > 1:
        for i, term in enumerate(terms[:_PARTS]):
            rest = [*terms[:i], *terms[i + 1 :]]
            for more in _bound(names[0], w.Poly((term,)), found):
                yield from _apart((), names[1:], rest, more)
    elif names and terms:
        yield from _bound(names[0], w.Poly(tuple(terms)), found)
    elif not names and not terms:
        yield found


_PARTS = 6
"""So many summands are tried as the value of one variable beside others."""


def apart_from_variable(p: w.Poly) -> tuple[str | None, w.Poly]:
    """A summand that is a variable which stands nowhere else, and the other summands."""
    counts = Counter(h.name for h in w.heads(p) if h.kind == "?")
    for term in p.terms:
        name = _bare_variable(w.Poly((term,)))
        if name is not None and counts[name] == 1:
            return name, w.Poly(tuple(t for t in p.terms if t != term))
    return None, p


def _bare_variable(p: w.Poly) -> str | None:
    if len(p.terms) != 1 or p.terms[0][1] != 1:
        return None
    m = p.terms[0][0]
    if not m.binders and not m.factors and len(m.word) == 1:
        letter = m.word[0]
        return letter.name if letter.kind == "?" and not letter.flip else None
    if not m.binders and not m.word and len(m.factors) == 1:
        factor = m.factors[0]
        return factor.name if isinstance(factor, w.Atom) and factor.kind == "?" else None
    return None


@dataclass(frozen=True)
class _Slot:
    """A product around one variable, which a product that it is matched with is divided by."""

    name: str
    coefficient: int
    factors: tuple[w.Factor, ...]
    """The other factors, and those of the word that stands before a vector, not transposed."""
    word: w.Word
    before: w.Word
    """What stands before the variable in its own word."""
    is_factor: bool
    """Whether the variable is a factor or in one, and not at the end of the word."""


def _slot(pattern: w.Poly, found: Found) -> _Slot | None:
    """The only variable of a product, if it is a scalar, or a vector at the end of a word."""
    if len(pattern.terms) != 1 or abs(pattern.terms[0][1]) != 1:
        return None
    [(monomial, coefficient)] = pattern.terms
    locals_, factors, word = w.open_binders(monomial)
    names = {("l", x.name): w.Atom("?", f"Σ{x.name}", (), x.type) for x in locals_}
    factors, word = w.renamed(factors, names), w.renamed(word, names)
    counts = Counter(h.name for h in w.heads((factors, word)) if h.kind == "?")

    def is_open(item: w.Atom | w.Letter) -> bool:
        return item.kind == "?" and counts[item.name] == 1 and ("?", item.name) not in found

    if word and is_open(word[-1]) and word[-1].columns == w.UNIT:
        return _Slot(word[-1].name, coefficient, factors, word, word[:-1], is_factor=False)
    for place, factor in enumerate(factors):
        others = (*factors[:place], *factors[place + 1 :])
        match factor:
            case w.Atom(_, name, (), "scalar") if is_open(factor):
                return _Slot(name, coefficient, others, word, (), is_factor=True)
            case w.Bracket(_, inner):
                for own in (inner, w.transposed(inner)):
                    if is_open(own[-1]) and not own[-1].flip:
                        name = own[-1].name
                        return _Slot(name, coefficient, others, word, own[:-1], is_factor=True)
    return None


def _quotients(
    slot: _Slot, terms: Sequence[tuple[w.Monomial, int]], found: Found
) -> Iterator[tuple[w.Poly, Found]]:
    """What the terms are, all together, without what stands around the variable."""
    if not terms:
        yield w.ZERO, found
        return
    (monomial, coefficient), *others = terms
    for first, more in _divided(slot, monomial, found):
        for rest, last in _quotients(slot, others, more):
            yield w.add(w.scale(coefficient, first), rest), last


def _divided(slot: _Slot, m: w.Monomial, found: Found) -> Iterator[tuple[w.Poly, Found]]:
    """One term without it. What a value comes to is seen by putting it there, so none is wrong."""
    locals_, factors, word = w.open_binders(m)
    size = len(word) if slot.is_factor else len(slot.before)
    start, rest = word[:size], word[size:]
    for known in matches(slot.word if slot.is_factor else slot.before, start, found):
        for left, names in match_factors(slot.factors, factors, known):
            # Each way is for this term alone: another has its own indices to sum over.
            own = {v for k, v in names.items() if k[1].startswith("Σ") and k not in found}
            more = {k: v for k, v in names.items() if k in found or not k[1].startswith("Σ")}
            kept = tuple(x for x in locals_ if x not in own)
            if not slot.is_factor or not slot.before:
                if not any(w.occurrences(x, (left, rest)) for x in own if isinstance(x, w.Atom)):
                    yield w.assemble(kept, left, rest), more
                continue
            yield from _out_of_brackets(slot, kept, own, left, names, more)


def _out_of_brackets(
    slot: _Slot,
    kept: tuple[w.Atom, ...],
    own: set[w.Value],
    factors: tuple[w.Factor, ...],
    names: w.Substitution,
    more: Found,
) -> Iterator[tuple[w.Poly, Found]]:
    """A vector v of a scalar `uᵀ v`: what stands behind u; or, of the entry v[t], all t ↦ …"""
    before = w.renamed(slot.before, {k: v for k, v in names.items() if isinstance(v, w.Atom)})
    outside = [x for x in own if isinstance(x, w.Atom)]
    for place, factor in enumerate(factors):
        if not isinstance(factor, w.Bracket):
            continue
        others = (*factors[:place], *factors[place + 1 :])
        for inner in (factor.word, w.transposed(factor.word)):
            if inner[: len(before)] != before:
                continue
            rest = inner[len(before) :]
            if not any(w.occurrences(x, (others, rest)) for x in outside):
                yield w.assemble(kept, others, rest), more
    if len(before) != 1 or (before[0].kind, before[0].rows) != ("i", w.UNIT):
        return
    entry = before[0].transposed
    [at] = entry.args
    assert isinstance(at, w.Atom)
    index = w.local(at.type)
    moved = _put_for(at, index, factors)
    if not any(w.occurrences(x, moved) for x in outside):
        column = entry._replace(args=(index,))
        yield w.substitute_parts((*kept, index), moved, (column,), {}), more


def _put_for(old: w.Atom, new: w.Atom, node: Any) -> Any:
    """A part of a normal form with one index in place of another, wherever it stands."""
    if node == old:
        return new
    if isinstance(node, w.Bracket):
        return w.bracket(_put_for(old, new, node.word))
    if isinstance(node, tuple):
        items = (_put_for(old, new, item) for item in node)
        return type(node)(*items) if hasattr(node, "_fields") else tuple(items)
    return node


def match_word(pattern: w.Word, word: w.Word) -> Iterator[tuple[int, w.Substitution]]:
    """Where the pattern stands in `word`, and its variables there."""
    size = len(pattern)
    for start in range(len(word) - size + 1):
        for found in _all(pattern, word[start : start + size], {}):
            yield start, found


def match_factors(
    pattern: Sequence[w.Factor],
    factors: Sequence[w.Factor],
    found: Found,
) -> Iterator[tuple[tuple[w.Factor, ...], w.Substitution]]:
    """The factors that remain when those of `pattern` are taken out, and the variables."""
    if not pattern:
        yield tuple(factors), found
        return
    first, *others = pattern
    for position, factor in enumerate(factors):
        readings: list[w.Factor] = [factor]
        if isinstance(factor, w.Bracket):
            readings.append(w.Bracket("k", w.transposed(factor.word)))
        rest = (*factors[:position], *factors[position + 1 :])
        for reading in readings:
            for more in matches(first, reading, found):
                yield from match_factors(others, rest, more)


# -- both sides have variables ----------------------------------------------------------------


def unify(one: object, two: object) -> w.Substitution | None:
    """The most general values of variables that make two words equal, or nothing."""
    names: Found = {}

    def walk(value: w.Atom) -> w.Atom:
        while value.kind == "?" and ("?", value.name) in names:
            found = names["?", value.name]
            assert isinstance(found, w.Atom)
            value = found
        return value

    def occurs(name: str, node: w.Value) -> bool:
        if not isinstance(node, w.Atom):
            return True
        node = walk(node)
        if node.kind == "?":
            return node.name == name
        return any(occurs(name, arg) for arg in node.args)

    def unified(a: object, b: object) -> bool:
        if isinstance(a, w.Atom) and isinstance(b, w.Atom):
            a, b = walk(a), walk(b)
            if a == b:
                return True
            if b.kind == "?":
                a, b = b, a
            if a.kind == "?":
                if a.type != b.type or occurs(a.name, b) or not w.is_closed(b):
                    return False
                names["?", a.name] = b
                return True
        if isinstance(a, w.Poly) and (variables(a) or variables(b)):
            return False
        if isinstance(a, tuple) and isinstance(b, tuple):
            return (
                type(a) is type(b)
                and len(a) == len(b)
                and all(unified(p, q) for p, q in zip(a, b, strict=True))
            )
        return a == b

    if not unified(one, two):
        return None
    return _resolved(names)


def _resolved(names: w.Substitution) -> w.Substitution:
    """Values that mention no name that has a value itself."""
    found = dict(names)
    for _ in found:
        found = {key: w.substitute(value, found) for key, value in found.items()}
    return found
