"""Hold the cycle collector back while a large batch of values that cannot form cycles is made."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_turn = threading.Lock()
_holding = 0
_was_on = False


@contextmanager
def held_back() -> Iterator[None]:
    """Keep the collector from running until the block ends, in every thread.

    Each of its passes walks every value of the batch, and finds nothing: a third of an import's time went there
    (bench/notes/import.md). Memory is still freed by counting references.
    """
    global _holding, _was_on
    with _turn:
        if _holding == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _holding += 1
    try:
        yield
    finally:
        with _turn:
            _holding -= 1
            if _holding == 0 and _was_on:
                gc.enable()


_MADE: Final = 5_000
"""Values that may form cycles, made and not yet freed, between two passes over the youngest; Python's own choice is 700."""


def settle() -> None:
    """Take what a program has loaded out of every later pass of the collector, and let it pass less often.

    For a server once it answers: a whole pass walks all modules, templates and tables that will be there until the end, some 60
    ms in the middle of somebody's page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE, 20, 20)
