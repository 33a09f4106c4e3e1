"""Test vectors: inputs of a definition, and what Lean's own code of it makes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any

from harness.arrays.evaluate import shape_of
from harness.arrays.values import Unsupported
from harness.evidence import Json
from harness.language.types import function_parts
from harness.lean.errand import ErrandFailed
from harness.lean.execution.inputs import Instance, draw, open_kind, open_numbers
from harness.lean.execution.kinds import Scalars
from harness.lean.execution.leg import ask, program_for
from harness.lean.execution.questions import Question, in_numbers_of
from harness.lean.execution.subjects import Subject, subjects
from harness.lean.execution.wire import numbers
from harness.lean.session import Session
from harness.lean.toolchain import Caller

STANDS_FOR: Mapping[tuple[str, Scalars], str] = {
    ("power", "Float"): "x ↦ exp(x)",
    ("power", "Rat"): "x ↦ x² + c, where c = {c}",
    ("weights", "Float"): "x ↦ [i ↦ exp(x[i]) / Σ j, exp(x[j])]",
    ("weights", "Rat"): "x ↦ [i ↦ (x[i]² + c) / Σ j, (x[j]² + c)], where c = {c}",
}
"""The rule of a function that a definition leaves open, for who computes the same elsewhere."""


@dataclass(frozen=True)
class Vectors:
    """Instances of a definition's parameters, each with the value that Lean computed."""

    subject: Subject
    kind: Scalars
    instances: list[Instance]
    values: list[Any]
    """NumPy arrays: doubles, or fractions."""

    @property
    def functions(self) -> dict[str, Json]:
        """What stood for each function that the definition leaves open."""
        found: dict[str, Json] = {}
        counted = open_numbers(self.subject.parameters)
        for parameter in self.subject.parameters:
            if parameter.name in counted:
                # Of a family of functions, each is another one.
                members = len(function_parts(parameter.type)[0]) - 1
                c = " + ".join([str(counted[parameter.name]), *["its index"] * members])
                found[parameter.name] = STANDS_FOR[open_kind(parameter.type), self.kind].format(c=c)
        return found

    def arrays(self, number: int) -> tuple[dict[str, Any], Any]:
        """The inputs of one vector and its output, as Lean had them: doubles, integers, or text."""
        instance = self.instances[number]
        inputs = {name: self._spelled(table) for name, table in instance.numbers.items()}
        return {**inputs, **instance.places}, self._spelled(self.values[number])

    def _spelled(self, table: Any) -> Any:
        import numpy as np

        return np.asarray(table).astype(np.float64 if self.kind == "Float" else np.str_)


def vectors(
    session: Session,
    caller: Caller,
    name: str,
    *,
    kind: Scalars,
    count: int,
    seed: int,
    sizes: Mapping[str, int],
) -> Vectors:
    """`count` vectors of a definition, in one start of Lean; `sizes` are those of some dimensions.

    Raises ErrandFailed where Lean does not compute every one of them, and Stopped.
    """
    found, refusals = subjects(session)
    for refusal in refusals:
        if refusal.subject == name:
            raise ErrandFailed(refusal.summary)
    [subject] = [each for each in found if each.name == name]
    made = program_for(session, [subject])
    if kind not in made.kinds.get(name, ()):
        why = made.faults.get(name, "its numbers are others")
        raise ErrandFailed(f"Lean does not run {name} on {kind}: {why}.")
    unit = Fraction(1) if kind == "Rat" else Fraction(1, 4)
    try:
        drawn = draw(subject.parameters, count, f"{seed} {name} {kind}", unit, fixed=sizes)
        # One rule for each open function: the one that divides by nothing.
        instances = [replace(in_numbers_of(subject.scalars, each), mode=0) for each in drawn]
    except Unsupported as error:
        raise ErrandFailed(f"No inputs of {name} can be drawn: {error}.") from None
    asked = [Question(subject, 0, kind, instance) for instance in instances]
    what = f"running {name} on {count} inputs"
    answers = ask(made, asked, session, caller, folder="vectors", what=what)
    for _, summary in answers.faults.values():
        raise ErrandFailed(summary)
    values = [
        _value(subject, kind, instance, line)
        for instance, line in zip(instances, answers.lines, strict=True)
    ]
    return Vectors(subject, kind, instances, values)


def _value(subject: Subject, kind: Scalars, instance: Instance, line: str) -> Any:
    import numpy as np

    shape = shape_of(subject.sides[0].type, instance.sizes)
    entries = numbers(kind, line)
    if len(entries) != prod(shape):
        raise ErrandFailed(f"Lean gave {len(entries)} numbers for a value of shape {shape}.")
    table = np.empty(len(entries), dtype=object)
    table[:] = entries
    return table.reshape(shape)
