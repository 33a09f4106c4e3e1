"""Names, universe levels and expressions of Lean, each made once.

Two that look alike are one object, so equality is identity and every cache is a dictionary of
objects. The tables live as long as the process. Nothing here is to be changed after it was made.

A binder keeps its variable's name and the way its argument is given, since people read them; the
kernel takes both away (`plain`). Expressions of the kind `Local` are the kernel's own: no file can
name one, and there are no metavariables at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Name = tuple[str | int, ...]
"""A hierarchical name, such as `("Nat", "succ")`; the anonymous name is `()`."""


def name_text(name: Name) -> str:
    """The name for a person; parts that hold a dot or a space stand in guillemets."""
    return ".".join(
        f"«{part}»" if isinstance(part, str) and not _is_word(part) else str(part) for part in name
    )


def _is_word(part: str) -> bool:
    return part.isprintable() and part != "" and not set(part) & set(" .«»")


class Level:
    """A universe level: one of the five kinds below."""

    __slots__ = ("has_parameter",)
    has_parameter: bool


class Zero(Level):
    __slots__ = ()


class Succ(Level):
    __slots__ = ("of",)
    of: Level


class Max(Level):
    __slots__ = ("left", "right")
    left: Level
    right: Level


class IMax(Level):
    """The maximum of the two, but zero where `right` is zero: the level of `∀ x : A, B`."""

    __slots__ = ("left", "right")
    left: Level
    right: Level


class Param(Level):
    __slots__ = ("name",)
    name: Name


class Expr:
    """An expression: one of the kinds below.

    `loose` is the number of binders that must stand around it for it to be closed; `locals` is
    above the index of every `Local` in it; `has_parameter` says whether a level parameter occurs.
    """

    __slots__ = ("has_parameter", "locals", "loose")
    loose: int
    locals: int
    has_parameter: bool


class Bound(Expr):
    """A bound variable, counted from the innermost binder outward, from 0."""

    __slots__ = ("index",)
    index: int


class Sort(Expr):
    __slots__ = ("level",)
    level: Level


class Const(Expr):
    __slots__ = ("levels", "name")
    name: Name
    levels: tuple[Level, ...]


class App(Expr):
    __slots__ = ("arg", "fn")
    fn: Expr
    arg: Expr


class Binder(Expr):
    """What `Lam` and `Pi` share."""

    __slots__ = ("body", "info", "name", "type")
    name: Name
    info: str
    type: Expr
    body: Expr


class Lam(Binder):
    __slots__ = ()


class Pi(Binder):
    __slots__ = ()


class Let(Expr):
    __slots__ = ("body", "name", "type", "value")
    name: Name
    type: Expr
    value: Expr
    body: Expr


class Proj(Expr):
    """Field number `index` of `struct`, a member of the structure `structure`."""

    __slots__ = ("index", "struct", "structure")
    structure: Name
    index: int
    struct: Expr


class NatLit(Expr):
    __slots__ = ("value",)
    value: int


class StrLit(Expr):
    __slots__ = ("value",)
    value: str


class Local(Expr):
    """A variable that the kernel put in the place of a bound one; it carries its type."""

    __slots__ = ("index", "type")
    index: int
    type: Expr


_succs: dict[Level, Succ] = {}
_maxes: dict[tuple[Level, Level], Max] = {}
_imaxes: dict[tuple[Level, Level], IMax] = {}
_params: dict[Name, Param] = {}
_bounds: dict[int, Bound] = {}
_sorts: dict[Level, Sort] = {}
_consts: dict[tuple[Name, tuple[Level, ...]], Const] = {}
_apps: dict[tuple[Expr, Expr], App] = {}
_lams: dict[tuple[Expr, Expr, Name, str], Lam] = {}
_pis: dict[tuple[Expr, Expr, Name, str], Pi] = {}
_lets: dict[tuple[Expr, Expr, Expr, Name], Let] = {}
_projs: dict[tuple[Name, int, Expr], Proj] = {}
_nats: dict[int, NatLit] = {}
_strings: dict[str, StrLit] = {}
_locals: dict[tuple[int, Expr], Local] = {}

ZERO = Zero()
ZERO.has_parameter = False


def succ(of: Level) -> Level:
    found = _succs.get(of)
    if found is None:
        found = _succs[of] = Succ()
        found.of, found.has_parameter = of, of.has_parameter
    return found


def max_level(left: Level, right: Level) -> Level:
    found = _maxes.get((left, right))
    if found is None:
        found = _maxes[left, right] = Max()
        found.left, found.right = left, right
        found.has_parameter = left.has_parameter or right.has_parameter
    return found


def imax_level(left: Level, right: Level) -> Level:
    found = _imaxes.get((left, right))
    if found is None:
        found = _imaxes[left, right] = IMax()
        found.left, found.right = left, right
        found.has_parameter = left.has_parameter or right.has_parameter
    return found


def param(name: Name) -> Level:
    found = _params.get(name)
    if found is None:
        found = _params[name] = Param()
        found.name, found.has_parameter = name, True
    return found


def _atom(made: Expr, has_parameter: bool = False) -> None:
    made.loose = made.locals = 0
    made.has_parameter = has_parameter


def bound(index: int) -> Expr:
    found = _bounds.get(index)
    if found is None:
        found = _bounds[index] = Bound()
        _atom(found)
        found.index, found.loose = index, index + 1
    return found


def sort(level: Level) -> Expr:
    found = _sorts.get(level)
    if found is None:
        found = _sorts[level] = Sort()
        _atom(found, level.has_parameter)
        found.level = level
    return found


def const(name: Name, levels: tuple[Level, ...] = ()) -> Expr:
    found = _consts.get((name, levels))
    if found is None:
        found = _consts[name, levels] = Const()
        _atom(found, any(level.has_parameter for level in levels))
        found.name, found.levels = name, levels
    return found


def app(fn: Expr, arg: Expr) -> Expr:
    found = _apps.get((fn, arg))
    if found is None:
        found = _apps[fn, arg] = App()
        found.fn, found.arg = fn, arg
        found.loose = fn.loose if fn.loose > arg.loose else arg.loose
        found.locals = fn.locals if fn.locals > arg.locals else arg.locals
        found.has_parameter = fn.has_parameter or arg.has_parameter
    return found


def _bind(made: Binder, type: Expr, body: Expr, name: Name, info: str) -> None:
    made.type, made.body, made.name, made.info = type, body, name, info
    made.loose = max(type.loose, body.loose - 1)
    made.locals = max(type.locals, body.locals)
    made.has_parameter = type.has_parameter or body.has_parameter


def lam(type: Expr, body: Expr, name: Name = (), info: str = "default") -> Expr:
    found = _lams.get((type, body, name, info))
    if found is None:
        found = _lams[type, body, name, info] = Lam()
        _bind(found, type, body, name, info)
    return found


def pi(type: Expr, body: Expr, name: Name = (), info: str = "default") -> Expr:
    found = _pis.get((type, body, name, info))
    if found is None:
        found = _pis[type, body, name, info] = Pi()
        _bind(found, type, body, name, info)
    return found


def let(type: Expr, value: Expr, body: Expr, name: Name = ()) -> Expr:
    found = _lets.get((type, value, body, name))
    if found is None:
        found = _lets[type, value, body, name] = Let()
        found.type, found.value, found.body, found.name = type, value, body, name
        found.loose = max(type.loose, value.loose, body.loose - 1)
        found.locals = max(type.locals, value.locals, body.locals)
        found.has_parameter = type.has_parameter or value.has_parameter or body.has_parameter
    return found


def proj(structure: Name, index: int, struct: Expr) -> Expr:
    found = _projs.get((structure, index, struct))
    if found is None:
        found = _projs[structure, index, struct] = Proj()
        found.structure, found.index, found.struct = structure, index, struct
        found.loose, found.locals = struct.loose, struct.locals
        found.has_parameter = struct.has_parameter
    return found


def nat(value: int) -> Expr:
    found = _nats.get(value)
    if found is None:
        found = _nats[value] = NatLit()
        _atom(found)
        found.value = value
    return found


def string(value: str) -> StrLit:
    found = _strings.get(value)
    if found is None:
        found = _strings[value] = StrLit()
        _atom(found)
        found.value = value
    return found


def local(index: int, type: Expr) -> Expr:
    """A variable of this type; the index is to be above that of every local it can meet."""
    found = _locals.get((index, type))
    if found is None:
        found = _locals[index, type] = Local()
        _atom(found, type.has_parameter)
        found.index, found.type = index, type
        found.locals = max(index + 1, type.locals)
    return found


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


def parts(roots: Iterable[Expr]) -> list[Expr]:
    """Every expression in the roots once, children before parents, however deep they are."""
    done: dict[Expr, None] = {}
    stack = list(roots)[::-1]
    while stack:
        e = stack[-1]
        if e in done:
            stack.pop()
            continue
        waiting = [child for child in children(e) if child not in done]
        if waiting:
            stack.extend(reversed(waiting))
        else:
            done[e] = None
            stack.pop()
    return list(done)


def level_parts(roots: Iterable[Level]) -> list[Level]:
    """The same for levels."""
    done: dict[Level, None] = {}
    stack = list(roots)[::-1]
    while stack:
        level = stack[-1]
        below: tuple[Level, ...] = ()
        if isinstance(level, Succ):
            below = (level.of,)
        elif isinstance(level, Max | IMax):
            below = (level.left, level.right)
        waiting = [child for child in below if child not in done]
        if level not in done and waiting:
            stack.extend(reversed(waiting))
        else:
            done[level] = None
            stack.pop()
    return list(done)


def plain(e: Expr) -> Expr:
    """The expression without the names of its variables, so that what differs in them is one."""
    made: dict[Expr, Expr] = {}
    for part in parts([e]):
        if isinstance(part, App):
            made[part] = app(made[part.fn], made[part.arg])
        elif isinstance(part, Lam):
            made[part] = lam(made[part.type], made[part.body])
        elif isinstance(part, Pi):
            made[part] = pi(made[part.type], made[part.body])
        elif isinstance(part, Let):
            made[part] = let(made[part.type], made[part.value], made[part.body])
        elif isinstance(part, Proj):
            made[part] = proj(part.structure, part.index, made[part.struct])
        else:
            made[part] = part
    return made[e]


def apply(fn: Expr, args: Sequence[Expr]) -> Expr:
    """`fn` applied to all of `args`."""
    for arg in args:
        fn = app(fn, arg)
    return fn


def spine(e: Expr) -> tuple[Expr, list[Expr]]:
    """The head of an application and its arguments."""
    args = []
    while isinstance(e, App):
        args.append(e.arg)
        e = e.fn
    args.reverse()
    return e, args
