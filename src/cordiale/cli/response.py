"""`cordiale response …`: from a shared incident to an agreed response, its effect and its lessons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.moment import instant_of
from cordiale.cli.officer import acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.response_shown import added, agreed, listed, parted, published, shown, told
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

app = group(_("Answer foreign interference together: assess, take positions, agree, publish, learn."))

CASE = typer.Argument(metavar="CASE", help=tr(_("The response; the first characters of its id are enough.")))
HASH = typer.Option(
    "--hash", metavar="HASH", help=tr(_("The text that you read, by at least 8 characters of its hash."))
)
EN = typer.Option("--en", metavar="TEXT", help=tr(_("In English.")))
FR = typer.Option("--fr", metavar="TEXT", help=tr(_("In French.")))
AS = typer.Option("--as", metavar="NAME", help=tr(_("Who acts (default: your login).")))


@app.command(
    "open",
    cls=Command,
    help=tr(_("Share an incident with chosen members and open a response, as its chair.")),
)
def open_(
    incident: Annotated[list[str], typer.Argument(metavar="ID…", help=tr(_("The objects of the incident, by STIX id.")))],
    members: Annotated[list[str] | None, typer.Option("--with", metavar="NODE", help=tr(_("A member beside this node; may be repeated.")))] = None,
    observers: Annotated[list[str] | None, typer.Option("--observer", metavar="NODE", help=tr(_("Who reads and takes no position; may be repeated.")))] = None,
    title_en: Annotated[str, typer.Option("--title-en", metavar="TEXT", help=tr(_("Its title in English.")))] = "",
    title_fr: Annotated[str, typer.Option("--title-fr", metavar="TEXT", help=tr(_("Its title in French.")))] = "",
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of all that is said in it.")))] = "",
    framework: Annotated[str, typer.Option("--framework", metavar="TEXT", help=tr(_("The framework it is under, by name.")))] = "",
    silence: Annotated[str, typer.Option("--silence", metavar="WORD", help=tr(_("What silence means after the deadline: assent or nothing.")))] = "nothing",
    joins: Annotated[int, typer.Option("--joins", metavar="N", help=tr(_("How many members have to join.")))] = 1,
    level: Annotated[str, typer.Option("--level", metavar="WORD", help=tr(_("How grave the incident has to be found: none, low, moderate, high, severe.")))] = "",
    assessed: Annotated[int, typer.Option("--assessed", metavar="N", help=tr(_("How many members have to find it at least so grave.")))] = 0,
    due: Annotated[str | None, typer.Option("--due", metavar="TIME", help=tr(_("By when there has to be a response.")))] = None,
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Open a response."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    if not members or not marking:
        raise typer.BadParameter(tr(_("Say who takes part (--with NODE) and under which marking (-m).")))
    with opened() as (node, actor):
        done = acts.open_response(
            node.desk,
            acting(who, actor),
            title=Words(title_en, title_fr),
            incident=incident,
            members=members,
            observers=observers or (),
            marking=marking,
            framework=framework,
            silence=silence,
            joins=joins,
            level=level,
            assessed=assessed,
            due=instant_of(due, end=True) if due else None,
        )
    emit(done, lambda: told(tr(_("Response {id} is open."), id=done.id.partition("--")[2][:8]), done.sent))


@app.command(
    "list", cls=Command, help=tr(_("List the responses, what stage they are at and where this node stands."))
)
def list_() -> None:
    """List responses."""
    import msgspec

    from cordiale.domains.information.response.standing import responses

    with opened() as (node, actor):
        found = responses(node.desk, actor)
    emit({"responses": msgspec.to_builtins(found)}, lambda: listed(found))


@app.command(
    "show",
    cls=Command,
    help=tr(_("Show a response: who stands where, the hash, the deadline, the reserves.")),
)
def show(
    case: Annotated[str, CASE],
    printed: Annotated[list[str] | None, typer.Option("--print", metavar="NODE", help=tr(_("Try what is in the way if the objection of this member is printed.")))] = None,
) -> None:  # fmt: skip
    """Show a response."""
    from cordiale.domains.information.response.standing import response

    with opened() as (node, actor):
        found = response(node.desk, actor, case, printed or ())
    emit(found, lambda: shown(found))


@app.command(
    "text", cls=Command, help=tr(_("Print the text that stands, with its reserves, in one language."))
)
def text(
    case: Annotated[str, CASE],
    lang: Annotated[str, typer.Option("--in", metavar="WORD", help=tr(_("en or fr (default: the language of this session).")))] = "",
) -> None:  # fmt: skip
    """Print the text."""
    from cordiale.domains.information.response.printed import statement
    from cordiale.domains.information.response.standing import response

    with opened() as (node, actor):
        found = response(node.desk, actor, case)
    said = statement(found, lang or current().lang)
    emit({"text": said, "hash": found.text.hash if found.text else None}, lambda: said)


@app.command(
    "assess", cls=Command, help=tr(_("Say as a member how grave the incident is, how sure that is, and why."))
)
def assess(
    case: Annotated[str, CASE],
    level: Annotated[str, typer.Argument(metavar="LEVEL", help=tr(_("none, low, moderate, high or severe.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    confidence: Annotated[str, typer.Option("--confidence", metavar="WORD", help=tr(_("low, moderate or high.")))] = "moderate",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Assess."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = acts.assess(node.desk, acting(who, actor), case, level, Words(en, fr), confidence=confidence)
    emit(done, lambda: added(done))


@app.command("option", cls=Command, help=tr(_("Propose a measure, for the chair to take into the text.")))
def option(
    case: Annotated[str, CASE],
    kind: Annotated[str, typer.Argument(metavar="KIND", help=tr(_("statement, imputation, attribution, diplomatic, referral, exposure, sanctions or other.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Propose a measure."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = acts.option(node.desk, acting(who, actor), case, kind, Words(en, fr))
    emit(done, lambda: added(done))


@app.command("draft", cls=Command, help=tr(_("Print an empty draft to fill in, for response propose.")))
def draft() -> None:
    """Print an empty draft."""
    from cordiale.domains.information.response.content import EMPTY

    emit({"draft": EMPTY}, lambda: EMPTY)


@app.command(
    "propose", cls=Command, help=tr(_("Put a drafted text with its measures to the members, as the chair."))
)
def propose(
    case: Annotated[str, CASE],
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The draft: both languages, measures, deadline, embargo (TOML).")))],
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Propose a text."""
    from cordiale.domains.information.response import acts
    from cordiale.domains.information.response.content import read_draft

    draft = read_draft(file.read_bytes(), file.name)
    with opened() as (node, actor):
        done = acts.propose(node.desk, acting(who, actor), case, draft)
    emit(
        done,
        lambda: told(
            tr(_("Revision {n} is put to the members. Its hash: {hash}"), n=done.number, hash=done.hash), done.sent
        ),
    )  # fmt: skip


