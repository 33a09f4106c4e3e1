"""How many threads libraries start in each of several processes."""

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The processes share the cores, and small matrices gain nothing by threads.

Libraries read these variables when they are loaded.
"""
