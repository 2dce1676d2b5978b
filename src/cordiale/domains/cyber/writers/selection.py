"""Choose what of the indicators somebody may read goes into a file: valid, sure enough, and allowed to be used so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from cordiale.domains.cyber.attack.objects import listed
from cordiale.domains.cyber.indicators.held import Held
from cordiale.domains.cyber.values import of_pattern
from cordiale.domains.cyber.writers.line import Line, Rule
from cordiale.platform.clock import Instant
from cordiale.stix.patterns import PatternError, equalities, parse

Use = str
"""What a file is for: `block` acts on traffic, `network` watches it, `logs` looks at what is recorded, `data` is read by people."""

ALLOWED: Final[Mapping[str, frozenset[Use]]] = {
    "clear": frozenset(("block", "network", "logs", "data")),
    "green": frozenset(("block", "network", "logs", "data")),
    "amber": frozenset(("network", "logs", "data")),
    "red": frozenset(("logs", "data")),
}
"""Uses by the Permissible Actions Protocol (MISP taxonomy `PAP`, version 3).

GREEN: "block incoming/outgoing traffic" is allowed; AMBER: passive cross checks; RED: "only passive actions on logs", nothing
on the network. What has no PAP may be used in every way.
"""

_ORDER: Final = ("clear", "green", "amber", "red")
_LABEL = re.compile(r"pap:(clear|white|green|amber|red)", re.IGNORECASE).fullmatch
_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?").fullmatch
REFERENCES: Final = 5
KNOWN: Final = 1 << 16
"""Patterns whose values are remembered: a feed is fetched again and again."""

_AGENT = re.compile(
    r"\[\s*network-traffic:extensions\.'http-request-ext'\.request_header\.'User-Agent'\s*=\s*'((?:[^'\\]|\\.)*+)'\s*\]",
    re.DOTALL,
).fullmatch
"""A user agent as MISP's are written: no observable has it for its value, so it is none of the patterns' kinds."""

Warned = Callable[[str, str], bool]
"""Tells whether a list of false positives holds a value of a kind."""
Decayed = Callable[[Held, Instant], bool]
"""Tells whether an indicator is too long unconfirmed to be acted on at an instant."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a format takes: kinds of values, the language of rules it carries as they are, and what it is used for."""

    kinds: frozenset[str]
    rules: frozenset[str] = frozenset()
    use: Use = "data"
    confidence: int = 0


class Chosen(msgspec.Struct, kw_only=True):
    """What goes into a file, in a stable order, and why the rest does not: counts of what the reader may read alone.

    `until` is when the first of what was read ends or begins to be valid.
    """

    lines: list[Line]
    rules: list[Rule]
    left: Counter[str]
    until: Instant | None = None

    @property
    def markings(self) -> list[frozenset[str]]:
        """Return the marking of each entry."""
        return [
            *(frozenset(one.marking) for one in self.lines),
            *(frozenset(one.marking) for one in self.rules),
        ]


