"""Fingerprints of declarations: of everything in them that has a meaning.

Left out is what no kernel looks at: how bound variables and universe parameters are called (these
count by their place), how arguments are given, `mdata`, and hints to the elaborator.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from harness.kernel.declarations import (
    Constant,
    Constructor,
    Definition,
    InductiveType,
    Opaque,
    Recursor,
)
from harness.kernel.terms import (
    App,
    Binder,
    Bound,
    Const,
    Expr,
    IMax,
    Lam,
    Let,
    Level,
    Max,
    Name,
    NatLit,
    Param,
    Proj,
    Sort,
    StrLit,
    Succ,
    children,
    parts,
)
from harness.lean.audit.names import shown


class Fingerprints:
    """Fingerprints of one export's terms; what several have in common is looked at once."""

    def __init__(self) -> None:
        self._closed: dict[Expr, bytes] = {}

    def of(self, constant: Constant, *, value: bool = True) -> str:
        """Of a constant's kind and type, and of its value unless that is left out."""
        places = {name: place for place, name in enumerate(constant.level_params)}
        own: dict[Expr, bytes] = {}

        def part(e: Expr) -> bytes:
            return self._digest(e, places, own)

        fields: list[bytes] = [_natural(len(places)), part(constant.type)]
        match constant:
            case Definition() | Opaque() if value:
                fields.append(part(constant.value))
            case InductiveType():
                fields.append(_natural(constant.num_params))
                fields += map(_name, constant.constructors)
            case Constructor():
                fields += [_name(constant.inductive), _natural(constant.index)]
            case Recursor():
                fields += (part(rule.rhs) for rule in constant.rules)
        return sha256(_hash(type(constant).__name__, *fields)).hexdigest()

    def _digest(self, root: Expr, places: Mapping[Name, int], own: dict[Expr, bytes]) -> bytes:
        def known(e: Expr) -> dict[Expr, bytes]:
            return own if e.has_parameter else self._closed

        for e in parts([root]):
            if e not in known(e):
                known(e)[e] = _node(e, [known(child)[child] for child in children(e)], places)
        return known(root)[root]


def _node(e: Expr, below: list[bytes], places: Mapping[Name, int]) -> bytes:
    match e:
        case Bound():
            return _hash("bound", _natural(e.index))
        case Sort():
            return _hash("sort", _level(e.level, places))
        case Const():
            return _hash("const", _name(e.name), *(_level(level, places) for level in e.levels))
        case App():
            return _hash("app", *below)
        case Binder():
            return _hash("lam" if isinstance(e, Lam) else "pi", *below)
        case Let():
            return _hash("let", *below)
        case Proj():
            return _hash("proj", _name(e.structure), _natural(e.index), *below)
        case NatLit():
            size = e.value.bit_length() // 8 + 1
            return _hash("nat", e.value.to_bytes(size, "big"))
        case StrLit():
            return _hash("str", e.value.encode("utf-8"))
    raise AssertionError(f"a term of kind {type(e).__name__} is in no export")


def _level(level: Level, places: Mapping[Name, int]) -> bytes:
    match level:
        case Succ():
            return _hash("succ", _level(level.of, places))
        case Max() | IMax():
            kind = "max" if isinstance(level, Max) else "imax"
            return _hash(kind, _level(level.left, places), _level(level.right, places))
        case Param():
            place = places.get(level.name)
            # A parameter that is not declared is refused by the kernel; here it only must differ.
            return _hash("free", _name(level.name)) if place is None else _hash(f"param {place}")
    return _hash("zero")


def _name(name: Name) -> bytes:
    return shown(name).encode("utf-8")


def _natural(number: int) -> bytes:
    return str(number).encode()


def _hash(kind: str, *fields: bytes) -> bytes:
    """Each field with its length before it, so that none can be taken for two."""
    whole = sha256(kind.encode())
    for field in fields:
        whole.update(len(field).to_bytes(8, "big"))
        whole.update(field)
    return whole.digest()
