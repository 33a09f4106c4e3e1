"""Whether hypotheses contradict each other: then whatever is claimed of them follows."""

from __future__ import annotations

from harness.claims.model import Claim, Library
from harness.symbolic import words as w
from harness.symbolic.prove import prover as prover_of
from harness.symbolic.rewriting import Rewriter


def contradiction(claim: Claim, library: Library) -> str:
    """Why nothing meets the hypotheses, or nothing but what has no entry; empty if not known."""
    prover = prover_of(claim, library.definitions)
    for completion, order in prover.completions():
        for relation in prover.relations:
            # By the others: what it says by itself may be undone before it meets them.
            others = [r for r in completion.rules if relation.source not in r.source.split(", ")]
            try:
                normal, _ = Rewriter(others, order).reduce(relation.difference)
            except w.BudgetSpent:
                continue
            if normal in (w.ONE, w.scale(-1, w.ONE)):
                is_plain = not any(h.equation.parameters for h in claim.hypotheses)
                where = "" if is_plain and relation.is_scalar else ", unless something is empty"
                return f"Nothing meets the hypotheses{where}: by them 1 = 0."
    return ""
