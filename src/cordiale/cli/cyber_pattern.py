"""`cordiale cyber pattern`: what a STIX pattern looks for, where it is wrong, and what it finds in observed data or a log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from cordiale.cli.cyber import app
from cordiale.cli.output import count, emit, printable, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.errors import CordialeError, InputError, explain
from cordiale.platform.languages import _, _n, text

if TYPE_CHECKING:
    from cordiale.stix.patterns.observations import Observation

_SHOWN = 20
_LONGEST = 4 << 20


class Said(msgspec.Struct, frozen=True):
    """A remark, or why something cannot be used: a code or an id, and the sentence."""

    code: str
    message: str


class Value(msgspec.Struct, frozen=True):
    """A value that the pattern alone looks for."""

    kind: str
    value: str


class Tried(msgspec.Struct, frozen=True):
    """What observed data says to a pattern: whether it matches (null: not known, `why` says), by which observations."""

    matched: bool | None
    observed: int
    observations: list[str]
    unusable: list[Said]
    why: str = ""


class Checked(msgspec.Struct, frozen=True):
    """A pattern that reads well."""

    pattern: str
    normal: str
    words: list[str]
    values: list[Value] | None
    remarks: list[Said]
    tried: Tried | None = None


@app.command(
    "pattern",
    cls=Command,
    help=tr(
        _(
            "Check a STIX pattern: say what it looks for, or where it is wrong. With --match, try it on observed data; with --log, on the records of a log."
        )
    ),
)
def pattern(
    given: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help=tr(_("The pattern, a file that holds it, or - for standard input."))
        ),
    ],
    match: Annotated[
        list[Path] | None,
        typer.Option("--match", metavar="FILE…", help=tr(_("Try it on the observed data in a STIX file."))),
    ] = None,
    log: Annotated[
        list[Path] | None,
        typer.Option(
            "--log",
            metavar="FILE…",
            help=tr(_("Try it on the records of a log, in any form that can be matched.")),
        ),
    ] = None,
    loose: Annotated[
        bool,
        typer.Option(
            "--loose",
            help=tr(
                _(
                    "Read it also as patterns are met in the field: keywords in any case, names with hyphens without apostrophes."
                )
            ),
        ),
    ] = False,
) -> None:
    """Check a pattern."""
    from cordiale.domains.cyber.patterns.words import words
    from cordiale.stix.patterns import PatternError, caret, equalities, normal, parse, parse_any, written
    from cordiale.stix.patterns.remarks import remarks

    if match and log:
        raise InputError("pattern-tried", _("Give --match or --log: observed data or a log, one at a time."))
    said = _given(given)
    try:
        read = (parse_any if loose else parse)(said)
    except PatternError as error:
        if not current().json:
            sys.stderr.write(caret(said, error) + "\n")
        raise
    lang = current().lang
    values = equalities(read)
    checked = Checked(
        written(read),
        written(normal(read)),
        ["  " * line.depth + line.said for line in words(read, lang)],
        None if values is None else [Value(kind, value) for kind, value in values],
        [Said(one.code, text(lang, one.message_id, **one.params)) for one in remarks(read)],
        _logged(read, log) if log else _tried(read, match) if match else None,
    )
    emit(checked, lambda: _words(checked))


def _given(given: str) -> str:
    if given == "-":
        return sys.stdin.read(_LONGEST).strip()
    if given[:1] not in ("[", "(") and len(given) < 4096 and Path(given).is_file():
        with Path(given).open(encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST).strip()
    return given


def _tried(read: Any, files: list[Path]) -> Tried:
    from cordiale.stix.ingress import SetAside, decode, split
    from cordiale.stix.patterns.matching import match
    from cordiale.stix.patterns.observations import observations

    lang = current().lang
    objects: list[Any] = []
    unusable: list[Said] = []
    for file in files:
        for number, raw in enumerate(split(file.read_bytes())):
            if isinstance(raw, SetAside):
                unusable.append(Said(f"{file.name} {raw.index}", text(lang, raw.message_id, **raw.params)))
                continue
            try:
                objects.append(decode(raw)[0])
            except InputError as error:
                unusable.append(Said(f"{file.name} {number}", explain(error, lang)))
    found, useless = observations(objects)
    unusable += [Said(one.id, text(lang, one.message_id)) for one in useless]
    try:
        outcome = match(read, found)
    except CordialeError as error:
        return Tried(None, len(found), [], unusable, explain(error, lang))
    chosen: list[Observation] = [found[place] for place in outcome.observations]
    why = text(lang, outcome.message_id, **outcome.params) if outcome.message_id else ""
    shown = [f"{one.id}  {when(one.first)}" if not current().json else one.id for one in chosen]
    return Tried(outcome.matched, len(found), shown, unusable, why)


def _logged(read: Any, files: list[Path]) -> Tried:
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.domains.cyber.logs.aside import Aside
    from cordiale.domains.cyber.logs.reading import read_file
    from cordiale.domains.cyber.patterns.records import observed
    from cordiale.platform.clock import system_clock
    from cordiale.stix.patterns.matching import Matcher
    from cordiale.stix.patterns.tree import Observed

    lang = current().lang
    matcher = Matcher((read,))
    rows = 0
    unusable: list[Said] = []

    def records() -> Iterator[Observation]:
        nonlocal rows
        timed = not isinstance(read.observation, Observed)
        for file in files:
            for part in read_file(file, system_clock()).parts:
                if isinstance(part, Aside):
                    if len(unusable) < _SHOWN:
                        where = f"{file.name}:{part.line}"
                        unusable.append(Said(where, text(lang, part.message_id, **part.params)))
                    continue
                rows += part.num_rows
                yield from observed(part, matcher.types, timed)

    ids: dict[int, str] = {}
    outcome = matcher.outcomes(records(), ids=ids)[0]
    why = text(lang, outcome.message_id, **outcome.params) if outcome.message_id else ""
    return Tried(outcome.matched, rows, [ids[place] for place in outcome.observations], unusable, why)


def _words(checked: Checked) -> str:
    parts = [tr(_("The pattern reads well. It looks for:")), *(printable(line) for line in checked.words)]
    if checked.remarks:
        parts += ["", tr(_("Worth knowing:")), *(printable(one.message) for one in checked.remarks)]
    if checked.tried is not None:
        parts += ["", *_outcome(checked.tried)]
    return "\n".join(parts)


def _outcome(tried: Tried) -> list[str]:
    observed = count(tried.observed, _n("tried on {n} observation", "tried on {n} observations"))
    if tried.matched is None:
        lines = [
            tr(_("It is not known whether it matches ({observed}): {why}"), observed=observed, why=tried.why)
        ]
    elif tried.matched:
        lines = [tr(_("It matches ({observed}), by:"), observed=observed)]
        lines += ["  " + printable(one) for one in tried.observations[:_SHOWN]]
        if len(tried.observations) > _SHOWN:
            lines.append("  " + count(len(tried.observations) - _SHOWN, _n("and {n} more", "and {n} more")))
    else:
        lines = [tr(_("It does not match ({observed})."), observed=observed)]
    if tried.unusable:
        headings = (tr(_("Not used")), tr(_("because")))
        lines += ["", table(headings, [(one.code, one.message) for one in tried.unusable])]
    return lines
