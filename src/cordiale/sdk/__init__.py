"""Ask another node over its REST interface: the types that go over the wire, and a client that knows them.

`from cordiale.sdk import connect` is all that a script or a notebook needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordiale.sdk.client import Client as Client
    from cordiale.sdk.client import connect as connect

__all__ = ["Client", "connect"]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in __all__:
        raise AttributeError(name)
    return getattr(importlib.import_module("cordiale.sdk.client"), name)
