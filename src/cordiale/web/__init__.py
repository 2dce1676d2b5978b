"""Show an opened node to people in a browser, and answer partners beside it on the same port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordiale.web.app import app as app
    from cordiale.web.serve import serve as serve

__all__ = ["app", "serve"]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in __all__:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"cordiale.web.{name}"), name)
