"""Imported first: keeps numpy's BLAS to one thread.

Beside other work its threads spin waiting for each other: embedding 100 sentences took 5.5
processor seconds on two threads and 1.3 on one. The speech engine has threads of its own.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
