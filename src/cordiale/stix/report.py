"""Where checks put what they find about one object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.platform.languages import _
from cordiale.stix.problem import Problem

_SHOWN = 80  # characters of a wrong value that a message repeats


class Report:
    """Collect the problems of one object while it is checked."""

    __slots__ = ("object_id", "problems", "root")

    def __init__(self, root: Mapping[str, Any]) -> None:
        identifier = root.get("id")
        self.root = root
        self.object_id = identifier if type(identifier) is str else ""
        self.problems: list[Problem] = []

    def error(self, path: str, code: str, message_id: str, **params: object) -> None:
        """Add a fault that sets the object aside."""
        self.problems.append(Problem("error", self.object_id, path, code, message_id, _shown(params)))

    def warning(self, path: str, code: str, message_id: str, **params: object) -> None:
        """Add something worth saying about an object that is kept."""
        self.problems.append(Problem("warning", self.object_id, path, code, message_id, _shown(params)))


def _shown(params: Mapping[str, object]) -> dict[str, str]:
    """Write parameters as text, and cut short what the object itself brought."""
    return {name: str(value)[:_SHOWN] if name == "found" else str(value) for name, value in params.items()}


_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "list", dict: "object"}


def named(value: Any) -> str:
    """Name the JSON type of a value as messages do."""
    return _NAMES.get(type(value), "null")


def wrong_type(value: Any, path: str, expected: str, report: Report) -> None:
    """Report a value of the wrong JSON type."""
    report.error(
        path, "type", _("Expected {expected}, found {found}. Correct the value."),
        expected=expected, found=named(value),
    )  # fmt: skip


def at(path: str, name: str) -> str:
    """Return where a property stands: its name under a path, "" for the object itself."""
    return f"{path}.{name}" if path else name


def together(path: str, name: str, other: str, report: Report) -> None:
    """Report a property that needs another beside it."""
    report.error(at(path, name), "needs", _("{name} needs {other} beside it."), name=name, other=other)


def missing(path: str, name: str, report: Report) -> None:
    """Report a required property that is not there."""
    report.error(path, "required", _("The required property {name} is missing."), name=name)


def none_of(path: str, names: tuple[str, ...], report: Report) -> None:
    """Report that none of several properties is there."""
    report.error(
        path, "at-least-one", _("At least one of these must be there: {names}."), names=", ".join(names)
    )