@app.command(
    "position", cls=Command, help=tr(_("Take this node's position on the text that you read, by its hash."))
)
def position(
    case: Annotated[str, CASE],
    stand: Annotated[str, typer.Argument(metavar="POSITION", help=tr(_("join, join-with-footnote, no-objection, abstain or object.")))],
    hash: Annotated[str, HASH],
    en: Annotated[str, typer.Option("--footnote-en", metavar="TEXT", help=tr(_("The reserve in English.")))] = "",
    fr: Annotated[str, typer.Option("--footnote-fr", metavar="TEXT", help=tr(_("The reserve in French.")))] = "",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Take a position."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = acts.stand(node.desk, acting(who, actor), case, stand, hash, Words(en, fr))
    emit(
        done,
        lambda: told(
            tr(_("Position taken on revision {n} ({hash}): {position}"), n=done.number, hash=done.revision[:16], position=done.position),
            done.sent,
        ),
    )  # fmt: skip


@app.command(
    "extend", cls=Command, help=tr(_("Give the members more time as the chair; no position is voided."))
)
def extend(
    id: Annotated[str, CASE],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help=tr(_("The later deadline.")))],
    hash: Annotated[str, HASH],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Give more time."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = acts.extend(
            node.desk, acting(who, actor), id, hash, instant_of(until, end=True), Words(en, fr)
        )
    emit(done, lambda: added(done))


