"""Families as data: where the attention of a kind of model lies in its tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import isfinite
from os.path import isfile
from pathlib import Path
from typing import Any, Literal, cast

from harness.checkpoints.formulas import FormulaError, parse, units, value
from harness.checkpoints.tensors import Checkpoint, fault
from harness.claims.document import Document, YamlPath, read_document, schema_faults
from harness.diagnostics import InputError

Pairing = Literal["half-split", "interleaved"]
Turns = Literal["invertible", "orthogonal", "signed"]


@dataclass(frozen=True)
class Meeting:
    """A part of queries and a part of keys that meet in the scores."""

    query: str
    key: str
    rotated: int


@dataclass(frozen=True)
class Norm:
    """A norm of queries and keys, before RoPE or after it."""

    kind: Literal["rms", "layer"]
    place: Literal["before", "after"]
    less: float
    gains: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Layer:
    """One layer of one model: a family's formulas, computed from its config."""

    number: int
    prefix: str
    sizes: Mapping[str, int]
    rows: Mapping[str, tuple[str, ...]]
    """By the names of tensors, without `.weight`: the roles of their consecutive blocks."""
    columns: Mapping[str, tuple[str, ...]]
    pairs: Pairing
    scores: tuple[Meeting, ...]
    value: str
    turns: Turns
    gate: str | None
    made_of: Mapping[str, tuple[str, ...]]
    """The roles of which another is made, one head of each."""
    is_signed: bool
    """Whether only quarter turns and signed exchanges pass."""
    norm: Norm | None


@dataclass(frozen=True)
class Block:
    """A norm of the residual stream, what reads behind it, and what writes back; all stems."""

    layer: int
    norm: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Residual:
    """Where the residual stream enters tensors."""

    size: int
    less: int
    """What is added to a stored gain."""
    embedding: str
    head: str
    last: str
    """The norm before the head."""
    is_tied: bool
    blocks: tuple[Block, ...]
    claims: tuple[str, ...]
    """Those that license its turn."""


@dataclass(frozen=True)
class Model:
    """What a family's file says of one config."""

    family: str
    claims: tuple[str, ...]
    lacks: str
    layers: tuple[Layer, ...]
    rest: Mapping[str, str]
    """The label of each other tensor that has one, by its name."""
    base: float
    context: int
    says: Mapping[str, Any]
    """What a config says of what is computed, in words that all kinds of files share."""
    residual: Residual | str
    """Or why no matrix turns the residual stream."""

    def in_layout(self, pairs: Pairing) -> Model:
        """The same model, run by a program that pairs coordinates otherwise."""
        return replace(self, layers=tuple(replace(x, pairs=pairs) for x in self.layers))


@dataclass(frozen=True)
class Family:
    """A file that was read, with that of the family which it is like below it."""

    document: Document
    data: Mapping[str, Any]
    places: Mapping[str, tuple[Document, YamlPath]] = field(default_factory=dict)

    def fault(self, key: str, path: YamlPath, error: FormulaError) -> InputError:
        document = self.places.get(key, (self.document, ()))[0]
        where = (key, *path)
        try:
            found = document.fault_within(where, error.offset, str(error))
        except KeyError:
            found = document.fault(where, str(error))
        return InputError([found])


def shipped() -> Path:
    """The folder of the families that come with the harness."""
    inside = Path(str(files("harness.checkpoints"))) / "families"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "specs" / "families"


