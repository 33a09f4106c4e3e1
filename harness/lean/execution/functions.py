"""One Lean function for each term: from the numbers of an instance to the numbers of its value."""

from __future__ import annotations

from collections.abc import Sequence

from harness.language.terms import Term
from harness.language.types import Parameter
from harness.lean import expression as lean
from harness.lean.execution.kinds import INSTANCES, Scalars
from harness.lean.execution.scope import OWN_NAMES, ConcreteScope
from harness.lean.execution.subjects import Subject
from harness.lean.expression import Constant, Expression
from harness.lean.printer import Printer


def function(printer: Printer, kind: Scalars, subject: Subject, term: Term, name: str) -> str:
    """A Lean function from the numbers of an instance to the numbers of a value."""
    scope, numbers, conditions, lets = _scope(printer, kind, subject.parameters)
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
    out = f"done.push ({body})"
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


def _scope(
    printer: Printer, kind: Scalars, parameters: Sequence[Parameter]
) -> tuple[ConcreteScope, list[str], list[str], list[str]]:
    """The scope of the parameters, the numbers that lead the input, and how values are read.

    Between the two stand the conditions under which there are values to read.
    """
    instances: dict[str, Expression] = {op: Constant(name) for op, name in INSTANCES[kind].items()}
    lean_scope = printer.concrete(Constant(kind), instances, {}, OWN_NAMES)
    lean_scope, binders = lean_scope.bind_all(parameters)
    scope = ConcreteScope(lean_scope, kind)
    numbers = ["mode"]
    conditions: list[str] = []
    lets: list[str] = []
    for parameter, (called, type_) in zip(parameters, binders, strict=True):
        name = lean.identifier(called)
        if parameter.is_explicit:
            offset = f"offset_{len(lets)}"
            numbers.append(offset)
            if condition := scope.condition(parameter):
                conditions.append(f"has_{offset} : {condition}")
            lets.append(f"let {name} : {scope.text(type_)} := {scope.reader(parameter, offset)}")
        else:
            numbers.append(name)
    return scope, numbers, conditions, lets
