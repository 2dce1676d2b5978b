"""What a pattern looks for, in words, as a list of lines that stand in each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from cordiale.platform.languages import _, instant, number, text
from cordiale.stix.patterns import tree
from cordiale.stix.patterns.writing import path

MOST: Final = 200
"""Lines that say what a pattern looks for; a longer one is cut with a count of what was left out."""

_SHOWN: Final = 120
_LISTED: Final = 20

_SAID: Final = {
    "=": (_("{path} is {value}"), _("{path} is not {value}")),
    "!=": (_("{path} is not {value}"), _("{path} is {value}")),
    "<": (_("{path} is below {value}"), _("{path} is not below {value}")),
    "<=": (_("{path} is {value} or below"), _("{path} is not {value} and not below")),
    ">": (_("{path} is above {value}"), _("{path} is not above {value}")),
    ">=": (_("{path} is {value} or above"), _("{path} is not {value} and not above")),
    "IN": (_("{path} is one of {value}"), _("{path} is none of {value}")),
    "LIKE": (_("{path} has the form {value} (`%` stands for any characters, _ for one)"), _("{path} does not have the form {value} (`%` stands for any characters, _ for one)")),
    "MATCHES": (_("in {path} the expression {value} is found"), _("in {path} the expression {value} is not found")),
    "ISSUBSET": (_("{path} lies in the network {value}"), _("{path} does not lie in the network {value}")),
    "ISSUPERSET": (_("{path} is a network that holds {value}"), _("{path} is no network that holds {value}")),
    "EXISTS": (_("there is a {path}"), _("there is no {path}")),
}  # fmt: skip


class Line(NamedTuple):
    """One line: how deep it stands, and what it says."""

    depth: int
    said: str


def words(pattern: tree.Pattern, lang: str) -> list[Line]:
    """Say in a language what a pattern looks for."""
    lines: list[Line] = []
    left = 0
    for line in _observation(pattern.observation, 0, lang):
        if len(lines) < MOST:
            lines.append(line)
        else:
            left += 1
    if left:
        lines.append(Line(0, text(lang, _("… and {n} lines more"), n=number(lang, left))))
    return lines


def _observation(node: tree.Observation, depth: int, lang: str) -> Iterator[Line]:
    match node:
        case tree.Observed(expression=inner):
            yield Line(depth, text(lang, _("one observation, in which for one object:")))
            yield from _expression(inner, depth + 1, lang)
        case tree.Together(operands=operands):
            yield Line(depth, text(lang, _("all of these, each an observation of its own:")))
            yield from _several(operands, depth, lang)
        case tree.Either(operands=operands):
            yield Line(depth, text(lang, _("one of these:")))
            yield from _several(operands, depth, lang)
        case tree.Sequence(operands=operands):
            yield Line(depth, text(lang, _("these, one after the other:")))
            yield from _several(operands, depth, lang)
        case tree.Repeats(observation=inner, times=times):
            yield Line(
                depth, text(lang, _("{n} times, by observations of their own:"), n=number(lang, times))
            )
            yield from _observation(inner, depth + 1, lang)
        case tree.Within(observation=inner, seconds=seconds):
            yield Line(depth, text(lang, _("all of it within {n} seconds:"), n=number(lang, seconds)))
            yield from _observation(inner, depth + 1, lang)
        case tree.During(observation=inner, start=start, stop=stop):
            when = {"start": instant(lang, start.instant), "stop": instant(lang, stop.instant)}
            yield Line(depth, text(lang, _("all of it from {start} and before {stop}:"), **when))
            yield from _observation(inner, depth + 1, lang)


def _several(operands: tuple[tree.Observation, ...], depth: int, lang: str) -> Iterator[Line]:
    for one in operands:
        yield from _observation(one, depth + 1, lang)


def _expression(node: tree.Expression, depth: int, lang: str) -> Iterator[Line]:
    if isinstance(node, tree.Comparison):
        yield Line(depth, _comparison(node, lang))
        return
    every = isinstance(node, tree.All)
    yield Line(depth, text(lang, _("all of this holds:")) if every else text(lang, _("one of this holds:")))
    for one in node.operands:
        yield from _expression(one, depth + 1, lang)


def _comparison(node: tree.Comparison, lang: str) -> str:
    said = _SAID[node.operator][node.negated]
    values = [_constant(value, lang) for value in node.values[:_LISTED]]
    if len(node.values) > _LISTED:
        values.append(text(lang, _("… ({n} more)"), n=number(lang, len(node.values) - _LISTED)))
    return text(lang, said, path=path(node.path), value=", ".join(values) or "()")


def _constant(value: tree.Constant, lang: str) -> str:
    match value:
        case bool():
            return text(lang, _("true")) if value else text(lang, _("false"))
        case int() | float():
            return str(value)  # ports and sizes as they are written, in any language
        case tree.Moment(written=written):
            return written
        case tree.Hex(data=data) | tree.Binary(data=data):
            return text(lang, _("the octets {hex}"), hex=_short(data.hex(" ")))
        case _:
            return text(lang, _("“{words}”"), words=_short(str(value)))


def _short(said: str) -> str:
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"
