"""Make a node folder."""

from __future__ import annotations

from pathlib import Path


def init(
    path: Path,
    *,
    name: str,
    nation: str,
    organisation: str = "",
    listen: str = "127.0.0.1:8470",
    url: str | None = None,
    language: str = "en",
) -> Path:
    """Create the folder with its configuration, keys and empty store; return its path.

    Raises Conflict when a node is already there and ConfigurationError when a value is unusable.
    """
    raise NotImplementedError
