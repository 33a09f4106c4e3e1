"""The declarations of an export, one after the other: what the kernel says of each."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from harness.kernel.declarations import (
    Axiom,
    Constant,
    Declaration,
    Definition,
    Export,
    Inductive,
    Opaque,
    Quotient,
    Theorem,
    constants,
    expressions,
    mentioned,
)
from harness.kernel.environment import Environment, without_names
from harness.kernel.equality import Kernel
from harness.kernel.inductive import add_inductive
from harness.kernel.known import AXIOMS, NEVER, require_known
from harness.kernel.literals import EQUATIONS, OPERATIONS, equations, require_bool, require_nat
from harness.kernel.ruling import Declined, Refused, Ruling, Verdict
from harness.kernel.terms import Name, name_text
from harness.kernel.universes import is_zero

FUEL = 20_000_000
"""How many steps one declaration may take."""
SECONDS = 60.0
"""How long one declaration may take, of the processor's time."""
DEPTH = 60_000
"""How deep Python's own calls may go; they are kept on the heap."""


def check(
    export: Export,
    *,
    trusted: Callable[[Name], bool] = lambda name: False,
    fuel: int = FUEL,
    seconds: float = SECONDS,
) -> Iterator[Ruling]:
    """A ruling for each declaration of the export, in its order.

    What `trusted` says yes to is added without being checked, and ruled `trusted`; an inductive
    declaration is trusted if all its names are. Nothing is accepted that rests on what was not.
    """
    checker = Checker(fuel, seconds)
    for declaration in export.declarations:
        yield checker.rule(declaration, trusted)


def as_given(export: Export, library: Callable[[Name], bool]) -> Callable[[Name], bool]:
    """A predicate for `trusted` that believes no more of a library than it has to.

    Of the names that are the library's it trusts what comes without a proof or value, and the
    functions on numbers, which Python is to compute. All else of the library is checked.
    """

    def trusted(name: Name) -> bool:
        if not library(name) or name in AXIOMS:
            return False
        return isinstance(export.by_name.get(name), Axiom) or name in OPERATIONS

    return trusted


class Checker:
    """Rules on declarations in their order, and keeps what was accepted."""

    def __init__(self, fuel: int = FUEL, seconds: float = SECONDS) -> None:
        self.environment = Environment()
        self.kernel = Kernel(self.environment)
        self.fuel = fuel
        self.seconds = seconds
        self.fallen: dict[Name, Verdict] = {}
        """The names that were not accepted, and why not."""

    def rule(self, declaration: Declaration, trusted: Callable[[Name], bool]) -> Ruling:
        """What becomes of the declaration; where it is accepted, it may be cited from now on."""
        started = time.thread_time()
        names = tuple(constant.name for constant in constants(declaration))
        believed = bool(names) and all(trusted(name) for name in names)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEPTH))
        reason = ""
        try:
            self._add(declaration, names, believed, started)
            verdict = Verdict.TRUSTED if believed else Verdict.ACCEPTED
        except Refused as refused:
            verdict, reason = Verdict.REFUSED, str(refused)
        except Declined as declined:
            verdict, reason = Verdict.DECLINED, str(declined)
        except RecursionError:
            verdict, reason = Verdict.DECLINED, "it goes too deep"
        except MemoryError:
            verdict, reason = Verdict.DECLINED, "it needs too much memory"
        finally:
            sys.setrecursionlimit(limit)
        if verdict in (Verdict.REFUSED, Verdict.DECLINED):
            for name in names:
                if name not in self.environment.constants:
                    self.fallen.setdefault(name, verdict)
        return Ruling(names, verdict, reason, time.thread_time() - started)

    def _add(
        self, declaration: Declaration, names: tuple[Name, ...], believed: bool, started: float
    ) -> None:
        self._check_names(declaration, names)
        kernel = self.kernel
        kernel.fuel, kernel.deadline = self.fuel, started + self.seconds
        kernel.eager = False
        if isinstance(declaration, Inductive):
            block = Inductive(
                tuple(map(without_names, declaration.types)),
                tuple(map(without_names, declaration.constructors)),
                tuple(map(without_names, declaration.recursors)),
            )
            if believed:
                for constant in constants(block):
                    self.environment.add(constant)
            else:
                add_inductive(self.environment, block, kernel)
            return
        constant = without_names(declaration)
        if believed and isinstance(constant, Axiom) and constant.name in NEVER:
            raise Refused(f"{name_text(constant.name)} is not taken on trust")
        if not believed:
            self._check(constant)
        self.environment.add(constant)
        if constant.name in OPERATIONS:
            self._accelerate(constant, believed)

    def _check_names(self, declaration: Declaration, names: tuple[Name, ...]) -> None:
        known = self.environment.constants
        for i, name in enumerate(names):
            if name in known or name in self.fallen or name in names[:i]:
                raise Refused(f"{name_text(name)} is declared twice")
            if name == () or any(isinstance(part, int) and part < 0 for part in name):
                raise Refused(f"{name_text(name)} is no name that can be declared")
        for constant in constants(declaration):
            if len(set(constant.level_params)) != len(constant.level_params):
                raise Refused("a level parameter is declared twice")
        for e in expressions(declaration):
            if e.loose or e.locals:
                raise Refused("a variable stands outside all binders")
        for name in sorted(mentioned(declaration) - set(names), key=repr):
            if name in self.fallen:
                reason = f"it rests on {name_text(name)}, which was {self.fallen[name]}"
                if self.fallen[name] is Verdict.REFUSED:
                    raise Refused(reason)
                raise Declined(reason)
            if name not in known:
                raise Refused(f"{name_text(name)} is cited and is not declared before")

    def _check(self, constant: Constant) -> None:
        kernel = self.kernel
        kernel.start(constant.level_params)
        level = kernel.check_type(constant.type)
        if isinstance(constant, Axiom | Quotient):
            if isinstance(constant, Axiom) and constant.is_unsafe:
                raise Declined("unsafe declarations are not checked")
            require_known(self.environment, constant)
            return
        assert isinstance(constant, Definition | Theorem | Opaque)
        if isinstance(constant, Definition) and constant.safety != "safe":
            raise Declined(f"{constant.safety} definitions are not checked")
        if isinstance(constant, Opaque) and constant.is_unsafe:
            raise Declined("unsafe declarations are not checked")
        if isinstance(constant, Theorem) and not is_zero(level):
            raise Refused("what the theorem states is not a proposition")
        if not kernel.equal(kernel.check(constant.value), constant.type):
            raise Refused("the value does not have the stated type")

    def _accelerate(self, constant: Constant, believed: bool) -> None:
        """Compute this function on numbers by Python from now on, if it is what its name says."""
        environment, kernel = self.environment, self.kernel
        try:
            require_nat(environment)
            if constant.name[-1] in ("beq", "ble"):
                require_bool(environment)
            if not believed:
                if constant.name not in EQUATIONS:
                    return
                for left, right in equations(constant.name):
                    kernel.start(())
                    kernel.check(left)
                    kernel.check(right)
                    if not kernel.equal(left, right):
                        return
        except (Refused, Declined):
            return
        environment.accelerated.add(constant.name)
