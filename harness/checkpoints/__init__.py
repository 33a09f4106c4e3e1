"""Checkpoints: whether two are one model in another frame, and how one becomes the other.

    files ──reading──▶ tensors ──layout, by a family──▶ heads ──carries──▶ findings ──▶ report
                                                        ▲  │
                                                recipe ─┘  └──fold──▶ files, verified

No program is run and PyTorch is not needed; a model is known by its files alone.
"""