def chosen(
    held: Iterable[Held],
    wanted: Wanted,
    now: Instant,
    *,
    warned: Warned | None = None,
    decayed: Decayed | None = None,
) -> Chosen:
    """Return the values and rules of indicators that a format takes, sorted; each value once for each indicator.

    Of a value that somebody readable states more strictly, the strictest PAP governs: blocking it would show the same hand.
    """
    left: Counter[str] = Counter()
    lines: list[Line] = []
    rules: list[Rule] = []
    kept_back: set[tuple[str, str]] = set()
    turns: set[Instant] = set()
    for one in held:
        turns.update(at for at in (one.valid_from, one.valid_until) if at is not None and at > now)
        foreign = one.pattern_type != "stix"
        if foreign and one.pattern_type not in wanted.rules:
            left["shape"] += 1
            continue
        values = [] if foreign else values_of(one)
        allowed, ended = wanted.use in ALLOWED[pap_of(one)], _left(one, wanted, now)
        if not allowed and ended not in ("revoked", "expired"):
            kept_back.update(values)
        reason = ended or ("" if allowed else "pap")
        found = [] if foreign else [(kind, value) for kind, value in values if kind in wanted.kinds]
        if not reason and not foreign and not found:
            reason = "shape"
        # last, since it may have to ask who saw it
        if not reason and decayed is not None and wanted.use != "data" and decayed(one, now):
            reason = "decayed"
        if reason:
            left[reason] += 1
            continue
        if foreign:
            rules.append(_rule(one))
        for kind, value in found:
            if warned is not None and warned(kind, value):
                left["warned"] += 1
            else:
                lines.append(_line(one, kind, value))
    sure = [one for one in lines if (one.kind, one.value) not in kept_back]
    if len(sure) < len(lines):
        left["pap"] += len(lines) - len(sure)
    return Chosen(
        lines=sorted(sure, key=lambda one: (one.kind, one.value, -(one.confidence or 0), one.id, one.source)),
        rules=sorted(rules, key=lambda one: (one.language, one.name, one.id)),
        left=left,
        until=min(turns, default=None),
    )


def values_of(one: Held) -> list[tuple[str, str]]:
    """Return the values that an indicator says by equality alone, none where it says more than values."""
    return list(_values_of(one.pattern))


@lru_cache(maxsize=KNOWN)
def _values_of(pattern: str) -> tuple[tuple[str, str], ...]:
    agent = _AGENT(pattern.strip())
    if agent is not None:
        return (("user-agent", re.sub(r"\\(.)", r"\1", agent[1], flags=re.DOTALL)),)
    try:
        found = equalities(parse(pattern))
    except PatternError:
        return ()
    return tuple(dict.fromkeys(of_pattern(kind, value) for kind, value in found or ()))


def pap_of(one: Held) -> str:
    """Return the strictest PAP that governs an indicator, by its marking or by a label; `clear` for none."""
    found = [atom[4:] for atom in one.marking if atom.startswith("pap:")]
    found += [match[1].lower() for label in one.labels if (match := _LABEL(label))]
    known = ["clear" if name == "white" else name for name in found]
    # what is none of the four is understood as the strictest
    return (
        max(known, key=lambda name: _ORDER.index(name) if name in _ORDER else 9)
        if known and all(name in _ORDER for name in known)
        else ("red" if known else "clear")
    )


def once(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield each value once: of several indicators of it, the surest, which stands first."""
    before = None
    for one in lines:
        if (one.kind, one.value) != before:
            yield one
        before = (one.kind, one.value)


def _left(one: Held, wanted: Wanted, now: Instant) -> str:
    if one.revoked:
        return "revoked"
    if one.valid_from is not None and one.valid_from > now:
        return "early"
    if one.valid_until is not None and one.valid_until <= now:
        return "expired"
    if wanted.confidence and (one.confidence or 0) < wanted.confidence:
        return "unsure"
    return ""


def _line(one: Held, kind: str, value: str) -> Line:
    references = [str(ref.get("url") or "") for ref in listed(one.value.get("external_references"))]
    return Line(
        id=one.id,
        kind=kind,
        value=value,
        name=one.name,
        description=str(one.value.get("description") or ""),
        confidence=one.confidence,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        modified=one.modified,
        source=one.source,
        marking=tuple(sorted(one.marking)),
        references=tuple(url for url in references if url.startswith(("http://", "https://")))[:REFERENCES],
        techniques=techniques(one.value),
    )


def _rule(one: Held) -> Rule:
    return Rule(
        id=one.id,
        language=one.pattern_type,
        text=one.pattern,
        name=one.name,
        modified=one.modified,
        marking=tuple(sorted(one.marking)),
    )


def techniques(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the codes of ATT&CK that an object's external references name ("T1059.001")."""
    codes = [str(ref.get("external_id") or "") for ref in listed(value.get("external_references"))]
    return tuple(dict.fromkeys(code for code in codes if _TECHNIQUE(code)))
