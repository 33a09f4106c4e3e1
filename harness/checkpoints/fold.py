"""Fold a recipe into a checkpoint: a new folder, whole and verified, or none.

The new files are made in a folder beside the new one. A file there is whole, since it got its name
when it was; so a run that was killed is gone on with, if it was the same, or begun anew. All of
them are on the disk before the folder gets its name. The old checkpoint is only read.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness.checkpoints.findings import Report
from harness.checkpoints.reading import INDEX, header_of, read_json
from harness.checkpoints.recipes import Recipe
from harness.checkpoints.sides import Side, open_side
from harness.checkpoints.stream import has_last_gains, untied
from harness.checkpoints.tensors import Checkpoint, Tensor, facts, fault
from harness.checkpoints.turning import Turning
from harness.checkpoints.verify import Say, verify
from harness.numeric.threads import one_thread

CERTIFICATE = "fold.json"
_JOB = ".job"
_ROOM = 1 << 24
_REPEATED = 0.02
"""How far other processors may find a residual from what is stored."""
_SIGNS = (".qweight", ".weight_packed", ".weight_scale_inv", ".weight_scale", ".scales", ".qzeros")


def fold(
    old: Path,
    new: Path,
    recipe: Recipe,
    family: Path | None = None,
    say: Say = lambda done, total: None,
    claims: Callable[[tuple[str, ...]], Any] = lambda names: [],
) -> Report:
    """Fold `recipe` into the folder `old`; `new` is there afterwards if and only if it verifies.

    `claims` tells what is known of the claims that license it. Raises `InputError` for what cannot
    be folded, and `OSError` where it cannot be written.
    """
    if not old.is_dir():
        raise fault(old, "expected a folder with config.json and safetensors")
    if new.exists() or new.is_symlink():
        raise fault(new, "is there already; a fold writes a folder of its own")
    if old.resolve() in new.resolve().parents:
        raise fault(new, f"lies in {old}, which is only read; choose a folder elsewhere")
    side = open_side(old, family)
    for name in side.checkpoint.tensors:
        if name.endswith(_SIGNS):
            raise fault(old, f"{name} says that weights are packed or quantized; use the original")
    if "residual" in recipe.data and has_last_gains(side):
        side = untied(side)
    if not new.parent.is_dir():
        raise fault(new.parent, "there is no such folder")
    part = new.parent / f".{new.name}.part"
    job = _job(side.checkpoint, recipe)
    begun = part / _JOB
    if part.exists() and (not begun.is_file() or begun.read_text("utf-8") != job):
        shutil.rmtree(part)
    part.mkdir(exist_ok=True)
    begun.write_text(job, "utf-8")
    try:
        _require_room(side, old, part)
        with ThreadPoolExecutor(1) as disk:
            settled = _write(side, part, recipe, say, disk)
            _carry_over(side, old, part)
            written = open_side(part, family, recipe.data.get("layout"))
            report = verify(open_side(old, family), written, say)
        if report.exit_code == 0 and not (report.turned or report.frame):
            raise recipe.fault("", "turns nothing in this model")
        if report.exit_code == 0:
            certificate = _certificate(side, written, recipe, report, claims)
            for read in (side, written):  # since they were opened, digests included
                read.checkpoint.require_unchanged()
            _write_json(part / CERTIFICATE, certificate)
            for future in settled:
                future.result()
            for file in part.rglob("*"):
                if file.is_file():
                    _settle(file)
            begun.unlink()
            part.rename(new)
            report.new = str(new)
            return report
    except OSError:
        raise  # what is whole stays, to be gone on with
    except BaseException as error:
        if not isinstance(error, KeyboardInterrupt):
            shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(part)
    return report


def _job(old: Checkpoint, recipe: Recipe) -> str:
    """What tells one fold from another: the files, and the recipe with its numbers."""
    found = sha256(recipe.text.encode())
    for name, array in sorted(recipe.given.items()):
        found.update(name.encode() + array.tobytes())
    for file, seen in old.seen.items():
        found.update(f"{file.resolve()} {seen}\n".encode())
    return found.hexdigest()


def _added(side: Side, file: Path) -> list[Tensor]:
    """What a file is to hold beyond what it holds: a head that was the embeddings."""
    tensors = side.checkpoint.tensors.values()
    found = [tensor for tensor in tensors if tensor.file == file]
    header = header_of(file) if found else {}
    return [tensor for tensor in found if tensor.name not in header]


def _require_room(side: Side, old: Path, part: Path) -> None:
    needed = sum(f.stat().st_size for f in old.iterdir() if f.is_file()) + _ROOM
    needed += sum(t.nbytes for file in side.checkpoint.files for t in _added(side, file))
    there = sum(f.stat().st_size for f in part.iterdir() if f.is_file())
    free = shutil.disk_usage(part).free
    if needed - there > free:
        raise fault(part, f"needs {needed - there:,} bytes on this disk, which has {free:,}")


def _write_file(path: Path, write: Callable[[Any], Any]) -> None:
    """Write a file that has its name only when it is whole."""
    temporary = path.with_name(path.name + ".half")
    with temporary.open("wb") as stream:
        write(stream)
    temporary.replace(path)


def _settle(file: Path) -> None:
    """Wait until a file is on the disk. Raises `OSError`."""
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def _write_json(path: Path, data: Any) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    _write_file(path, lambda stream: stream.write(text.encode()))


def _write(side: Side, part: Path, recipe: Recipe, say: Say, disk: Executor) -> list[Future[None]]:
    """The files of weights. `disk` waits for each while others are made."""
    settled = []
    turning = Turning(side, recipe)
    total = sum(t.nbytes for t in side.checkpoint.tensors.values())
    done = 0
    for file in side.checkpoint.files:
        header = header_of(file)
        for new in _added(side, file):
            end = max(x["data_offsets"][1] for k, x in header.items() if k != "__metadata__")
            place = {"data_offsets": [end, end + new.nbytes]}
            header[new.name] = {"dtype": new.dtype, "shape": new.shape, **place}
        names = [name for name in header if name != "__metadata__"]
        names.sort(key=lambda name: header[name]["data_offsets"])
        held = [side.tensor(name) for name in names]
        if not (part / file.name).exists():
            text = json.dumps(header, separators=(",", ":")).encode()
            text += b" " * (-len(text) % 8)

            def write(
                stream: Any, text: bytes = text, held: list[Tensor] = held, size: int = done
            ) -> None:
                stream.write(len(text).to_bytes(8, "little") + text)
                with ThreadPoolExecutor(1) as pen:  # one is written while the next is turned
                    last: Future[None] | None = None
                    for tensor in held:
                        with one_thread():
                            folded = turning.folded(tensor)
                        if last:
                            last.result()
                            say(size, total)
                        last = pen.submit(_put, stream, tensor, folded)
                        size += tensor.nbytes
                    if last:
                        last.result()

            _write_file(part / file.name, write)
            settled.append(disk.submit(_settle, part / file.name))
        done += sum(tensor.nbytes for tensor in held)
        say(done, total)
    return settled


def _put(stream: Any, tensor: Tensor, folded: Any | None) -> None:
    """What was folded, or the tensor as it is; `verify` looks for what is not finite."""
    whole = None if folded is None else memoryview(folded.reshape(-1).view("u1"))
    for chunk in tensor.pieces() if whole is None else [whole]:
        stream.write(chunk)


def _carry_over(side: Side, old: Path, part: Path) -> None:
    """Tokenizers, the index and whatever else lies beside the weights; a new head is told of.

    All of it is copied anew: what a run that was killed left of it may be half of a file.
    """
    own = {CERTIFICATE, _JOB}
    for tensor in (new for file in side.checkpoint.files for new in _added(side, file)):
        config = {**side.checkpoint.config, "tie_word_embeddings": False}
        _write_json(part / "config.json", config)
        own |= {"config.json", INDEX}
        if (old / INDEX).is_file():
            index = read_json(old / INDEX)
            index["weight_map"][tensor.name] = tensor.file.name
            if isinstance(index.get("metadata"), dict) and "total_size" in index["metadata"]:
                index["metadata"]["total_size"] += tensor.nbytes
            _write_json(part / INDEX, index)
    for item in sorted(old.iterdir()):
        target = part / item.name
        if item.suffix == ".safetensors" or item.name in own:
            continue
        if item.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(item, target)
        else:
            before = facts(item)
            shutil.copyfile(item, target)
            if facts(item) != before:
                raise fault(item, "was changed while it was read")


def _certificate(
    side: Side,
    written: Side,
    recipe: Recipe,
    report: Report,
    claims: Callable[[tuple[str, ...]], Any],
) -> dict[str, Any]:
    import numpy as np

    from harness import __version__

    given = {name: sha256(a.tobytes()).hexdigest() for name, a in sorted(recipe.given.items())}
    found = report.to_json()
    for key in ("old", "new"):
        del found[key]
    return {
        "recipe": recipe.text,
        "given": given,
        "layout": recipe.data.get("layout"),
        "old": side.checkpoint.digests(),
        "new": written.checkpoint.digests(),
        "claims": claims(report.claims),
        "report": found,
        "versions": {
            "harness": __version__,
            "numpy": np.__version__,
            "python": sys.version.split()[0],
        },
    }


def check_certificate(
    old: Path,
    new: Path,
    family: Path | None = None,
    say: Say = lambda done, total: None,
    claims: Callable[[tuple[str, ...]], list[dict[str, Any]]] | None = None,
) -> tuple[Report, list[str]]:
    """Repeat what `fold.json` says from the files alone; what of it is not so is listed.

    Files are held to their digests, residuals to those that are stored, and claims, by `claims`, to
    the fingerprints of what they stated. Raises `InputError` where there is no certificate.
    """
    path = new / CERTIFICATE
    if not path.is_file():
        raise fault(path, "there is no certificate")
    said = read_json(path)
    faults = []
    layout = said.get("layout")
    pairs: Any = layout if layout in ("half-split", "interleaved") else None
    sides = open_side(old, family), open_side(new, family, pairs)
    for key, side in zip(("old", "new"), sides, strict=True):
        before = said.get(key)
        if not isinstance(before, dict):
            raise fault(path, f"expected {key!r}, the digests of files")
        found = side.checkpoint.digests()
        for name in sorted(set(before) | set(found)):
            if before.get(name) != found.get(name):
                faults.append(f"{side.path / name}: is not the file that the certificate speaks of")
    report = verify(*sides, say)
    faults += _unlike(path, said.get("report"), report)
    if claims is not None and said.get("claims") != (now := claims(report.claims)):
        names = ", ".join(str(claim["claim"]) for claim in now) or "none"
        faults.append(f"{path}: the claims are not those that there are now: {names}")
    return report, faults


def _unlike(path: Path, said: Any, report: Report) -> Iterator[str]:
    """Where the stored residuals are not those that were found."""
    found = report.to_json()
    for key, names in (("heads", ("layer", "role", "head")), ("streams", ("name",))):
        stored = said.get(key) if isinstance(said, dict) else None
        if not isinstance(stored, list) or not all(isinstance(item, dict) for item in stored):
            raise fault(path, f"expected `report.{key}`, a list of what was found")
        before = {tuple(map(item.get, names)): item for item in stored}
        after = {tuple(item[name] for name in names): item for item in found[key]}
        for which in sorted(before.keys() | after.keys(), key=str):
            one, other = (x.get(which, {}).get("residual") for x in (before, after))
            numbers = (int, float)
            is_near = (
                isinstance(one, numbers)
                and isinstance(other, numbers)
                and abs(one - other) <= _REPEATED
            )
            if not is_near:
                where = " ".join(map(str, which))
                yield f"{path}: the residual of {where} is said to be {one}, and is {other}"
