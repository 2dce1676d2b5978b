"""Answers on standard output: one JSON object, or words and tables for a person."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cordiale.cli.session import current, interactive
from cordiale.cli.tree import tr
from cordiale.platform.languages import _

_KEPT = "\n\u00a0\u202f"


def emit(value: Any, words: Callable[[], str | None]) -> None:
    """Write an answer: `value` as JSON under --json, else what `words` returns."""
    if current().json:
        import msgspec

        if not isinstance(value, dict):
            value = msgspec.to_builtins(value)
        sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    else:
        said = words()
        if said:
            sys.stdout.write(said.rstrip("\n") + "\n")
    sys.stdout.flush()


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out rows under headings as wide as the terminal allows."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    laid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        laid.add_column(column, overflow="fold")
    for row in rows:
        # Text, not str: content from outside is never read as markup
        laid.add_row(*(Text(printable(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 160, no_color=not sys.stdout.isatty())
    with console.capture() as captured:
        console.print(laid)
    lines = (line.rstrip() for line in captured.get().splitlines())
    return "\n".join(lines)


def printable(words: str) -> str:
    """Show control characters of content instead of sending them to the terminal.

    French is written with no-break spaces, which Python counts among what cannot be printed: they stay.
    """
    return "".join(c if c.isprintable() or c in _KEPT else f"\\u{{{ord(c):x}}}" for c in words)


def when(instant: int | None) -> str:
    """Write an instant to the second, or a dash."""
    if instant is None:
        return "–"
    from cordiale.platform.clock import format_instant

    return format_instant(instant)[:19].replace("T", " ") + " UTC"


def count(n: int, one: tuple[str, str]) -> str:
    """Write a counted noun in the language of this session."""
    from cordiale.platform.languages import ntext

    return ntext(current().lang, one[0], one[1], n)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """Draw progress on standard error while a person watches; yields `report(done, total)`."""
    if not interactive():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def yes(question: str) -> bool:
    """Ask a person; no without a terminal, so that a script must say --yes."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(question + " " + tr(_("[y/N] ")))
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes", "o", "oui")
