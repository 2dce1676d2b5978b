"""How `cordiale information read` shows each file that it opened: words for people, values for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cordiale.cli.output import count, printable, table
from cordiale.cli.session import current
from cordiale.cli.tree import tr
from cordiale.platform.languages import _, _n, number, text

if TYPE_CHECKING:
    from cordiale.domains.information.captures import Capture
    from cordiale.domains.information.collecting import Collected
    from cordiale.domains.information.readers.result import Aside, Read
    from cordiale.platform.errors import CordialeError

SHOWN = 12
"""Lines of what was set aside that people are shown of one file; --json has the first thousand."""

WIDEST = 60

KINDS = {
    "page": _("page"),
    "feed": _("feed"),
    "subtitles": _("subtitles"),
    "text": _("text"),
    "WARC": _("web archive (WARC)"),
    "WACZ": _("web archive (WACZ)"),
    "addresses": _("fetched addresses"),
}
BASES = {
    "stated": _("printed"),
    "metadata": _("page's metadata"),
    "url": _("address"),
    "capture": _("capture"),
    "none": "–",
}

PROPOSED = _("mapping proposed")


class Opened(NamedTuple):
    """One file as it was opened: a text, or posts, or why it could not be."""

    name: str
    read: Read | None = None
    posts: Collected | None = None
    capture: Capture | None = None
    error: CordialeError | None = None


def built(one: Opened) -> dict[str, Any]:
    """Return what --json prints of one file."""
    import msgspec

    lang = current().lang
    said: dict[str, Any] = {"name": one.name}
    if one.error:
        said["error"] = {
            "code": one.error.code,
            "message": text(lang, one.error.message_id, **one.error.params),
        }
    if one.read:
        said |= msgspec.to_builtins(one.read, builtin_types=())
        said["aside"] = _listed(one.read.aside)
    if one.posts:
        said |= {"kind": one.posts.kind, "posts": msgspec.to_builtins(one.posts)}
        said["posts"].pop("aside")
        said["aside"] = _listed(one.posts.aside)
    if one.capture:
        said["capture"] = msgspec.to_builtins(one.capture)
    return said


def _listed(aside: Any) -> list[dict[str, Any]]:
    return [{"line": one.line, "code": one.code, "message": _said(one)} for one in aside]


def _said(one: Aside) -> str:
    return text(current().lang, one.message_id, **one.params)


def words(one: Opened) -> str:
    """Return what people read of one file: what it is, what is in it, what was set aside."""
    if one.error:
        return tr(
            _("{name}: set aside. {reason}"),
            name=one.name,
            reason=text(current().lang, one.error.message_id, **one.error.params),
        )
    lines = []
    if one.read:
        lines.append(tr(_("{name}: {kind}"), name=one.name, kind=tr(KINDS[one.read.kind])))
        lines.append(_documents(one.read))
        if one.read.images:
            lines.append(
                count(
                    len(one.read.images),
                    _n("{n} image, known by its hash", "{n} images, known by their hashes"),
                )
            )
        lines += _aside(list(one.read.aside), len(one.read.aside))
    if one.posts:
        kind = tr(PROPOSED) if one.posts.kind == "proposed" else one.posts.kind
        lines += [tr(_("{name}: posts ({kind})"), name=one.name, kind=kind), _figures(one.posts)]
        lines += _aside(one.posts.aside, sum(one.posts.reasons.values()))
    if one.capture:
        lines.append(
            tr(
                _("Kept as evidence under {id}, SHA-256 {sha256}."),
                id=one.capture.id,
                sha256=one.capture.sha256,
            )
        )
    return "\n".join(line for line in lines if line)


def _documents(read: Read) -> str:
    rows = []
    for document in read.documents[:200]:
        regions = [block.region for block in document.blocks]
        day = document.published.date().isoformat() if document.published else "–"
        rows.append(
            (
                str(document.segment),
                printable((document.title or document.blocks[0].text)[:WIDEST]),
                document.lang or "–",
                day,
                tr(BASES[document.published_basis]) if document.published else "–",
                " / ".join(str(regions.count(region)) for region in ("body", "teaser", "chrome")),
                printable(document.source[:WIDEST]),
            )
        )
    headings = (
        *(tr(_("No.")), tr(_("Text")), tr(_("Language")), tr(_("Published")), tr(_("Known from"))),
        *(tr(_("Article / elsewhere / page")), tr(_("Address"))),
    )
    return table(headings, rows)


def _figures(found: Collected) -> str:
    lang = current().lang
    said = [
        tr(
            _("  {posts} posts of {accounts} accounts, {first} to {last}"),
            posts=number(lang, found.posts),
            accounts=number(lang, found.accounts),
            first=found.first[:16].replace("T", " ") or "–",
            last=found.last[:16].replace("T", " ") or "–",
        )
    ]
    if found.reposts:
        said.append("  " + count(found.reposts, _n("{n} repeats another post", "{n} repeat another post")))
    if found.undated:
        said.append(
            "  "
            + count(
                found.undated,
                _n(
                    "{n} has no time: it takes no part in analyses of time",
                    "{n} have no time: they take no part in analyses of time",
                ),
            )
        )
    if found.profile:
        columns = ", ".join(f"{field} = {column}" for field, column in found.profile.columns.items())
        said.append(tr(_("  columns: {columns}"), columns=printable(columns)))
        if found.profile.minute:
            said.append(tr(_("  times are whole minutes")))
    return "\n".join(said)


def _aside(aside: list[Aside], total: int) -> list[str]:
    if not total:
        return []
    lines = [count(total, _n("{n} piece is set aside:", "{n} pieces are set aside:"))]
    lines += [
        tr(_("  line {line}: {reason}"), line=one.line, reason=printable(_said(one))) for one in aside[:SHOWN]
    ]
    if total > SHOWN:
        lines.append(tr(_("  … and {n} more (--json lists the first thousand)"), n=total - SHOWN))
    return lines