def read_family(path: Path, name: str, _below: frozenset[str] = frozenset()) -> Family:
    """Read a file and those that it is like. Raises `InputError` with the faults of one."""
    document = read_document(path, name)
    faults = list(schema_faults(document, "family"))
    if faults:
        raise InputError(faults)
    data = dict(document.data)
    places: dict[str, tuple[Document, YamlPath]] = {key: (document, (key,)) for key in data}
    for key in ("when", "roped", "attends", "signed"):
        _check(document, (key,), data.get(key), faults)
    for key in ("let", "roles", "rows", "columns"):
        for inner, text in data.get(key, {}).items():
            _check(document, (key, inner), text, faults)
    for text in data.get("refuse", {}):
        _check(document, ("refuse", text), text, faults)
    if faults:
        raise InputError(faults)
    if "like" in data:
        above = path.parent / f"{data['like']}.yaml"
        if not isfile(above):
            above = shipped() / above.name
        if not isfile(above) or data["like"] in _below:
            raise InputError([document.fault(("like",), f"there is no family {data['like']!r}")])
        known = _below | {data["like"]}
        other = read_family(above, f"{Path(name).parent / above.name}", known)
        places = {**other.places, **places}
        for key in ("let", "roles"):  # additions; all else is said anew
            if key in data:
                data[key] = {**other.data.get(key, {}), **data[key]}
        private = ("when", "refuse")
        data = {**{k: v for k, v in other.data.items() if k not in private}, **data}
    for key in ("layer", "let", "roles", "rows", "columns", "scores", "values", "pairs"):
        if key not in data:
            raise InputError([document.fault((), f"expected the key {key!r}")])
    return Family(document, data, places)


def _check(document: Document, path: YamlPath, text: Any, faults: list[Any]) -> None:
    if isinstance(text, str):
        try:
            parse(text)
        except FormulaError as error:
            faults.append(document.fault_within(path, error.offset, str(error)))


def read_families(folders: Iterable[Path]) -> tuple[Family, ...]:
    """Every family of these folders. Raises `InputError`."""
    paths = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return tuple(read_family(path, path.name) for path in paths)


@cache
def _shipped_families() -> tuple[Family, ...]:
    return read_families([shipped()])


def model_of(checkpoint: Checkpoint, own: Path | None = None) -> Model:
    """What is known of a checkpoint by its family: the file `own`, or one that is shipped.

    Raises `InputError` for a family that nothing is known of, or whose sizes do not come out.
    """
    kind = checkpoint.config.get("model_type")
    families = (read_family(own, str(own)),) if own else _shipped_families()
    config = checkpoint.config
    for family in families:
        if own or kind in family.data["models"]:
            when = family.data.get("when")
            if when is None or value(parse(when), config):
                return _instance(family, checkpoint)
    known = ", ".join(sorted({name for f in families for name in f.data["models"]}))
    message = f"no family is known for model_type {kind!r}; give one by --family (known: {known})"
    raise fault(_config_file(checkpoint), message)


def _config_file(checkpoint: Checkpoint) -> Path:
    path = checkpoint.path
    return path / "config.json" if path.is_dir() else path


def _prefix(prefix: str, checkpoint: Checkpoint) -> str:
    """Where layers are: models without a head lack the first word of their tensors' names."""
    short = prefix.partition(".")[2]
    for candidate in (prefix, short):
        begin, _, end = candidate.partition("{}")
        if any(n.startswith(begin) and f"{end}." in n for n in checkpoint.tensors):
            return candidate
    return prefix


