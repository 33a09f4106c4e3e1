"""Names, universe levels and expressions of Lean, each made once.

Two that look alike are one object (`Once`), so equality is identity and every cache is a dictionary
of objects. The tables live as long as the process. Nothing here is to be changed after it was made.

A binder keeps its variable's name and the way its argument is given, since people read them; the
kernel takes both away (`plain`). Expressions of the kind `Local` are the kernel's own: no file can
name one, and there are no metavariables at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

Name = tuple[str | int, ...]
"""A hierarchical name, such as `("Nat", "succ")`; the anonymous name is `()`."""


def name_text(name: Name) -> str:
    """The name for a person; parts that hold a dot or a space stand in guillemets."""
    return ".".join(
        f"«{part}»" if isinstance(part, str) and not _is_word(part) else str(part) for part in name
    )


def _is_word(part: str) -> bool:
    return part.isprintable() and part != "" and not set(part) & set(" .«»")


class Once(type):
    """Makes each member of a class once: whoever gives the same fields gets the same object."""

    def __init__(cls, *made_of: Any) -> None:
        super().__init__(*made_of)
        cls.made: dict[tuple[Any, ...], Any] = {}
        init = getattr(cls, "__init__")  # noqa: B009 - mypy takes it for that of an instance
        cls.usual: tuple[Any, ...] = getattr(init, "__defaults__", None) or ()

    if not TYPE_CHECKING:  # which reads the fields off `__init__`

        def __call__(cls, *fields):
            found = cls.made.get(fields)
            if found is None:
                found = super().__call__(*fields)
                if cls.usual:  # under its fields in full, whichever were left out
                    count = cls.__init__.__code__.co_argcount - 1 - len(fields)
                    whole = (*fields, *cls.usual[len(cls.usual) - count :])
                    found = cls.made.setdefault(whole, found)
                cls.made[fields] = found
            return found


class Level(metaclass=Once):
    """A universe level: one of the five kinds below."""

    __slots__ = ("has_parameter",)
    has_parameter: bool


class Zero(Level):
    __slots__ = ()

    def __init__(self) -> None:
        self.has_parameter = False


class Succ(Level):
    __slots__ = ("of",)

    def __init__(self, of: Level) -> None:
        self.of, self.has_parameter = of, of.has_parameter


class _Larger(Level):
    __slots__ = ("left", "right")

    def __init__(self, left: Level, right: Level) -> None:
        self.left, self.right = left, right
        self.has_parameter = left.has_parameter or right.has_parameter


class Max(_Larger):
    __slots__ = ()


class IMax(_Larger):
    """The maximum of the two, but zero where `right` is zero: the level of `∀ x : A, B`."""

    __slots__ = ()


class Param(Level):
    __slots__ = ("name",)

    def __init__(self, name: Name) -> None:
        self.name, self.has_parameter = name, True


ZERO = Zero()


class Expr(metaclass=Once):
    """An expression: one of the kinds below.

    `loose` is the number of binders that must stand around it for it to be closed; `locals` is
    above the index of every `Local` in it; `has_parameter` says whether a level parameter occurs.
    """

    __slots__ = ("has_parameter", "locals", "loose")
    loose: int
    locals: int
    has_parameter: bool

    def made_of(self, *parts: Expr, body: Expr | None = None, has_parameter: bool = False) -> None:
        """Note what is said of the expression, from its parts and what it binds a variable in."""
        every = parts if body is None else (*parts, body)
        self.loose = max([part.loose for part in parts], default=0)
        if body is not None and body.loose - 1 > self.loose:
            self.loose = body.loose - 1
        self.locals = max([part.locals for part in every], default=0)
        self.has_parameter = has_parameter or any(part.has_parameter for part in every)


class Bound(Expr):
    """A bound variable, counted from the innermost binder outward, from 0."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.made_of()
        self.index, self.loose = index, index + 1


class Sort(Expr):
    __slots__ = ("level",)

    def __init__(self, level: Level) -> None:
        self.made_of(has_parameter=level.has_parameter)
        self.level = level


class Const(Expr):
    __slots__ = ("levels", "name")

    def __init__(self, name: Name, levels: tuple[Level, ...] = ()) -> None:
        self.made_of(has_parameter=any(level.has_parameter for level in levels))
        self.name, self.levels = name, levels


