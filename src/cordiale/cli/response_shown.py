"""What the commands of a collective response say to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cordiale.cli.output import printable, table, when
from cordiale.cli.tree import labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.information.drift.parity import Parity
    from cordiale.domains.information.response.standing import Line, Response
    from cordiale.joint.agreement import Agreed
    from cordiale.joint.contribution import Added
    from cordiale.joint.sending import Sent
    from cordiale.joint.words import Words

SHORT = 8
"""Characters of an id and of a hash that are shown: enough to type them."""

HERE = {"chair": _("chair"), "member": _("member"), "observer": _("observer")}

PROOFS = {
    "signed": _("signed"),
    "unknown-key": _("signed by a key that is not known here"),
    "word-of": _("by the chair's word"),
    "": "",
}

STATES = {
    "open": _("to do"),
    "under-way": _("under way"),
    "done": _("done"),
    "dropped": _("dropped"),
}


def short(stix_id: str) -> str:
    """Return as much of an id as has to be typed."""
    return stix_id.partition("--")[2][:SHORT]


def told(said: str, sent: Sequence[Sent]) -> str:
    """Return a sentence, and what becomes of giving it to each node."""
    return "\n".join([said, *(f"  {line(one)}" for one in sent)])


def line(one: Sent) -> str:
    """Return what becomes of giving something to one node."""
    why = tr(one.reason.message_id, **one.reason.params) if one.reason else ""
    match one.state:
        case "goes":
            return tr(_("{node}: goes with the next exchange"), node=one.node)
        case "officer":
            return tr(_("{node}: waits for a release officer of this node"), node=one.node)
        case "second":
            return tr(_("{node}: waits for a second officer"), node=one.node)
        case "partner":
            return tr(_("{node}: cannot be given anything. {why}"), node=one.node, why=why)
        case _:
            return tr(_("{node}: not all of it goes. {why}"), node=one.node, why=why)


def added(done: Added) -> str:
    """Say that something was added."""
    return told(tr(_("Added ({id})."), id=short(done.id)), done.sent)


def agreed(done: Agreed) -> str:
    """Say that a text is agreed."""
    said = tr(_("Revision {n} ({hash}) is agreed."), n=done.number, hash=done.revision[:16])
    return told(said, done.sent)


def parted(found: Parity | None) -> str:
    """Return where two language versions part, one place a paragraph."""
    if found is None:
        return tr(_("No text has been put to the members yet."))
    if not found.divergences:
        return tr(_("Nothing was found in which the English and the French differ."))
    return "\n\n".join(
        "\n".join(
            [printable(one.because), f"  EN  {printable(one.en or '–')}", f"  FR  {printable(one.fr or '–')}"]
        )
        for one in found.divergences
    )


def published(said: str) -> str:
    """Return the text that is published."""
    return said + "\n" + tr(_("That it is published is told with the next exchange."))


def listed(found: Sequence[Line]) -> str:
    """Return responses as a table."""
    from cordiale.domains.information.response.printed import POSITIONS, STAGES

    if not found:
        return tr(_("There is no response. Open one with: cordiale response open"))
    headings = (
        "ID",
        tr(_("Title")),
        tr(_("Chair")),
        tr(_("Stage")),
        tr(_("Text")),
        tr(_("Deadline")),
        tr(_("This node")),
    )
    rows = [
        (
            short(one.id),
            in_words(one.title),
            one.chair,
            tr(STAGES[one.stage]),
            str(one.number or "–"),
            when(one.deadline),
            tr(POSITIONS[one.ours]) if one.ours else tr(HERE[one.here]),
        )
        for one in found
    ]  # fmt: skip
    return table(headings, rows)


def shown(found: Response) -> str:
    """Return everything of one response."""
    from cordiale.domains.information.response.printed import LEVEL_WORDS, STAGES

    lines = [
        f"{in_words(found.title)}  [{' '.join(found.marking)}]",
        tr(_("  {stage}. Chaired by {chair}; this node: {here}."), stage=tr(STAGES[found.stage]), chair=found.chair, here=tr(HERE[found.here])),
        tr(_("  Members: {members}"), members=", ".join(found.members)),
    ]  # fmt: skip
    if found.observers:
        lines.append(tr(_("  Observers: {observers}"), observers=", ".join(found.observers)))
    name = in_words(found.framework.name)
    silence = (
        tr(_("silence is assent")) if found.framework.silence == "assent" else tr(_("silence says nothing"))
    )
    lines.append(
        tr(_("  Framework: {name}; {silence}; {n} have to join."), name=name or "–", silence=silence, n=found.framework.joins)
    )  # fmt: skip
    if found.threshold.needed:
        lines.append(
            tr(
                _("  Threshold: {met} of {needed} members find it {level} or graver."),
                met=found.threshold.met,
                needed=found.threshold.needed,
                level=tr(LEVEL_WORDS[found.threshold.level]),
            )
        )
    lines += [
        "    " + labelled(one.node, f"{tr(LEVEL_WORDS[one.level])} – {in_words(one.words)}")
        for one in found.assessments
    ]
    if found.options:
        lines.append(tr(_("  Options:")))
        lines += ["    " + labelled(one.node, in_words(one.words)) for one in found.options]
    return "\n".join([*lines, *_text(found), *_after(found)])


def _text(found: Response) -> list[str]:
    from cordiale.domains.information.response.printed import POSITIONS

    if found.text is None:
        return ["", tr(_("No text has been put to the members yet."))]
    text = found.text
    lines = ["", tr(_("Revision {n}: {title}"), n=text.number, title=printable(in_title(found)))]
    lines.append(tr(_("  Hash: {hash}"), hash=text.hash))
    if text.deadline is not None:
        over = tr(_("(over)")) if text.over else ""
        lines.append(tr(_("  Deadline: {when} {over}"), when=when(text.deadline), over=over).rstrip())
    if text.content.embargo_at is not None:
        lines.append(tr(_("  Embargo: {when}"), when=when(text.content.embargo_at)))
    rows = [
        (one.node, tr(POSITIONS[one.position]), when(one.at), tr(PROOFS.get(one.proof, "")) if one.proof else "")
        for one in found.stands
    ]  # fmt: skip
    lines.append(table((tr(_("Member")), tr(_("Stands")), tr(_("Since")), tr(_("Signature"))), rows))
    lines += ["  " + labelled(f"{one.number}. {one.node}", in_words(one.words)) for one in found.reserves]
    if found.blocking:
        lines.append(tr(_("In the way of an agreement:")))
        lines += [f"  {tr(one.message_id, **one.params)}" for one in found.blocking]
    return lines


def _after(found: Response) -> list[str]:
    lines = []
    if found.agreed is not None:
        record = found.agreed
        lines.append(
            tr(_("Revision {n} agreed on {when}; the chair's record: {proof}."), n=record.number, when=when(record.at), proof=tr(PROOFS[record.proof]))
        )  # fmt: skip
        if record.dropped:
            lines.append("  " + tr(_("Not signed by who it names: {n} in the record, not shown. Ask the chair."), n=record.dropped))  # fmt: skip
        if record.parity is not None:
            how = _("{by} answers for both languages saying the same.")
            lines.append("  " + tr(how, by=printable(record.parity.by)) + (f" {printable(record.parity.reason)}" if record.parity.reason else ""))  # fmt: skip
    if found.measures:
        rows = [
            (one.id, one.owner, in_words(one.words), when(one.due), tr(STATES[one.state]) + (tr(_(" (late)")) if one.late else ""))
            for one in found.measures
        ]  # fmt: skip
        lines += ["", table(("", tr(_("Owner")), tr(_("Measure")), tr(_("By when")), tr(_("State"))), rows)]
    for one in found.published:
        lines.append(tr(_("Published by {node} on {when} {where}"), node=one.node, when=when(one.at), where=printable(one.where)).rstrip())  # fmt: skip
    for heading, said in ((_("Effects:"), found.effects), (_("Lessons:"), found.lessons)):
        if said:
            lines.append(tr(heading))
            lines += [
                "  " + labelled(one.node, f"{in_words(one.words)}{_numbers(one.details)}") for one in said
            ]
    return ["", *lines] if lines else []


def _numbers(details: dict[str, str | int | float | bool]) -> str:
    from cordiale.domains.information.response.printed import plain

    if "before" not in details and "after" not in details:
        return ""
    before, after = (plain(details.get(name, "–")) for name in ("before", "after"))
    return printable(f": {before} → {after} {details.get('unit', '')}").rstrip()


def in_title(found: Response) -> str:
    """Return the title of the text that stands, in the language of this session."""
    from cordiale.cli.session import current

    assert found.text is not None
    return (found.text.fr if current().lang.startswith("fr") else found.text.en).title


def in_words(said: Words) -> str:
    """Return words in the language of this session, as a terminal may show them."""
    from cordiale.cli.session import current

    return printable(said.said(current().lang))
