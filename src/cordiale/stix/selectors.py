"""Granular selectors (STIX 2.1 section 7.2.3): paths that select a part of an object."""

from __future__ import annotations

import re
from typing import Any

_part = re.compile(r"\[(0|[1-9][0-9]{0,8})\]|[A-Za-z0-9_-]{1,250}").fullmatch


def parse(selector: str) -> tuple[str | int, ...] | None:
    """Return the steps of a selector, names and list positions, None when its syntax is wrong."""
    steps: list[str | int] = []
    for part in selector.split("."):
        match = _part(part)
        if match is None:
            return None
        steps.append(int(match[1]) if match[1] is not None else part)
    return tuple(steps) if type(steps[0]) is str else None


def resolves(value: Any, steps: tuple[str | int, ...]) -> bool:
    """Tell whether these steps lead to something that is there."""
    node = value
    for step in steps:
        if type(step) is int:
            if type(node) is not list or step >= len(node):
                return False
            node = node[step]
        elif type(node) is dict and step in node:
            node = node[step]
        else:
            return False
    return True


def covers(selector: str, path: str) -> bool:
    """Tell whether what a selector selects includes the value at a path."""
    return path == selector or path.startswith(selector + ".")


def touches(selector: str, path: str) -> bool:
    """Tell whether a selector selects any of the value at a path: the whole, a part, or more."""
    return covers(selector, path) or covers(path, selector)
