"""Sweeps: claims × shapes × seeds × number formats, over any `concurrent.futures` executor.

    plan.yaml ──▶ cells ──▶ chunks ──▶ executor ──▶ records ──▶ NDJSON file ──▶ outcomes
     (plan)                 (chunks)   (execution)   (work)      (ledger)        (summary)

A chunk names its batches in full, so whoever computes it gets the same record, and computing it
twice does no harm; the one process that writes the file counts each chunk once.

A cell is one claim, shape, seed and format. A chunk is some batches of a cell and says in full
what is to be computed, with the fingerprint of the harness that asks; so whoever computes it gets
the same record, and computing it twice does no harm. Chunks are made as they are needed, a
bounded number is under way, and one process alone writes the file and counts: memory does not
grow with the number of instances. The processes are those that engines run in: a chunk that kills
its own, or takes too long, is found, and no other is lost.

The file has a header (plan, fingerprints), a record a chunk, and a footer; each line ends with a
digest of all text so far, so that damage is told by its line. Without a footer it was cut short:
resuming cuts off a half-written line and goes on; another plan, other specifications or another
harness are refused. Chunks that failed are tried again.
"""
