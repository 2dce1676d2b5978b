"""Spans of the node's work for OpenTelemetry, when asked for; never the content of an object, nor an error's words.

Nothing of OpenTelemetry is loaded here: `install` is given a tracer, and without one a span costs a comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from cordiale.platform.errors import CordialeError

ALLOWED: Final = frozenset({"partner", "n", "state", "status", "way"})
"""What a span may say beside its name: names of partners as configured, numbers, and words of our own."""

LONGEST: Final = 100

_installed: list[Any] = []


def install(tracer: Any) -> None:
    """Give spans to this tracer from now on; None ends that."""
    _installed[:] = [] if tracer is None else [tracer]


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[dict[str, str | int]]:
    """Trace a block of work; what is put into the yielded dictionary is said at its end.

    Of an error its code is said, or its class where it has none; other attributes than `ALLOWED` are left out.
    """
    said: dict[str, str | int] = dict(attributes)
    if not _installed:
        yield said
        return
    with _installed[0].start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield said
        except BaseException as error:
            made.set_attribute(
                "error.type", error.code if isinstance(error, CordialeError) else type(error).__name__
            )
            raise
        finally:
            for key, value in said.items():
                if key in ALLOWED:
                    made.set_attribute(
                        f"cordiale.{key}", value[:LONGEST] if isinstance(value, str) else value
                    )
