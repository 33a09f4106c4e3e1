"""How inputs and answers travel: one line of numbers for each question, and one for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from harness.language.types import Sort
from harness.lean.errand import ErrandFailed
from harness.lean.execution.inputs import Instance
from harness.lean.execution.kinds import Scalars, bits, from_bits
from harness.lean.execution.subjects import Subject


def inputs(subject: Subject, instance: Instance) -> tuple[list[int], list[Fraction]]:
    """The numbers of an instance, as the subject's Lean function reads them."""
    head = [instance.mode]
    places: list[int] = []
    numbers: list[Fraction] = []
    count = 1 + len(subject.parameters)
    for parameter in subject.parameters:
        name = parameter.name
        if parameter.sort is Sort.DIMENSION:
            head.append(instance.sizes[name])
        elif parameter.sort is Sort.TYPE:
            head.append(instance.sizes[name] - 1)
        elif name in instance.places:
            head.append(count + len(places))
            places += [int(place) for place in instance.places[name].flat]
        elif name in instance.numbers:
            head.append(len(numbers))
            numbers += list(instance.numbers[name].flat)
        else:
            head.append(0)
    return head + places, numbers


def line(function: int, kind: Scalars, integers: Sequence[int], numbers: Sequence[Fraction]) -> str:
    """One line of the input file: which function, how many integers, and all the numbers."""
    words = ["r" if kind == "Rat" else "f", str(function), str(len(integers)), *map(str, integers)]
    for number in numbers:
        if kind == "Rat":
            words += [str(number.numerator), str(number.denominator)]
        else:
            words.append(str(bits(float(number))))
    return " ".join(words)


def numbers(kind: Scalars, answer: str) -> list[Fraction] | list[float]:
    """The numbers of one line of Lean's answer. Raises ErrandFailed for any other text."""
    letter, *words = answer.split() or [""]
    try:
        if letter == "r" and kind == "Rat":
            return [Fraction(word) for word in words]
        if letter == "f" and kind == "Float":
            return [from_bits(int(word)) for word in words]
    except (ValueError, ZeroDivisionError):
        pass
    raise ErrandFailed(f"Lean answered with a line that means nothing: {answer[:80]}")
