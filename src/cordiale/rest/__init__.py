"""Answer programs over HTTP, under `/api/v1`: everything a person can do at the desk, as that person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordiale.rest.app import application as application

__all__ = ["application"]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in __all__:
        raise AttributeError(name)
    return getattr(importlib.import_module("cordiale.rest.app"), name)
