"""Whether two checkpoints are one model in another frame, from their files alone.

Head by head: keys and queries by one complex number for each pair that RoPE rotates and one matrix
for the coordinates that it leaves alone, so that what fits commutes with every Θ(p); the same
number, inverted, on the queries of the group; values by a matrix that the output projection undoes;
norms and gates as their family has them. Everything else must be equal bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.checkpoints import following, others
from harness.checkpoints.both import Both
from harness.checkpoints.findings import Fault, Report
from harness.checkpoints.scores import Scores
from harness.checkpoints.sides import Side
from harness.checkpoints.tensors import fault
from harness.checkpoints.values import Values
from harness.checkpoints.working import each
from harness.numeric.threads import one_thread

Say = Callable[[int, int], None]
"""Told how many bytes are done, of how many."""


def verify(old: Side, new: Side, say: Say = lambda done, total: None) -> Report:
    """Compare two checkpoints. Raises `InputError` for what cannot be read or changes meanwhile."""
    model = new.model
    report = Report(
        str(old.path), str(new.path), model.family, model.claims, model.lacks, model.context
    )
    if len(old.model.layers) != len(model.layers):
        message = f"expected {len(old.model.layers)} layers, found {len(model.layers)}"
        report.faults.append(Fault("config", message))
        return report
    pairs = {layer.pairs for layer in model.layers}
    if old.model.family == model.family and pairs != {layer.pairs for layer in old.model.layers}:
        report.layout = " and ".join(sorted(pairs))
    total = sum(t.nbytes for t in old.checkpoint.tensors.values())
    done = 0
    if framed := following.frames(old, new, report):
        old, new = framed
    others.compare_configs(old, new, report)
    others.compare_files(old, new, report)
    for mine, theirs in zip(old.model.layers, model.layers, strict=True):
        with one_thread():
            _look(Both(old, new, mine, theirs, report))
        done += sum(
            old.tensor(name).nbytes for name in old.used if name.startswith(f"{mine.prefix}.")
        )
        old.leave_layer()
        new.leave_layer()
        say(done, total)
    if framed:
        for size in following.follow(*framed, report):
            done += size
            say(done, total)
    for size in others.compare_rest(old, new, report):
        done += size
        say(done, total)
    for side in (old, new):
        side.checkpoint.require_unchanged()
    return report


def _look(both: Both) -> None:
    """At one layer, whose tensors are read first: several heads have one in common."""
    held = [
        (side, name)
        for side, layer in both.sides
        for name in sorted(side.used)
        if name.startswith(f"{layer.prefix}.")
    ]
    each(lambda one: one[0].array(one[1]), held)
    for meeting, twin in zip(both.mine.scores, both.theirs.scores, strict=True):
        if meeting.rotated != twin.rotated:
            raise fault(both.new.path, "rotates another number of coordinates")
        Scores(both, meeting).look()
    Values(both).look()
    _kept(both)


def _kept(both: Both) -> None:
    """Rows in a tensor of attention that nothing may turn."""
    mine = both.mine
    known = {role for meeting in mine.scores for role in (meeting.query, meeting.key)}
    known |= {mine.value, mine.gate or "", *sum(mine.made_of.values(), ())}
    for role in sorted({role for layout in mine.rows.values() for role in layout} - known):
        for one, other in zip(*both.units(role), strict=True):
            if not np.array_equal(both.old.rows(one), both.new.rows(other)):
                what = "differs, and nothing is known that may turn it"
                where = f"layer {mine.number}, {role}"
                both.report.faults.append(Fault(where, what, "", mine.number))
