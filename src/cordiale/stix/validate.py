"""Say everything that is wrong with one STIX value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.stix.problem import Problem


def validate(value: Mapping[str, Any]) -> list[Problem]:
    """Return every error and warning about one decoded object, in property order."""
    raise NotImplementedError
