"""Sweeps: claims × shapes × seeds × number formats, over any `concurrent.futures` executor.

    plan.yaml ──▶ cells ──▶ chunks ──▶ executor ──▶ records ──▶ NDJSON file ──▶ outcomes
     (plan)                 (chunks)   (execution)   (work)      (ledger)        (summary)

A chunk names its batches in full, so whoever computes it gets the same record, and computing it
twice does no harm; the one process that writes the file counts each chunk once.
"""
