"""What a fold costs, as the rows of a table."""

from __future__ import annotations

from harness.claims.model import Claim, Library
from harness.folds.model import Cost, CostRow


def cost(claim: Claim, library: Library) -> Cost:
    """The table of `claim`. Raises `harness.cost.counts.Uncountable` where it is about no fold."""
    from harness.cost.counts import Counts, shown
    from harness.cost.fold import fold_cost

    found = fold_cost(claim, library)

    def row(what: str, parameters: str, counts: Counts) -> CostRow:
        calls = (f"{name}: {shown(times)}" for name, times in sorted(counts.calls.items()))
        return CostRow(
            what,
            parameters,
            shown(counts.multiplications),
            shown(counts.additions),
            shown(counts.divisions),
            ", ".join(calls),
        )

    before, after = shown(found.parameters_before), shown(found.parameters_after)
    return Cost(
        (
            row("one output, before", before, found.before),
            row("one output, folded", after, found.after),
            row("not folded: applied at run time, more by", "", found.unfolded - found.before),
            row("the fold itself, once", "", found.once),
        ),
        found.is_free,
        tuple(item.name for item in found.folded),
        found.inputs,
    )
