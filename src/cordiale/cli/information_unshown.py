"""`cordiale information seen-ask|seen-list|seen-look|seen-answer`: questions about texts that nobody shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.moment import instant_of
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, progress, table, when
from cordiale.cli.response_shown import in_words, short, told
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _, percent

if TYPE_CHECKING:
    from cordiale.domains.information.unshown.answering import Look
    from cordiale.domains.information.unshown.asking import Question

REQUEST = typer.Argument(metavar="REQUEST", help=tr(_("The question; the first characters of its id are enough.")))  # fmt: skip


@app.command(
    "seen-ask",
    cls=Command,
    help=tr(_("Ask a partner whether it has seen a text, by a keyed fingerprint: the text itself is not sent. A short text can be guessed from its fingerprint.")),
)  # fmt: skip
def seen_ask(
    to: Annotated[str, typer.Argument(metavar="NODE", help=tr(_("Whom to ask.")))],
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The text; - for standard input. It is kept nowhere.")))],
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of the question and of the answers.")))],
    en: Annotated[str, typer.Option("--en", metavar="TEXT", help=tr(_("More, in English; it is sent.")))] = "",
    fr: Annotated[str, typer.Option("--fr", metavar="TEXT", help=tr(_("More, in French; it is sent.")))] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="TIME", help=tr(_("By when an answer is needed.")))] = None,
) -> None:  # fmt: skip
    """Ask without showing."""
    from cordiale.domains.information.unshown.asking import ask_unseen
    from cordiale.joint.words import Words

    content = sys.stdin.read() if str(file) == "-" else _text(file)
    with opened() as (node, actor):
        done = ask_unseen(node.desk, actor, to, content, marking=marking, words=Words(en, fr), due=instant_of(due, end=True) if due else None)  # fmt: skip
    lines = [told(tr(_("Asked: {id}"), id=short(done.request.id)), done.request.sent)]
    if done.guessable:
        lines.append(tr(_("The text is short ({n} words): whoever has the fingerprint can guess it."), n=done.words))  # fmt: skip
    emit(done, lambda: "\n".join(lines))


def _text(file: Path) -> str:
    from cordiale.domains.information.readers.content import read_file

    return "\n".join(block.text for one in read_file(file, file.name).documents for block in one.blocks)


@app.command("seen-list", cls=Command, help=tr(_("List the questions about texts that nobody shows, ours and to us.")))  # fmt: skip
def seen_list(
    all_: Annotated[bool, typer.Option("--all", help=tr(_("Settled ones too.")))] = False,
) -> None:
    """List questions."""
    import msgspec

    from cordiale.domains.information.unshown.asking import questions

    with opened() as (node, actor):
        found = questions(node.desk, actor, everything=all_)
    emit({"questions": msgspec.to_builtins(found)}, lambda: _listed(found))


def _listed(found: list[Question]) -> str:
    if not found:
        return tr(_("Nobody asks about a text, here or there."))
    rows = [
        (
            short(one.request.id),
            one.request.asker,
            ", ".join(one.request.to),
            in_words(one.request.words)[:60],
            when(one.request.asked),
            "; ".join(in_words(given.words) for given in one.request.answers) or "–",
        )
        for one in found
    ]
    return table(("ID", tr(_("Who asks")), tr(_("Whom")), tr(_("Question")), tr(_("Asked")), tr(_("Answers"))), rows)  # fmt: skip


@app.command(
    "seen-look",
    cls=Command,
    help=tr(
        _("Look for the text of a question in what is held here, before it is answered; nothing is sent.")
    ),
)
def seen_look(request: Annotated[str, REQUEST]) -> None:
    """Look."""
    from cordiale.domains.information.unshown.answering import look

    with opened() as (node, actor), progress(tr(_("Comparing texts"))) as report:
        found = look(node.desk, actor, request, report)
    emit(found, lambda: _looked(found))


def _looked(found: Look) -> str:
    if found.theirs:
        rows = [(printable(one.object or one.dataset), percent(current().lang, one.share), str(one.texts), when(one.first)) for one in found.theirs]  # fmt: skip
        lines = [table((tr(_("Held")), tr(_("Share")), tr(_("Texts")), tr(_("Earliest"))), rows)]
    else:
        lines = [tr(_("Nothing here that {node} may see holds this text."), node=found.request.asker)]
    if found.only_ours:
        lines.append(tr(_("Held here and not for {node}: {n}. Nothing of that is in the answer, nor that it exists."), node=found.request.asker, n=found.only_ours))  # fmt: skip
    return "\n".join(lines)


@app.command(
    "seen-answer",
    cls=Command,
    help=tr(_("Answer such a question with nothing but what the asker may see.")),
)
def seen_answer(request: Annotated[str, REQUEST]) -> None:
    """Answer."""
    from cordiale.domains.information.unshown.answering import answer_unseen

    with opened() as (node, actor), progress(tr(_("Comparing texts"))) as report:
        done = answer_unseen(node.desk, actor, request, report)
    emit(done, lambda: told(tr(_("Answered: {id}"), id=short(done.id)), done.sent))
