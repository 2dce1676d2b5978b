"""The composition root: opens a node from its folder and wires the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordiale.node.initialise import init as init
    from cordiale.node.node import Node as Node
    from cordiale.node.opening import open_node as open_node

__all__ = ["Node", "init", "open_node"]


def __getattr__(name: str) -> Any:
    import importlib

    modules = {"Node": "node", "init": "initialise", "open_node": "opening"}
    if name not in modules:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"cordiale.node.{modules[name]}"), name)