class App(Expr):
    __slots__ = ("arg", "fn")

    def __init__(self, fn: Expr, arg: Expr) -> None:
        self.fn, self.arg = fn, arg
        # Most expressions are of this kind or bind something; these do not ask `made_of`.
        self.loose = fn.loose if fn.loose > arg.loose else arg.loose
        self.locals = fn.locals if fn.locals > arg.locals else arg.locals
        self.has_parameter = fn.has_parameter or arg.has_parameter


class Binder(Expr):
    """What `Lam` and `Pi` share."""

    __slots__ = ("body", "info", "name", "type")

    def __init__(self, type: Expr, body: Expr, name: Name = (), info: str = "default") -> None:
        self.type, self.body, self.name, self.info = type, body, name, info
        self.loose = type.loose if type.loose >= body.loose else body.loose - 1
        self.locals = type.locals if type.locals > body.locals else body.locals
        self.has_parameter = type.has_parameter or body.has_parameter


class Lam(Binder):
    __slots__ = ()


class Pi(Binder):
    __slots__ = ()


class Let(Expr):
    __slots__ = ("body", "name", "type", "value")

    def __init__(self, type: Expr, value: Expr, body: Expr, name: Name = ()) -> None:
        self.made_of(type, value, body=body)
        self.type, self.value, self.body, self.name = type, value, body, name


class Proj(Expr):
    """Field number `index` of `struct`, a member of the structure `structure`."""

    __slots__ = ("index", "struct", "structure")

    def __init__(self, structure: Name, index: int, struct: Expr) -> None:
        self.made_of(struct)
        self.structure, self.index, self.struct = structure, index, struct


class NatLit(Expr):
    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.made_of()
        self.value = value


class StrLit(Expr):
    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.made_of()
        self.value = value


class Local(Expr):
    """A variable that the kernel put in the place of a bound one; it carries its type.

    Its index is to be above that of every local that it can meet.
    """

    __slots__ = ("index", "type")

    def __init__(self, index: int, type: Expr) -> None:
        self.made_of(has_parameter=type.has_parameter)
        self.index, self.type = index, type
        self.locals = max(index + 1, type.locals)


def children(e: Expr) -> tuple[Expr, ...]:
    """The expressions that `e` is directly made of."""
    if type(e) is App:
        return (e.fn, e.arg)
    if isinstance(e, Binder):
        return (e.type, e.body)
    if isinstance(e, Let):
        return (e.type, e.value, e.body)
    if isinstance(e, Proj):
        return (e.struct,)
    return ()


def binds_in(e: Expr, place: int) -> bool:
    """Whether `e` binds a variable in the child at this place."""
    return (isinstance(e, Binder) and place == 1) or (isinstance(e, Let) and place == 2)


def with_children(e: Expr, below: Sequence[Expr]) -> Expr:
    """`e` made of other expressions; bound variables of what is new have no names."""
    if isinstance(e, Proj):
        return Proj(e.structure, e.index, *below)
    kind: Any = type(e)
    return kind(*below) if below else e


def parts(roots: Iterable[Expr]) -> list[Expr]:
    """Every expression in the roots once, children before parents, however deep they are."""
    return _once_each(roots, children)


def level_parts(roots: Iterable[Level]) -> list[Level]:
    """The same for levels."""
    return _once_each(roots, _lower)


def _lower(level: Level) -> tuple[Level, ...]:
    if isinstance(level, Succ):
        return (level.of,)
    return (level.left, level.right) if isinstance(level, _Larger) else ()


def _once_each(roots: Iterable[T], below: Callable[[T], tuple[T, ...]]) -> list[T]:
    done: dict[T, None] = {}
    stack = list(roots)[::-1]
    while stack:
        top = stack[-1]
        waiting = [child for child in below(top) if child not in done] if top not in done else []
        if waiting:
            stack.extend(reversed(waiting))
        else:
            done[top] = None
            stack.pop()
    return list(done)


def plain(e: Expr) -> Expr:
    """The expression without the names of its variables, so that what differs in them is one."""
    made: dict[Expr, Expr] = {}
    for part in parts([e]):
        made[part] = with_children(part, [made[child] for child in children(part)])
    return made[e]


def apply(fn: Expr, args: Sequence[Expr]) -> Expr:
    """`fn` applied to all of `args`."""
    for arg in args:
        fn = App(fn, arg)
    return fn


def spine(e: Expr) -> tuple[Expr, list[Expr]]:
    """The head of an application and its arguments."""
    args = []
    while isinstance(e, App):
        args.append(e.arg)
        e = e.fn
    args.reverse()
    return e, args
