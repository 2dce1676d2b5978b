"""Write what somebody sees into a file of theirs: a table, or STIX that says of each object what it is marked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Summary
from cordiale.desk.summary import summary
from cordiale.desk.views.cells import cell
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.views.search import DEFINITION, Question, matching
from cordiale.desk.visible import unknown, visible
from cordiale.desk.written import written
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.release.marking import parse_atom
from cordiale.stix import atoms as definitions
from cordiale.store import markings, references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row

Form = Literal["csv", "stix"]

MOST: Final = 10_000
"""Objects of one export: it is made while somebody waits, and held in memory."""

COLUMNS: Final = ("name", "type", "marking", "source", "created", "modified", "received", "id")
"""What a table may hold. The marking is in every table: a file without it would lose what its lines are under."""

_PAGE: Final = 500


class Exported(Answer, frozen=True, kw_only=True):
    """A file that was made: its bytes, how many objects it holds, and what it does not.

    `in_part` counts objects that the reader sees a part of, which no STIX file holds; `more` says that there are others.
    """

    data: bytes
    media_type: str
    name: str
    objects: int
    in_part: int = 0
    more: bool = False


def export_objects(
    desk: Desk,
    actor: Actor,
    asked: Question,
    form: Form = "csv",
    *,
    columns: Sequence[str] = COLUMNS,
    most: int = MOST,
) -> Exported:
    """Return a file of what a search finds for the actor, newest first, decided for them as the list is.

    STIX holds the objects as their sources wrote them, with their translations, each with the definitions of everything it is marked by here; who
    reads an object in part finds it in tables alone, since what is left of it is no object of its source's. Raises
    InputError for a form or column that is none.
    """
    authorise(actor, "export")
    chosen = [name for name in COLUMNS if name in columns or name == "marking"]
    if form not in ("csv", "stix") or set(columns) - set(COLUMNS):
        raise InputError(
            "export-form",
            _("An export is csv or stix, with columns among {columns}."),
            columns=", ".join(COLUMNS),
        )
    with desk.store.read() as tx:
        rows, more = _rows(tx, desk, actor, asked, max(1, min(most, MOST)))
        if form == "csv":
            lines = [summary(tx, row) for row in rows]
            data, count, parts = _table(lines, chosen), len(lines), 0
        else:
            whole = [row for row in rows if not in_part(row) and row.raw]
            told = [*whole, *_translations(tx, desk, actor, whole)]
            data, count, parts = _bundle(tx, told), len(told), len(rows) - len(whole)
    audit.read(desk, actor, "export", form=form, words=asked.words, type=asked.type, found=count)
    return Exported(
        data=data,
        media_type="text/csv" if form == "csv" else "application/stix+json;version=2.1",
        name=f"{desk.node}-{format_instant(desk.clock())[:10]}.{'csv' if form == 'csv' else 'json'}",
        objects=count,
        in_part=parts,
        more=more,
    )


def export_chosen(desk: Desk, actor: Actor, ids: Iterable[str]) -> Exported:
    """Return the objects with these ids as STIX, in the order asked, as `export_objects` does; what is not seen is left out.

    Raises InputError for more than `MOST`.
    """
    authorise(actor, "export")
    asked = list(dict.fromkeys(ids))
    if len(asked) > MOST:
        raise InputError("export-many", _("One file holds at most {most} objects."), most=MOST)
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        found = versions.of_ids(tx, asked, seen)
        rows = [row for one in asked for row in readable(tx, desk, actor, found.get(one, ()), seen)]
        whole = [row for row in rows if not in_part(row) and row.raw]
        told = [*whole, *_translations(tx, desk, actor, whole)]
        data = _bundle(tx, told)
    audit.read(desk, actor, "export", form="stix", ids=asked, found=len(told))
    return Exported(
        data=data,
        media_type="application/stix+json;version=2.1",
        name=f"{desk.node}-{format_instant(desk.clock())[:10]}.json",
        objects=len(told),
        in_part=len(rows) - len(whole),
    )


def _translations(tx: Transaction, desk: Desk, actor: Actor, rows: Sequence[Row]) -> list[Row]:
    """Return the translations (`language-content`) of these objects that the reader sees whole and that are not among them.

    Who reads the file elsewhere then reads it in the same languages; one of an older version says so by its `object_modified`.
    """
    held = {row.id for row in rows}
    seen = visible(tx, desk, actor)
    found: dict[str, list[Row]] = {}
    for row in references.translations_of(tx, held, seen, limit=MOST):
        found.setdefault(row.id, []).append(row)
    shown = [row for one in sorted(set(found) - held) for row in readable(tx, desk, actor, found[one], seen)]
    return [row for row in shown if not in_part(row) and row.raw]


def _rows(tx: Transaction, desk: Desk, actor: Actor, asked: Question, most: int) -> tuple[list[Row], bool]:
    seen = visible(tx, desk, actor)
    without = () if asked.type else (DEFINITION,)
    found: list[Row] = []
    start = None
    while True:
        page, rows = matching(tx, desk, actor, asked, start, min(_PAGE, most), seen, without=without)
        found += rows
        start = page.next
        if start is None or len(found) >= most:
            return found[:most], start is not None or len(found) > most


def _table(lines: Iterable[Summary], columns: Sequence[str]) -> bytes:
    """Write lines as RFC 4180 says, in UTF-8 with the mark by which spreadsheets know it; nothing in it is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_cell(line, name) for name in columns])
    return out.getvalue().encode("utf-8-sig")


