"""Lists that are read page by page while somebody goes through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from cordiale.sdk.looks import table

V_co = TypeVar("V_co", covariant=True)

SHOWN = 20
"""Rows that a notebook shows of a list."""


class Page(Protocol[V_co]):
    """One page of a list: what is on it, and where the next one begins."""

    @property
    def items(self) -> Sequence[V_co]:
        """Return what is on the page."""

    @property
    def next(self) -> str | None:
        """Return where the next page begins, None at the end."""


class Lazy(Generic[V_co]):
    """A list of which each page is asked for when it is reached; every walk through it begins anew.

    `first` and the rows that a notebook shows are kept, so that showing a list twice asks once.
    """

    def __init__(self, ask: Callable[[str | None], Page[V_co]]) -> None:
        self._ask = ask
        self._first: Page[V_co] | None = None

    @property
    def first(self) -> Page[V_co]:
        """Return the first page."""
        if self._first is None:
            self._first = self._ask(None)
        return self._first

    def pages(self) -> Iterator[Page[V_co]]:
        """Go through the pages."""
        page = self.first
        while True:
            yield page
            if page.next is None:
                return
            page = self._ask(page.next)

    def __iter__(self) -> Iterator[V_co]:
        for page in self.pages():
            yield from page.items

    def take(self, most: int) -> list[V_co]:
        """Return the first items, at most so many."""
        return list(islice(self, most))

    def _repr_html_(self) -> str:
        rows: list[Any] = list(self.first.items)[:SHOWN]
        more = len(self.first.items) > SHOWN or self.first.next is not None
        return table(rows) + ("<p>…</p>" if more else "")
