"""The Lean file that runs a package's definitions, and both sides of claims, on given inputs.

It carries the text of the modules that hold the definitions, because Lean's interpreter cannot run
every definition of an imported module; inputs are a file of numbers that it reads.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Literal

from harness.arrays.values import Unsupported
from harness.claims.model import Library
from harness.language.terms import Equation, Term, Variable
from harness.language.types import (
    Index,
    Matrix,
    Named,
    Parameter,
    Sort,
    Type,
    Vector,
    function_parts,
    resolve,
)
from harness.lean import expression as lean
from harness.lean.execution.instances import Instance, open_kind
from harness.lean.expression import Constant, Expression, Local
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint, LeanScope

Scalars = Literal["Rat", "Float"]

_INSTANCES: Mapping[Scalars, Mapping[str, str]] = {
    "Rat": {
        "zero": "harnessZeroRat",
        "one": "harnessOneRat",
        "add": "Rat.instAdd",
        "multiply": "Rat.instMul",
        "negate": "Rat.instNeg",
        "subtract": "Rat.instSub",
        "divide": "Rat.instDiv",
    },
    "Float": {
        "zero": "harnessZeroFloat",
        "one": "harnessOneFloat",
        "add": "instAddFloat",
        "multiply": "instMulFloat",
        "negate": "instNegFloat",
        "subtract": "instSubFloat",
        "divide": "instDivFloat",
    },
}

_NUMBERS = f"""
set_option autoImplicit false
set_option linter.all false

@[reducible] def harnessZeroRat : OfNat Rat 0 := ⟨mkRat 0 1⟩
@[reducible] def harnessOneRat : OfNat Rat 1 := ⟨mkRat 1 1⟩
@[reducible] def harnessZeroFloat : OfNat Float 0 := ⟨Float.ofBits (UInt64.ofNat 0)⟩
@[reducible] def harnessOneFloat : OfNat Float 1 :=
  ⟨Float.ofBits (UInt64.ofNat {struct.unpack("<Q", struct.pack("<d", 1.0))[0]})⟩
"""
KINDS: tuple[Scalars, ...] = ("Rat", "Float")
_OWN = {"z", "a", "x_", "mode", "done", "loop", "table", "total", "weights", "power"} | {
    *("Rat", "Float", "Array", "OnRat", "OnFloat"),
    *(f"{name}_{i}" for name in ("i", "offset", "run") for i in range(100)),
}
"""Names that the program itself uses where terms of the specifications are printed."""
_POWERS: Mapping[Scalars, str] = {
    "Rat": """
@[noinline] def power (mode factor : Nat) (x : Rat) : Rat :=
  match mode with
  | 1 => mkRat (Int.ofNat factor) 1 * x
  | _ => x * x + mkRat (Int.ofNat factor) 1
""",
    "Float": """
