"""Copy a store while it is in use, and put a copy back."""

from __future__ import annotations

from pathlib import Path

from cordiale.store.connection import Store


def backup(store: Store, target: Path, when: int) -> Path:
    """Write a checked copy into a new folder and return it."""
    raise NotImplementedError


def restore(folder: Path, url: str) -> None:
    """Fill an empty store from a copy; raises IntegrityError when the copy is damaged."""
    raise NotImplementedError


def check(store: Store) -> list[str]:
    """Return what the database finds wrong with itself, nothing when sound."""
    raise NotImplementedError


def scrub(store: Store) -> None:
    """Rewrite what still could hold bytes of purged versions: index segments, free pages, log."""
    raise NotImplementedError