@app.command(
    "agree", cls=Command, help=tr(_("Record as the chair that a text is agreed, with every position on it."))
)
def agree(
    case: Annotated[str, CASE],
    hash: Annotated[str, HASH],
    printed: Annotated[list[str] | None, typer.Option("--print", metavar="NODE", help=tr(_("Print the objection of this member as a reserve; may be repeated.")))] = None,
    parity: Annotated[str, typer.Option("--parity", metavar="NAME", help=tr(_("Who read both languages and answers for their saying the same.")))] = "",
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help=tr(_("Why they do, where the comparison found differences.")))] = "",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Record an agreement."""
    from cordiale.domains.information.response import acts

    with opened() as (node, actor):
        done = acts.conclude(
            node.desk, acting(who, actor), case, hash, printed=printed or (), parity=parity, because=because
        )
    emit(done, lambda: agreed(done))


@app.command(
    "parity", cls=Command, help=tr(_("List where the English and the French of the text that stands part."))
)
def parity_(case: Annotated[str, CASE]) -> None:
    """Compare both languages."""
    import msgspec

    from cordiale.domains.information.response.parity import compare, texts
    from cordiale.domains.information.response.standing import response

    with opened() as (node, actor):
        found = response(node.desk, actor, case)
    compared = compare(*texts(found.text), current().lang) if found.text is not None else None
    emit({"parity": msgspec.to_builtins(compared)}, lambda: parted(compared))


@app.command(
    "publish",
    cls=Command,
    help=tr(_("Print the agreed text once its embargo is over, and say that it is published.")),
)
def publish(
    case: Annotated[str, CASE],
    where: Annotated[str, typer.Option("--where", metavar="URL", help=tr(_("Where it is published.")))] = "",
    lang: Annotated[str, typer.Option("--in", metavar="WORD", help=tr(_("en or fr (default: the language of this session).")))] = "",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Publish."""
    from cordiale.domains.information.response import acts
    from cordiale.domains.information.response.printed import statement

    with opened() as (node, actor):
        done, found = acts.publish(node.desk, acting(who, actor), case, where)
    said = statement(found, lang or current().lang, public=True)
    emit({"id": done.id, "text": said}, lambda: published(said))


@app.command("progress", cls=Command, help=tr(_("Say as its owner how far an agreed measure is.")))
def progress(
    case: Annotated[str, CASE],
    measure: Annotated[str, typer.Argument(metavar="NUMBER", help=tr(_("Which measure, such as 2.1.")))],
    state: Annotated[str, typer.Argument(metavar="WORD", help=tr(_("open, under-way, done or dropped.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Say how far a measure is."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = acts.progress(node.desk, acting(who, actor), case, measure, state, Words(en, fr))
    emit(done, lambda: added(done))


@app.command("effect", cls=Command, help=tr(_("Say what was measured after the response.")))
def effect(
    case: Annotated[str, CASE],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    measure: Annotated[str, typer.Option("--measure", metavar="NUMBER", help=tr(_("Of which measure, such as 2.1.")))] = "",
    before: Annotated[float | None, typer.Option("--before", metavar="N", help=tr(_("The number before.")))] = None,
    after: Annotated[float | None, typer.Option("--after", metavar="N", help=tr(_("The number after.")))] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="WORD", help=tr(_("Of what, such as shares a day.")))] = "",
    who: Annotated[str | None, AS] = None,
) -> None:  # fmt: skip
    """Say what was measured."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = acts.effect(
            node.desk, acting(who, actor), case, Words(en, fr), measure=measure, before=before, after=after, unit=unit
        )  # fmt: skip
    emit(done, lambda: added(done))


@app.command("lesson", cls=Command, help=tr(_("Say what was learnt.")))
def lesson(
    case: Annotated[str, CASE],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    who: Annotated[str | None, AS] = None,
) -> None:
    """Say what was learnt."""
    from cordiale.domains.information.response import acts
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = acts.lesson(node.desk, acting(who, actor), case, Words(en, fr))
    emit(done, lambda: added(done))