@[noinline] def power (_ _ : Nat) (x : Float) : Float := Float.exp x
""",
}


@dataclass(frozen=True)
class Subject:
    """A definition, or the conclusion of a claim, over its parameters."""

    name: str
    parameters: tuple[Parameter, ...]
    what: Term | Equation

    @property
    def binders(self) -> tuple[Variable, ...]:
        return self.what.parameters if isinstance(self.what, Equation) else ()


@dataclass(frozen=True)
class Program:
    """A Lean file, and which of its functions compute what."""

    text: str
    functions: Mapping[tuple[str, int], int]
    """The number of each subject's function, by the subject's name and the side (0 or 1)."""
    faults: Mapping[str, str]
    """Why a subject cannot be run, by its name."""


def program(library: Library, subjects: Sequence[Subject], carried: str) -> Program:
    """The Lean file that runs these subjects; `carried` is the text of their definitions."""
    prelude = (files("harness.lean.execution") / "Prelude.lean").read_text("utf-8")
    runner = (files("harness.lean.execution") / "Runner.lean").read_text("utf-8")
    printer = Printer(library)
    functions: dict[tuple[str, int], int] = {}
    faults: dict[str, str] = {}
    parts = [carried, _NUMBERS]
    for kind in KINDS:
        own = prelude.replace("SCALAR", kind).replace("ZERO", _zero(kind))
        own = own.replace("ADD", _INSTANCES[kind]["add"]).replace("DIV", _INSTANCES[kind]["divide"])
        parts += [f"namespace On{kind}", _POWERS[kind], own]
        names: list[str] = []
        for subject in subjects:
            try:
                sides = [
                    (side, _function(printer, kind, subject, term, f"run_{len(names) + side}"))
                    for side, term in enumerate(_terms(subject))
                ]
            except (CannotPrint, Unsupported) as error:
                faults[subject.name] = str(error)
                continue
            for side, text in sides:
                functions[subject.name, side] = len(names)
                names.append(f"run_{len(names)}")
                parts.append(text)
        parts += [_dispatch(kind, names), f"end On{kind}", ""]
    return Program("\n".join([*parts, runner]), functions, faults)


def _terms(subject: Subject) -> list[Term]:
    if isinstance(subject.what, Equation):
        return [subject.what.left, subject.what.right]
    return [subject.what]


def _scope(
    printer: Printer, kind: Scalars, parameters: Sequence[Parameter]
) -> tuple[_Scope, list[str], list[str]]:
    """The scope of the parameters, the numbers that lead the input, and how values are read."""
    instances: dict[str, Expression] = {op: Constant(name) for op, name in _INSTANCES[kind].items()}
    lean_scope = printer.concrete(Constant(kind), instances, _OWN)
    lean_scope, binders = lean_scope.bind_all(parameters)
    scope = _Scope(lean_scope, kind)
    numbers = ["mode"]
    lets: list[str] = []
    for parameter, (called, type_) in zip(parameters, binders, strict=True):
        name = lean.identifier(called)
        if parameter.is_explicit:
            offset = f"offset_{len(lets)}"
            numbers.append(offset)
            lets.append(f"let {name} : {scope.text(type_)} := {scope.reader(parameter, offset)}")
        else:
            numbers.append(name)
    return scope, numbers, lets


@dataclass(frozen=True)
class _Scope:
    """Lean text for types and values at concrete scalars; a type `P` is `Fin (P + 1)`."""

    lean: LeanScope
    kind: Scalars

    def text(self, expression: Expression) -> str:
        types = {self.lean.sorts[name] for name in self.lean.levels}
        return lean.source(_finite(expression, types))

    def bind(self, name: str, type_: Type) -> tuple[_Scope, str, str]:
        inner, (called, bound) = self.lean.bind(name, type_)
        scope = _Scope(inner, self.kind)
        return scope, lean.identifier(called), scope.text(bound)

    def size(self, type_: Type) -> str:
        """How many values a finite type has."""
        match resolve(type_):
            case Index(size):
                return f"({self.text(self.lean.dimension(size))})"
            case Named(name):
                return f"({lean.identifier(self.lean.sorts[name])} + 1)"
            case other:
                raise CannotPrint(f"{other} is not finite")

    def axes(self, type_: Type) -> list[Type]:
        """The finite types that the entries of a table are found by."""
        arguments, result = function_parts(type_)
        match result:
            case Vector(size):
                return [*arguments, Index(size)]
            case Matrix(rows, columns):
                return [*arguments, Index(rows), Index(columns)]
            case _:
                return arguments

    def reader(self, parameter: Parameter, offset: str) -> str:
        """Lean text that finds the value of a parameter among the instance's numbers."""
        type_ = parameter.type
        opened = open_kind(type_)
        if opened is not None:
            *places, data = function_parts(type_)[0]
            names = [f"i_{i}" for i in range(len(places))]
            binders = self._binders(names, places)
            factor = " + ".join(["1", *(f"{name}.val" for name in names)])
            size = f"{self.size(Index(data.size))} " if isinstance(data, Vector) else ""
            binders.append(f"(x_ : {self.text(self.lean.type(data))})")
            return f"fun {' '.join(binders)} => {opened.kind} mode ({factor}) {size}x_"
        axes = self.axes(type_)
        names = [f"i_{i}" for i in range(len(axes))]
        index = "0"
        for name, axis in zip(names, axes, strict=True):
            index = f"({index} * {self.size(axis)} + {name}.val)"
        value = self.entry(function_parts(type_)[1], f"({offset} + {index})")
        if not names:
            return value
        return f"fun {' '.join(self._binders(names, axes))} => {value}"

    def _binders(self, names: Sequence[str], types: Sequence[Type]) -> list[str]:
        pairs = zip(names, types, strict=True)
        return [f"({name} : {self.text(self.lean.type(type_))})" for name, type_ in pairs]

    def entry(self, result: Type, place: str) -> str:
        """The number at a place of the input, or the index that it stands for."""
        match resolve(result):
            case Named():
                size = self.size(result)
                return f"⟨z.getD {place} 0 % {size}, Nat.mod_lt _ (Nat.succ_pos _)⟩"
            case Index():
                raise CannotPrint("values of type index are not run")
            case _:
                return f"a.getD {place} {_zero(self.kind)}"


def _finite(expression: Expression, types: set[str]) -> Expression:
    """`Fin (P + 1)` for each type `P`."""
    match expression:
        case Local(name) if name in types:
            return lean.apply(Constant("Fin"), lean.apply(Constant("Nat.succ"), expression))
        case lean.Application(function, argument):
            return lean.Application(_finite(function, types), _finite(argument, types))
        case lean.Function(name, type_, body):
            return lean.Function(name, _finite(type_, types), _finite(body, types))
        case lean.ForAll(name, type_, body):
            return lean.ForAll(name, _finite(type_, types), _finite(body, types))
        case _:
            return expression


def _function(printer: Printer, kind: Scalars, subject: Subject, term: Term, name: str) -> str:
    """A Lean function from the numbers of an instance to the numbers of a value."""
    scope, numbers, lets = _scope(printer, kind, subject.parameters)
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
        f"@[noinline] def {name}_at ({' '.join(numbers)} : Nat) (z : Array Nat)",
        f"    (a : Array {kind}) (done : Array {kind}) : Array {kind} :=",
        *(f"  {line}" for line in lets),
        f"  {out}",
        f"def {name} (z : Array Nat) (a : Array {kind}) : Array {kind} :=",
        f"  {name}_at {given} z a #[]",
        "",
    ]
    return "\n".join(lines)


def _dispatch(kind: Scalars, names: Sequence[str]) -> str:
    """One function that runs the subject with the given number."""
    lines = [f"def dispatch (n : Nat) (z : Array Nat) (a : Array {kind}) : Array {kind} :="]
    for number, name in enumerate(names):
        lines.append(f"  if n == {number} then {name} z a else")
    return "\n".join([*lines, "  #[]", ""])


def _zero(kind: Scalars) -> str:
    return f"(@OfNat.ofNat {kind} 0 {_INSTANCES[kind]['zero']})"


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


def bits(number: float) -> int:
    """A double as the integer that has its bits."""
    found: int = struct.unpack("<Q", struct.pack("<d", number))[0]
    return found


def from_bits(number: int) -> float:
    """The double with these bits."""
    found: float = struct.unpack("<d", struct.pack("<Q", number))[0]
    return found