def _cell(line: Summary, column: str) -> str:
    value = getattr(line, column)
    if column == "marking":
        said = written(value)
    elif column in ("created", "modified", "received"):
        said = "" if value is None else format_instant(value)
    else:
        said = str(value)
    return cell(said)


def bundle_of(desk: Desk, actor: Actor, ids: Sequence[str], *, source: str | None = None) -> bytes:
    """Return objects as STIX, as their sources (or one of them) wrote them and marked as they are here.

    Raises NotFound for one that is not seen whole.
    """
    authorise(actor, "export")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rows = []
        for one in ids:
            found = readable(tx, desk, actor, versions.get(tx, one, seen), seen)
            whole = [row for row in found if not in_part(row) and row.raw and source in (None, row.source)]
            if not whole:
                raise unknown(one)
            rows += whole
        data = _bundle(tx, rows)
    audit.read(desk, actor, "export", form="stix", ids=list(ids), found=len(rows))
    return data


def _bundle(tx: Transaction, rows: Sequence[Row]) -> bytes:
    used: dict[str, None] = {}
    objects = [_marked(tx, row, used) for row in rows]
    known = [definitions.definition_of(atom) for atom in used]
    held = {value["id"] for value in objects}
    listed = [*(one for one in known if one["id"] not in held), *objects]
    # the same finds make the same file
    name = uuid5(definitions.NAMESPACE, sha256(orjson.dumps(listed)).hexdigest())
    return orjson.dumps(
        {"type": "bundle", "id": f"bundle--{name}", "objects": listed}, option=orjson.OPT_INDENT_2
    )


def _marked(tx: Transaction, row: Row, used: dict[str, None]) -> dict[str, Any]:
    """Return an object that names everything it is marked by here: what an import gave, what was made stricter, what follows."""
    assert row.raw is not None
    value: dict[str, Any] = orjson.loads(row.raw)
    held = markings.atoms(tx, row.base_mid) | markings.atoms(tx, row.effective_mid)
    sayable = sorted(atom for atom in held if parse_atom(atom).axis not in _UNSAYABLE)
    used.update(dict.fromkeys(sorted({*sayable, *_granular(tx, row)})))
    named = list(value.get("object_marking_refs") or ())
    missing = [definitions.id_of(atom) for atom in sayable]
    refs = list(dict.fromkeys([*named, *missing]))
    return value | {"object_marking_refs": refs} if refs else value


def _granular(tx: Transaction, row: Row) -> Iterator[str]:
    for atom in markings.atoms(tx, row.full_mid):
        if parse_atom(atom).axis not in _UNSAYABLE:
            yield atom


_UNSAYABLE: Final = frozenset({"unknown", "unresolved", "unmarked"})
"""Axes for which there is no definition: what stands for them in an object stays as it is."""
