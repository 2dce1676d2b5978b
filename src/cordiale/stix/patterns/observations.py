"""Observations as patterns see them: an observed-data object with the observables that belong to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.languages import _
from cordiale.stix.instants import instant_of
from cordiale.stix.limits import DEFAULT_LIMITS
from cordiale.stix.meta import SMOS
from cordiale.stix.sdo import SDOS
from cordiale.stix.sro import SROS

_NOT_OBSERVED = frozenset((*SDOS, *SROS, *SMOS, "bundle"))
"""Types that no path of a pattern can begin with."""

_MOST_OBJECTS = 100_000


class Observation(msgspec.Struct, frozen=True):
    """Observables seen together, when first and last, and how many times.

    `objects` are the observables by id (STIX 2.1) or by their key in the object (2.0); references are followed in it alone.
    """

    id: str
    first: Instant
    last: Instant
    objects: Mapping[str, Mapping[str, Any]]
    number: int = 1


class Unusable(NamedTuple):
    """An observed-data object that no pattern can be tried on, and why."""

    id: str
    message_id: str


def observations(objects: Iterable[Any]) -> tuple[list[Observation], list[Unusable]]:
    """Return the observations among decoded objects, bundles opened, in their order; and what cannot be used.

    Observed data of STIX 2.1 refers to observables among the same objects, that of 2.0 has them inside.
    """
    observed: list[Mapping[str, Any]] = []
    held: dict[str, Mapping[str, Any]] = {}
    waiting = [iter(objects)]
    while waiting:
        value = next(waiting[-1], waiting)
        if value is waiting:
            waiting.pop()
            continue
        if not isinstance(value, Mapping):
            continue
        kind, identifier = value.get("type"), value.get("id")
        if kind == "bundle":
            inner = value.get("objects")
            if isinstance(inner, list) and len(waiting) < DEFAULT_LIMITS.depth:
                waiting.append(iter(inner))
        elif kind == "observed-data":
            observed.append(value)
        elif isinstance(identifier, str):
            held[identifier] = value
    found: list[Observation] = []
    unusable: list[Unusable] = []
    for value in observed:
        made = observation(value, held)
        if isinstance(made, Observation):
            found.append(made)
        else:
            unusable.append(made)
    return found, unusable


def observation(
    value: Mapping[str, Any], held: Mapping[str, Mapping[str, Any]] = {}
) -> Observation | Unusable:
    """Return one observed-data object as an observation; `held` are the observables it may refer to."""
    identifier = value.get("id")
    identifier = identifier if isinstance(identifier, str) else ""
    first, last, number = (
        _moment(value, "first_observed"),
        _moment(value, "last_observed"),
        value.get("number_observed"),
    )
    if first is None or last is None or last < first:
        return Unusable(
            identifier,
            _("It does not say when it was first and last observed. Add first_observed and last_observed."),
        )
    if type(number) is not int or number < 1:
        return Unusable(
            identifier, _("It does not say how many times it was observed. Add number_observed, 1 or more.")
        )
    inside, listed = value.get("objects"), value.get("object_refs")
    if not isinstance(inside, Mapping) and not isinstance(listed, list):
        return Unusable(identifier, _("It has no observables. Add object_refs and the objects they name."))
    seen = {}
    if isinstance(inside, Mapping):
        seen = {str(key): one for key, one in inside.items() if _is_typed(one)}
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, str) and _is_typed(held.get(one)):
            seen[one] = held[one]
    if len(seen) > _MOST_OBJECTS:
        return Unusable(identifier, _("It has more observables than patterns are tried on. Split it."))
    return Observation(identifier, first, last, seen, number)


def _is_typed(one: Any) -> bool:
    return isinstance(one, Mapping) and isinstance(one.get("type"), str)


def _moment(value: Mapping[str, Any], name: str) -> Instant | None:
    written = value.get(name)
    return instant_of(written) if isinstance(written, str) else None


def begins(kind: str) -> bool:
    """Tell whether a path can begin at an object of this type."""
    return kind not in _NOT_OBSERVED
