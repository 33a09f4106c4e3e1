"""Values of rule variables: those that make a pattern a given normal form, or two patterns one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    prefix = _prefix_of_variable(pattern)
    if prefix is not None:
        for rest, more in _without_prefix(prefix[:-1], subject, found):
            yield from _bound(prefix[-1].name, rest, more)
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


def _prefix_of_variable(p: w.Poly) -> w.Word | None:
    """The word of a polynomial that is matrices times a variable vector."""
    word = w.word_of(p)
    if not word:
        return None
    last = word[-1]
    is_variable = last.kind == "?" and last.columns == w.UNIT and not last.flip
    return word if is_variable else None


def _without_prefix(
    prefix: w.Word, subject: w.Poly, found: Found
) -> Iterator[tuple[w.Poly, Found]]:
    """What the subject is a product of the prefix with, and the variables in the prefix."""
    rest: list[w.Poly] = []
    for m, c in subject.terms:
        locals_, factors, word = w.open_binders(m)
        start, others = word[: len(prefix)], word[len(prefix) :]
        is_free = not any(w.occurrences(index, start) for index in locals_)
        more = next(matches(prefix, start, found), None) if is_free else None
        if more is None:
            return
        found = more
        rest.append(w.scale(c, w.assemble(locals_, factors, others)))
    yield w.add(*rest), found


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
