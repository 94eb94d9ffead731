"""The interpreter, set so that who waits for an answer waits for nothing else.

Both are measured with ``benchmarks/media_signalling.py``; docs/decisions/016.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

_SWITCH_S: Final = 0.0005
"""CPython's 5 ms is as long as a command may take altogether: a thread that commits to the
database keeps the event loop from its work for so long, however little there is to do"""


def prefer_the_loop() -> None:
    """Threads give way to each other often."""
    sys.setswitchinterval(_SWITCH_S)


def settle_heap() -> None:
    """What is there when the server is ready stays until it ends: collections that look through
    all of it hold everybody up for a tenth of a second."""
    gc.collect()
    gc.freeze()