def _instance(family: Family, checkpoint: Checkpoint) -> Model:
    data, config = family.data, checkpoint.config
    for condition, reason in data.get("refuse", {}).items():
        if value(parse(condition), config):
            raise fault(_config_file(checkpoint), f"{data['family']}: {reason}")
    known: dict[str, Any] = dict(config)

    def computed(key: str, path: YamlPath, text: Any) -> Any:
        try:
            return text if not isinstance(text, str) else value(parse(text), known)
        except FormulaError as error:
            message = f"{data['family']}: {(key, *path)[-1]} = {text}, by this config: {error}"
            raise fault(_config_file(checkpoint), message) from None

    def size(key: str, path: YamlPath, text: Any, least: int = 1) -> int:
        found = computed(key, path, text)
        if isinstance(found, float) and isfinite(found):
            found = int(found)
        if type(found) is not int or not least <= found < 1 << 31:
            message = f"{data['family']}: {path[-1]} = {text} comes to {found!r} by this config"
            raise fault(_config_file(checkpoint), message)
        return found

    for name, text in data["let"].items():
        known[name] = computed("let", (name,), text)
    count = size("let", ("layers",), "layers")
    if count > len(checkpoint.tensors):
        message = f"{data['family']}: {count} layers by this config, and fewer tensors"
        raise fault(_config_file(checkpoint), message)
    known["layers"] = count
    sizes = {name: size("roles", (name,), text) for name, text in data["roles"].items()}
    norm = data.get("norm")
    if norm and "when" in norm and not computed("norm", ("when",), norm["when"]):
        norm = None
    is_signed = bool(computed("signed", (), data.get("signed", "False")))
    layers = []
    cached: dict[str, tuple[str, ...]] = {}

    def layout(key: str, path: YamlPath, text: str) -> tuple[str, ...]:
        if text not in cached:
            try:
                cached[text] = tuple(units(parse(text), known, sizes))
            except FormulaError as error:
                raise family.fault(key, path, error) from None
        return cached[text]

    prefix = _prefix(data["layer"], checkpoint)
    for number in range(count):
        known["layer"] = number
        if not computed("attends", (), data.get("attends", "True")):
            continue
        roped = computed("roped", (), data.get("roped", "True"))
        pairs = data["pairs"]
        pairs = pairs if pairs in ("half-split", "interleaved") else computed("pairs", (), pairs)
        if pairs not in ("half-split", "interleaved"):
            raise fault(_config_file(checkpoint), f"{data['family']}: no pairing {pairs!r}")
        scores = []
        for i, item in enumerate(data["scores"]):
            path = ("scores", i, "rotated")
            rotated = size("scores", path[1:], item["rotated"], 0) if roped else 0
            if rotated % 2 or rotated > sizes[item["query"]]:
                message = f"{rotated} of {sizes[item['query']]} coordinates cannot be rotated"
                raise fault(_config_file(checkpoint), f"{data['family']}: {message}")
            scores.append(Meeting(item["query"], item["key"], rotated))
        layers.append(
            Layer(
                number,
                here := prefix.replace("{}", str(number)),
                sizes,
                {
                    k: layout("rows", (k,), v)
                    for k, v in data["rows"].items()
                    if f"{here}.{k}.weight" in checkpoint.tensors
                },
                {k: layout("columns", (k,), v) for k, v in data["columns"].items()},
                cast(Pairing, pairs),
                tuple(scores),
                data["values"]["role"],
                "signed" if is_signed else data["values"].get("turns", "invertible"),
                data["values"].get("gate"),
                {data["values"]["role"]: tuple(data["values"].get("of", ()))}
                if "of" in data["values"]
                else {},
                is_signed,
                norm
                and Norm(
                    norm["kind"],
                    norm.get("place", "before"),
                    norm.get("less", 0),
                    {k: layout("norm", ("gains", k), v) for k, v in norm["gains"].items()},
                ),
            )
        )
    rest = {}
    for label, name in data.get("rest", {}).items():
        for number in range(count if "{}" in name else 1):
            rest[name.replace("{}", str(number))] = label.replace("{}", str(number))
    base, context = known.get("base"), known.get("context")
    residual = data.get("residual", "nothing is said of its norms and of what reads the stream")
    wide = None if isinstance(residual, str) else computed("residual", (), residual["size"])
    if not isinstance(residual, str) and not (isinstance(wide, int) and wide > 0):
        residual = "the size of its residual stream is not known by this config"
    if not isinstance(residual, str):
        blocks = tuple(
            Block(
                number,
                block["norm"].replace("{}", str(number)),
                *(
                    tuple(stem.replace("{}", str(number)) for stem in block[key])
                    for key in ("inputs", "outputs")
                ),
            )
            for number in range(count)
            for block in residual["blocks"]
        )
        residual = Residual(
            cast(int, wide),
            residual.get("less", 0),
            residual["embedding"],
            residual["head"],
            residual["last"],
            bool(config.get("tie_word_embeddings")),
            blocks,
            tuple(residual.get("claims", ())),
        )
    return Model(
        data["family"],
        tuple(data.get("claims", ())),
        data.get("lacks", "").strip(),
        tuple(layers),
        rest,
        float(base) if isinstance(base, int | float) and base > 0 else 1e4,
        context if isinstance(context, int) and 0 < context < 1 << 31 else 1 << 17,
        {key: known.get(key) for key in ("base", "epsilon", "scaling")},
        residual if not isinstance(residual, str) else f"{data['family']}: {residual}",
    )
