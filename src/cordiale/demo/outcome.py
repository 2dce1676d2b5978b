"""What came of the demonstration: one JSON object for machines, and the same in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from cordiale.demo.checker import Leak
from cordiale.demo.partnership import NODES, plan
from cordiale.demo.respond import Agreed
from cordiale.platform.languages import _, _n, ntext, number, text

STANDS = {
    "join": _("joins"),
    "join-with-footnote": _("joins, with a reserve"),
    "no-objection": _("no objection"),
}

SHOWN = 8
"""Characters of an id's UUID in a table: enough to tell two objects of the scenario apart, and fits 80 columns."""


class Reason(msgspec.Struct, frozen=True):
    """Why a node withholds objects from a partner: the code, its sentence, and how many."""

    source: str
    code: str
    message_id: str
    params: Mapping[str, Any]
    count: int


class TearLine(msgspec.Struct, frozen=True):
    """A tear-line a partner holds, beside its parent at home and what it lacks."""

    source: str
    parent_name: str
    parent: str
    id: str
    gone: tuple[str, ...]


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the commit of an act to being found at the partner, over this many publications."""

    p50: float
    p99: float
    publications: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the demonstration found. Mappings are by partner, `released` by partner and source."""

    imported: int
    set_aside: int
    released: Mapping[str, Mapping[str, int]]
    tear_lines: Mapping[str, int]
    examples: Mapping[str, tuple[TearLine, ...]]
    withheld: Mapping[str, tuple[Reason, ...]]
    missing: Mapping[str, tuple[str, ...]]
    leaks: tuple[Leak, ...]
    latency: Latency
    response: Agreed | None = None


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as the `--json` answer."""
    withheld: dict[str, dict[str, int]] = {}
    for partner, reasons in outcome.withheld.items():
        by_code = withheld.setdefault(partner, {})
        for reason in reasons:
            by_code[reason.code] = by_code.get(reason.code, 0) + reason.count
    return {
        "nodes": [n.name for n in NODES],
        "imported": outcome.imported,
        "set_aside": outcome.set_aside,
        "released": {p: sum(n.values()) for p, n in outcome.released.items()},
        "tear_lines": dict(outcome.tear_lines),
        "withheld": withheld,
        "missing": {p: list(keys) for p, keys in outcome.missing.items() if keys},
        "leaks": len(outcome.leaks),
        "latency_ms": {"p50": outcome.latency.p50, "p99": outcome.latency.p99},
        "response": msgspec.to_builtins(outcome.response),
    }


def show(console: Console, outcome: Outcome, lang: str) -> None:
    """Print for each partner what it holds, what it does not and why, and how fast it came."""
    for node in NODES:
        if node.name in outcome.released:
            console.print(_partner(node.name, outcome, lang))
    timing = outcome.latency
    if timing.publications:
        said = ntext(
            lang,
            *_n(
                "From the officer's act to being found at the partner: {p50} ms at the median, {p99} ms at worst ({n} publication).",
                "From the officer's act to being found at the partner: {p50} ms at the median, {p99} ms at the 99th percentile ({n} publications).",
            ),
            timing.publications,
            p50=number(lang, round(timing.p50)),
            p99=number(lang, round(timing.p99)),
        )
        console.print(Text(said))
    if outcome.response is not None:
        console.print(_response(outcome.response, lang))
    console.print(_verdict(outcome, lang))


def _response(found: Agreed, lang: str) -> Text:
    """Say who stands where on the text that was agreed, or that none was."""
    if not found.hash:
        return Text(text(lang, _("The collective response was not agreed.")), style="yellow")
    stands = ", ".join(
        f"{plan(node).called(lang)} ({text(lang, STANDS[position])})"
        for node, position in found.stands.items()
    )
    said = _("A collective response is agreed, on the text {hash}: {stands}.")
    return Text("\n" + text(lang, said, hash=found.hash[:16], stands=stands))


def _partner(name: str, outcome: Outcome, lang: str) -> Group:
    parts: list[Any] = [Text(f"\n{plan(name).called(lang)}", style="bold underline")]
    for source, count in outcome.released[name].items():
        said = ntext(
            lang,
            *_n("holds {n} object from {source} as it is.", "holds {n} objects from {source} as they are."),
            count,
            source=plan(source).called(lang),
        )
        parts.append(Text("  " + said))
    count = outcome.tear_lines[name]
    parts.append(Text("  " + ntext(lang, *_n("holds {n} tear-line.", "holds {n} tear-lines."), count)))
    examples = outcome.examples.get(name, ())
    if examples:
        parts.append(_tear_lines(examples, lang))
    withheld = outcome.withheld.get(name, ())
    total = sum(r.count for r in withheld)
    parts.append(Text("  " + ntext(lang, *_n("{n} object is withheld:", "{n} objects are withheld:"), total)))
    parts.append(_reasons(withheld, lang))
    return Group(*parts)


def _tear_lines(found: tuple[TearLine, ...], lang: str) -> Table:
    table = _table()
    table.add_column(text(lang, _("Object")), overflow="fold", ratio=1)
    table.add_column(text(lang, _("Id at home")))
    table.add_column(text(lang, _("Id at the partner")))
    table.add_column(text(lang, _("What stayed at home")), overflow="fold")
    for one in found:
        gone = ", ".join(text(lang, _("references")) if g == "refs" else g for g in one.gone)
        table.add_row(Text(one.parent_name), Text(_short(one.parent)), Text(_short(one.id)), Text(gone))
    said = _("The first {n} characters of each UUID are shown: a tear-line has an id of its own.")
    table.caption = Text(text(lang, said, n=SHOWN))
    return table


def _reasons(reasons: tuple[Reason, ...], lang: str) -> Table:
    table = _table()
    table.add_column("", justify="right")
    table.add_column(text(lang, _("By")))
    table.add_column(text(lang, _("Because")), overflow="fold", ratio=1)
    for one in sorted(reasons, key=lambda r: (r.source, -r.count, r.code)):
        sentence = text(lang, one.message_id, **one.params)
        table.add_row(number(lang, one.count), Text(plan(one.source).called(lang)), Text(sentence))
    return table


def _verdict(outcome: Outcome, lang: str) -> Group:
    lines = []
    if outcome.leaks:
        lines.append(
            Text(
                ntext(lang, *_n("{n} LEAK was found:", "{n} LEAKS were found:"), len(outcome.leaks)),
                style="bold red",
            )
        )
        lines += [
            Text(f"  {x.partner}: {x.kind} {x.what} ({x.where})", style="red") for x in outcome.leaks[:50]
        ]
    else:
        said = _(
            "No leak: every partner's store holds what is expected and nothing else, and no hidden string stands in any file of its folder."
        )
        lines.append(Text(text(lang, said), style="green"))
    for partner, keys in outcome.missing.items():
        if keys:
            said = text(
                lang,
                _("Not arrived at {partner}: {keys}"),
                partner=plan(partner).called(lang),
                keys=", ".join(keys),
            )
            lines.append(Text(said, style="yellow"))
    return Group(Text(""), *lines)


def _table() -> Table:
    return Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 2), caption_justify="left"
    )


def _short(stix_id: str) -> str:
    return stix_id.partition("--")[2][:SHOWN] + "…"
