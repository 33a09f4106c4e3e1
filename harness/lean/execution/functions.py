"""One Lean function for each term: from the numbers of an instance to the numbers of its value."""

from __future__ import annotations

from collections.abc import Set

from harness.claims.library import core_scalars
from harness.claims.model import ScalarKind
from harness.claims.needs import term_needs
from harness.language.terms import Term
from harness.lean import expression as lean
from harness.lean.execution.inputs import open_numbers
from harness.lean.execution.kinds import INSTANCES, WHOLE, Scalars
from harness.lean.execution.scope import OWN_NAMES, ConcreteScope
from harness.lean.execution.subjects import Subject
from harness.lean.expression import Constant
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint, LeanScope


def function(printer: Printer, kind: Scalars, subject: Subject, term: Term, name: str) -> str:
    """A Lean function from the numbers of an instance to the numbers of a value."""
    scope, numbers, conditions, lets = _scope(printer, kind, subject)
    inner = scope
    loops: list[tuple[str, str, str]] = []
    for variable in subject.binders:
        size = inner.size(variable.type)
        inner, called, type_ = inner.bind(variable.name, variable.type)
        loops.append((called, type_, size))
    body = f"({inner.text(inner.lean.term(term))})"
    for i, axis in enumerate(inner.axes(term.type)):
        loops.append((f"i_{i}", inner.text(inner.lean.type(axis)), inner.size(axis)))
        body += f" i_{i}"
    out = f"done.push ({scope.back(body)})"
    for called, type_, size in reversed(loops):
        out = f"loop {size} 0 (fun ({called} : {type_}) done => {out}) done"
    given = " ".join(f"(z.getD {i} 0)" for i in range(len(numbers)))
    lines = [
        f"@[noinline] meta unsafe def {name}_at ({' '.join(numbers)} : Nat) (z : Array Nat)",
        f"    (a : Array {kind}) (done : Array {kind}) : Array {kind} :=",
        *(f"  if {condition} then" for condition in conditions),
        *(f"  {line}" for line in lets),
        f"  {out}",
        *("  else done" for _ in conditions),
        f"meta unsafe def {name} (z : Array Nat) (a : Array {kind}) : Array {kind} :=",
        f"  {name}_at {given} z a #[]",
        "",
    ]
    return "\n".join(lines)


def _scalars(printer: Printer, kind: Scalars, own: ScalarKind | None, used: Set[str]) -> LeanScope:
    """The scope of a text that computes by these operations. Raises `CannotPrint`."""
    if own is None:
        [numbers] = (known for known in core_scalars().values() if known.lean_name == kind)
        whole = printer.of_type(numbers)
        ours = {operation: Constant(name) for operation, name in INSTANCES[kind].items()}
        instances = {**whole.instances, **ours}
        return printer.concrete(Constant(kind), instances, whole.classes, OWN_NAMES)
    if own.lean_name != kind and (kind != "Rat" or own.lean_name not in WHOLE):
        raise CannotPrint(f"{own.lean_name} is not among the numbers that Lean runs definitions on")
    if own.lean_name in WHOLE and (not own.has_laws or used - own.operations.keys()):
        # Python computes with fractions; `Nat` subtracts otherwise, and `Int` divides otherwise.
        raise CannotPrint(f"an operation of {own.lean_name} is another than that of fractions")
    return printer.of_type(own, OWN_NAMES)


def _scope(
    printer: Printer, kind: Scalars, subject: Subject
) -> tuple[ConcreteScope, list[str], list[str], list[str]]:
    """The scope of the parameters, the numbers that lead the input, and how values are read.

    Between the two stand the conditions under which there are values to read.
    """
    used = term_needs(subject.sides, printer.library)
    outer = _scalars(printer, kind, subject.scalars, used)
    lean_scope, binders = outer.bind_all(subject.parameters)
    scope = ConcreteScope(lean_scope, kind, subject.scalars)
    numbers = ["mode"]
    conditions: list[str] = []
    lets: list[str] = []
    opened = open_numbers(subject.parameters)
    for parameter, (called, type_) in zip(subject.parameters, binders, strict=True):
        name = lean.identifier(called)
        if parameter.is_explicit:
            offset = f"offset_{len(lets)}"
            numbers.append(offset)
            reader = scope.reader(parameter, offset, opened.get(parameter.name, 1))
            if condition := scope.condition(parameter):
                conditions.append(f"has_{offset} : {condition}")
            lets.append(f"let {name} : {scope.text(type_)} := {reader}")
        else:
            numbers.append(name)
    return scope, numbers, conditions, lets
