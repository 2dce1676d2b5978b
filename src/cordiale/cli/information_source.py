"""`cordiale information source|source-add|source-import`: what is known of a publisher, fact by fact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.opened import opened
from cordiale.cli.output import count, emit, printable, table
from cordiale.cli.response_shown import in_words
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _, _n

if TYPE_CHECKING:
    from cordiale.domains.information.sources.record import Line, Record

MARKING = typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of the facts.")))

PAIRS = {
    "both": _("both say so"),
    "alone": _("one side says so; the other was not read"),
    "not-confirmed": _("the other was read and does not say so"),
    "": "",
}


@app.command(
    "source",
    cls=Command,
    help=tr(_("Show what is known of a publisher: dated facts, who says each, and no score.")),
)
def source(
    domain: Annotated[str, typer.Argument(metavar="[NAME]", help=tr(_("Its domain; without one, the domains that something is known of.")))] = "",
) -> None:  # fmt: skip
    """Show a source record."""
    from cordiale.domains.information.sources.record import record, records

    with opened() as (node, actor):
        if not domain:
            known = records(node.desk, actor)
            emit({"sources": known}, lambda: _known(known))
            return
        found = record(node.desk, actor, domain)
    emit(found, lambda: _shown(found))


@app.command(
    "source-add", cls=Command, help=tr(_("Keep one fact about a publisher, with its day and who says it."))
)
def source_add(
    domain: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("Its domain.")))],
    kind: Annotated[str, typer.Argument(metavar="KIND", help=tr(_("ownership, certified, controls, controlled-by, member-of, has-member, claim-review or other.")))],
    said_by: Annotated[str, typer.Option("--by", metavar="TEXT", help=tr(_("Who says it: a register, a law, a report.")))],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help=tr(_("The day it is of.")))],
    other: Annotated[str, typer.Option("--other", metavar="TEXT", help=tr(_("The other party.")))] = "",
    en: Annotated[str, typer.Option("--en", metavar="TEXT", help=tr(_("In English.")))] = "",
    fr: Annotated[str, typer.Option("--fr", metavar="TEXT", help=tr(_("In French.")))] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help=tr(_("Until when it holds.")))] = "",
    address: Annotated[str, typer.Option("--at-address", metavar="URL", help=tr(_("Where it can be read.")))] = "",
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Keep a fact."""
    from cordiale.domains.information.sources.record import add_facts, fact

    _marked(marking)
    with opened() as (node, actor):
        made = fact(node.desk, domain, kind, said_by, on=on, other=other, en=en, fr=fr, until=until, address=address)  # fmt: skip
        ids = add_facts(node.desk, actor, [made], marking)
    emit({"ids": list(ids)}, lambda: _kept(len(ids)))


@app.command(
    "source-import",
    cls=Command,
    help=tr(
        _(
            "Take facts from a trust.txt, from a list of certified publishers, or from reviews in a saved page."
        )
    ),
)
def source_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The file, as it was saved.")))],
    form: Annotated[str, typer.Option("--as", metavar="WORD", help=tr(_("trust.txt, certified or reviews.")))],
    domain: Annotated[str, typer.Option("--domain", metavar="NAME", help=tr(_("Whose trust.txt it is.")))] = "",
    said_by: Annotated[str, typer.Option("--by", metavar="TEXT", help=tr(_("Who certifies, where the list does not say.")))] = "",
    standard: Annotated[str, typer.Option("--standard", metavar="TEXT", help=tr(_("What they are certified by.")))] = "JTI (CWA 17493:2019)",
    key: Annotated[str, typer.Option("--key", metavar="HEX", help=tr(_("The key of who signed the list (Ed25519).")))] = "",
    signature: Annotated[Path | None, typer.Option("--signature", metavar="FILE", help=tr(_("Its signature, 64 bytes.")))] = None,
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Take facts from a file."""
    from cordiale.domains.information.sources.record import add_facts, from_file

    _marked(marking)
    if form not in ("trust.txt", "certified", "reviews"):
        raise typer.BadParameter(tr(_("Say what it is: --as trust.txt, --as certified or --as reviews.")))
    if form == "trust.txt" and not domain:
        raise typer.BadParameter(tr(_("Say whose trust.txt it is: --domain NAME.")))
    signed = signature.read_bytes() if signature is not None else b""
    with opened() as (node, actor):
        facts, aside = from_file(
            node.desk, file.read_bytes(), form, domain=domain, said_by=said_by or file.name, standard=standard, key=key, signature=signed
        )  # fmt: skip
        ids = add_facts(node.desk, actor, facts, marking)
    emit(
        {"ids": list(ids), "facts": len(facts), "aside": [{"line": n, "words": words} for n, words in aside]},
        lambda: "\n".join([_kept(len(ids)), *(tr(_("  Line {n} is set aside: {words}"), n=n, words=printable(words)) for n, words in aside)]),
    )  # fmt: skip


def _marked(marking: str) -> None:
    if not marking:
        raise typer.BadParameter(tr(_("Say under which marking the facts are (-m).")))


def _kept(n: int) -> str:
    return count(n, _n("{n} new fact is kept.", "{n} new facts are kept."))


def _known(known: dict[str, int]) -> str:
    if not known:
        return tr(_("Nothing is known of any source here. That says nothing about any of them."))
    return table((tr(_("Source")), tr(_("Facts"))), [(domain, str(n)) for domain, n in known.items()])


def _shown(found: Record) -> str:
    from cordiale.domains.information.sources.fact import KIND_WORDS

    if not found.facts:
        return tr(_("Nothing is known of {domain} here. That says nothing about it."), domain=found.domain)
    headings = (tr(_("Fact")), tr(_("Of or by")), tr(_("Who says it")), tr(_("Day")), tr(_("Remark")))
    rows = [
        (
            tr(KIND_WORDS[one.kind]),
            printable(one.other) or in_words(one.words),
            printable(one.said_by),
            one.on or one.seen[:10],
            _remark(one),
        )
        for one in found.facts
    ]
    return f"{found.domain}\n" + table(headings, rows)


def _remark(one: Line) -> str:
    parts = [tr(PAIRS[one.pair]) if one.pair else ""]
    if one.kind == "certified":
        parts.append(tr(_("signed list")) if one.signed else tr(_("the list is not signed")))
    if one.until:
        parts.append(tr(_("ended {day}"), day=one.until) if one.over else tr(_("until {day}"), day=one.until))
    if one.other and in_words(one.words):
        parts.append(in_words(one.words))
    return "; ".join(part for part in parts if part)
