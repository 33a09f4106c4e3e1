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


def match(pattern: object, subject: object, found: Found) -> bool:
    """Find values for the rule's variables that make `pattern` the `subject`."""
    if isinstance(pattern, w.Atom) and pattern.kind == "?":
        if not isinstance(subject, w.Atom) or subject.type != pattern.type:
            return False
        if not w.is_closed(subject):
            return False
        return found.setdefault(("?", pattern.name), subject) == subject
    if isinstance(pattern, w.Poly):
        if not isinstance(subject, w.Poly):
            return False
        name = _bare_variable(pattern)
        if name is not None:
            return w.is_closed(subject) and found.setdefault(("?", name), subject) == subject
        prefix = _prefix_of_variable(pattern)
        if prefix is not None:
            rest = _without_prefix(prefix[:-1], subject, found)
            return (
                rest is not None
                and w.is_closed(rest)
                and found.setdefault(("?", prefix[-1].name), rest) == rest
            )
    if isinstance(pattern, tuple):
        return (
            isinstance(subject, tuple)
            and type(pattern) is type(subject)
            and len(pattern) == len(subject)
            and all(match(p, s, found) for p, s in zip(pattern, subject, strict=True))
        )
    return pattern == subject


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


def _without_prefix(prefix: w.Word, subject: w.Poly, found: Found) -> w.Poly | None:
    """What the subject is a product of the prefix with; nothing where it is not."""
    rest: list[w.Poly] = []
    for m, c in subject.terms:
        locals_, factors, word = w.open_binders(m)
        start, others = word[: len(prefix)], word[len(prefix) :]
        is_free = not any(w.occurrences(index, start) for index in locals_)
        if not is_free or not match(prefix, start, found):
            return None
        rest.append(w.scale(c, w.assemble(locals_, factors, others)))
    return w.add(*rest)


def match_word(pattern: w.Word, word: w.Word) -> Iterator[tuple[int, w.Substitution]]:
    """Where the pattern stands in `word`, and its variables there."""
    size = len(pattern)
    for start in range(len(word) - size + 1):
        found: Found = {}
        if all(
            match(p, s, found) for p, s in zip(pattern, word[start : start + size], strict=True)
        ):
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
        for reading in readings:
            attempt = dict(found)
            if match(first, reading, attempt):
                rest = (*factors[:position], *factors[position + 1 :])
                yield from match_factors(others, rest, attempt)


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
