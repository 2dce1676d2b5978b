"""The exchange's tables, and every statement over them. The one module here that speaks SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from cordiale.exchange import entry
from cordiale.exchange.held import Held
from cordiale.exchange.home import Partner
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction

metadata = MetaData()


def _required(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


partner_table = Table(
    "exchange_partner",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("node", Text, nullable=False, unique=True),
    *(_required(name, Text) for name in ("title", "nation", "organisation", "url")),
    _required("keys", LargeBinary),
    _required("identities", Text),
    *(_required(name, Text) for name in ("kind", "assurance", "state")),
    _required("invited_at", BigInteger),
    Column("confirmed_by", Text),
    Column("confirmed_at", BigInteger),
)

# What goes out: one row a partner. `position` is in the store's change log and stays at home.
pair_table = Table(
    "exchange_pair",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(_required(name, Integer) for name in ("generation", "last", "segments", "recalls")),
    *(_required(name, BigInteger) for name in ("position", "last_added")),
    _required("head", LargeBinary),
    Column("rules_version", Text),
    _required("acknowledged", Integer),
    Column("acknowledged_at", BigInteger),
    Column("receipt", LargeBinary),
)

segment_table = Table(
    "exchange_segment",
    metadata,
    *(_required(name, Integer) for name in ("pair", "generation", "first", "last")),
    *(_required(name, BigInteger) for name in ("cut_at", "base_us", "types", "min_vid", "max_vid")),
    *(_required(name, LargeBinary) for name in ("header", "signature", "hash", "entries")),
    # The seed makes all salts. After a recall it is replaced by the salts that are left (zeros where
    # one is gone) and the leaves of the slots whose content is gone: (u16 index, 32 bytes) each.
    Column("seed", LargeBinary),
    Column("salts", LargeBinary),
    Column("leaves", LargeBinary),
    PrimaryKeyConstraint("pair", "generation", "first"),
)
Index(
    "exchange_segment_added",
    segment_table.c.pair,
    segment_table.c.generation,
    segment_table.c.base_us,
)

held_table = Table(
    "exchange_held",
    metadata,
    _required("pair", Integer),
    _required("chunk", Integer),
    _required("bits", LargeBinary),
    PrimaryKeyConstraint("pair", "chunk"),
)

# Another look is owed: at every version under a marking (from `after_vid` on), or at one version.
due_table = Table(
    "exchange_due",
    metadata,
    _required("pair", Integer),
    _required("mid", Integer),
    _required("after_vid", BigInteger),
    PrimaryKeyConstraint("pair", "mid"),
)
due_version_table = Table(
    "exchange_due_version",
    metadata,
    _required("pair", Integer),
    _required("vid", BigInteger),
    PrimaryKeyConstraint("pair", "vid"),
)

tear_line_table = Table(
    "exchange_tear_line",
    metadata,
    Column("vid", BigInteger, primary_key=True, autoincrement=False),
    *(_required(name, BigInteger) for name in ("parent_vid", "parent_oid", "oid")),
    _required("class", Text),
    _required("id", Text),
    _required("digest", LargeBinary),
    _required("created", BigInteger),
    _required("modified", BigInteger),
    Index("exchange_tear_line_parent", "parent_oid", "class"),
)

# What comes in: one row a partner.
link_table = Table(
    "exchange_link",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(_required(name, Integer) for name in ("generation", "received", "news", "failures", "recalls")),
    _required("head", LargeBinary),
    *(_required(name, Text) for name in ("state", "code", "message_id", "params")),
    *(Column(name, BigInteger) for name in ("last_contact", "last_attempt", "clock_difference")),
    _required("acknowledged", Integer),
    Column("checkpoint", LargeBinary),
)

received_table = Table(
    "exchange_received",
    metadata,
    *(_required(name, Integer) for name in ("pair", "generation", "first", "last")),
    *(_required(name, LargeBinary) for name in ("header", "signature", "hash", "leaves", "vids")),
    _required("received_at", BigInteger),
    PrimaryKeyConstraint("pair", "generation", "first"),
)

set_aside_table = Table(
    "exchange_set_aside",
    metadata,
    Column("number", Integer, primary_key=True),
    _required("pair", Integer),
    _required("generation", Integer),
    _required("sequence", Integer),
    Column("object_id", Text),
    *(_required(name, Text) for name in ("code", "message_id", "params")),
    _required("at", BigInteger),
    Column("raw", LargeBinary),
)

recall_table = Table(
    "exchange_recall",
    metadata,
    Column("id", Text, primary_key=True),
    _required("pair", Integer),
    Column("number", Integer),
    *(_required(name, Text) for name in ("action", "reason", "by", "state", "ids")),
    _required("vids", LargeBinary),
    _required("at", BigInteger),
    Column("message", LargeBinary),
    Column("confirmed_by", Text),
    Column("answered_at", BigInteger),
    Column("outcome", Text),
    Column("receipt", LargeBinary),
    Index("exchange_recall_number", "pair", "number"),
)

recalled_table = Table(
    "exchange_recalled",
    metadata,
    _required("pair", Integer),
    _required("id", Text),
    _required("number", Integer),
    _required("message", LargeBinary),
    _required("done_at", BigInteger),
    _required("outcome", Text),
    _required("receipt", LargeBinary),
    _required("delivered", Integer),
    PrimaryKeyConstraint("pair", "id"),
)

type_table = Table(
    "exchange_type",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)

stub_table = Table(
    "exchange_stub",
    metadata,
    *(_required(name, Integer) for name in ("pair", "generation", "sequence")),
    _required("raw", LargeBinary),
    PrimaryKeyConstraint("pair", "generation", "sequence"),
)

status_table = Table(
    "exchange_status",
    metadata,
    Column("id", Text, primary_key=True),
    _required("pair", Integer),
    _required("at", BigInteger),
    _required("body", LargeBinary),
)


# Partners -------------------------------------------------------------------------------------

# Asked at every request: written out, because building the statement anew costs more than running it.
_PARTNER = """
    SELECT node, title, nation, organisation, url, keys, kind, assurance, state, number, identities
    FROM exchange_partner
"""
_KEY = 32


def _partner(row: tuple[Any, ...]) -> Partner:
    node, title, nation, organisation, url, keys, kind, assurance, state, number, identities = row
    return Partner(
        node,
        title,
        nation,
        organisation,
        url,
        tuple(bytes(keys[i : i + _KEY]) for i in range(0, len(keys), _KEY)),
        kind,
        assurance,
        state,
        number,
        frozenset(identities.split()),
    )


def find_partner(tx: Transaction, node: str) -> Partner | None:
    """Return a partner by node name, None when there is none."""
    row = tx.row(_PARTNER + " WHERE node = ?", node)
    return None if row is None else _partner(row)


def partner(tx: Transaction, node: str) -> Partner:
    """Return a partner by node name; raises NotFound."""
    found = find_partner(tx, node)
    if found is None:
        raise NotFound("exchange.partner.unknown", _("There is no partner named {node}."), node=node)
    return found


def partner_numbered(tx: Transaction, number: int) -> Partner | None:
    """Return a partner by its number."""
    row = tx.row(_PARTNER + " WHERE number = ?", number)
    return None if row is None else _partner(row)


def partners(tx: Transaction) -> tuple[Partner, ...]:
    """Return all partners by name."""
    return tuple(_partner(row) for row in tx.rows(_PARTNER + " ORDER BY node"))


def save_partner(tx: Transaction, made: Partner, now: int) -> int:
    """Insert or update a partner by node name, with an empty pair and link; return its number."""
    values = {
        "title": made.title,
        "nation": made.nation,
        "organisation": made.organisation,
        "url": made.url,
        "keys": b"".join(made.keys),
        "identities": " ".join(sorted(made.identities)),
        "kind": made.kind,
        "assurance": made.assurance,
        "state": made.state,
    }
    known = find_partner(tx, made.node)
    if known is not None:
        tx.connection.execute(
            update(partner_table).where(partner_table.c.number == known.number).values(values)
        )
        return known.number
    highest = tx.connection.execute(select(func.max(partner_table.c.number))).scalar()
    number = int(highest or 0) + 1
    tx.connection.execute(
        insert(partner_table).values(number=number, node=made.node, invited_at=now, **values)
    )
    tx.connection.execute(
        insert(pair_table).values(
            number=number,
            generation=1,
            last=0,
            segments=0,
            recalls=0,
            position=0,
            last_added=0,
            head=bytes(32),
            acknowledged=0,
        )
    )
    tx.connection.execute(
        insert(link_table).values(
            number=number,
            generation=1,
            received=0,
            news=0,
            failures=0,
            recalls=0,
            head=bytes(32),
            state="new",
            code="",
            message_id="",
            params="{}",
            acknowledged=0,
        )
    )
    return number


def confirm_partner(tx: Transaction, number: int, by: str, now: int) -> None:
    """Record who compared the words of a partner, and when."""
    tx.connection.execute(
        update(partner_table)
        .where(partner_table.c.number == number)
        .values(state="confirmed", confirmed_by=by, confirmed_at=now)
    )


def suspend_partner(tx: Transaction, number: int, state: str) -> None:
    """Set a partner's state: confirmed, suspended or left."""
    tx.connection.execute(update(partner_table).where(partner_table.c.number == number).values(state=state))


# Outgoing stream ------------------------------------------------------------------------------


class Pair(msgspec.Struct, frozen=True):
    """Hold the state of the stream to one partner; `last` is its last entry number."""

    number: int
    generation: int
    last: int
    segments: int
    recalls: int
    position: int
    last_added: int
    head: bytes
    rules_version: str | None
    acknowledged: int
    acknowledged_at: int | None
    receipt: bytes | None


class Segment(msgspec.Struct, frozen=True):
    """Hold one stored segment; `entries` is the packed blob."""

    pair: int
    generation: int
    first: int
    last: int
    cut_at: int
    base_us: int
    types: int
    min_vid: int
    max_vid: int
    header: bytes
    signature: bytes
    hash: bytes
    entries: bytes
    seed: bytes | None = None
    salts: bytes | None = None
    leaves: bytes | None = None


_PAIR = f"SELECT {', '.join(Pair.__struct_fields__)} FROM exchange_pair WHERE number = ?"
_SEGMENT = select(*(segment_table.c[name] for name in Segment.__struct_fields__)).where(
    segment_table.c.pair == bindparam("pair"), segment_table.c.generation == bindparam("generation")
)
# Asked at every page that is read: written out, because building them anew would cost as much as the page itself.
_FROM_SEGMENTS = """
    SELECT first, base_us, entries FROM exchange_segment
    WHERE pair = ? AND generation = ? AND first >= coalesce(
        (SELECT max(first) FROM exchange_segment WHERE pair = ? AND generation = ? AND first <= ?), 0)
"""
_PAGE = _FROM_SEGMENTS + " ORDER BY first LIMIT ?"
_PAGE_TYPED = _FROM_SEGMENTS + " AND types & ? <> 0 ORDER BY first LIMIT ?"
_ADDED = (
    select(segment_table.c.first, segment_table.c.last, segment_table.c.base_us)
    .where(
        segment_table.c.pair == bindparam("pair"),
        segment_table.c.generation == bindparam("generation"),
        segment_table.c.base_us <= bindparam("instant"),
    )
    .order_by(segment_table.c.base_us.desc())
    .limit(1)
)


def pair(tx: Transaction, number: int) -> Pair:
    """Return the state of the stream to a partner; raises NotFound."""
    row = tx.row(_PAIR, number)
    if row is None:
        raise NotFound("exchange.pair.unknown", _("There is no stream number {number}."), number=number)
    return Pair(*row)


def save_pair(tx: Transaction, state: Pair) -> None:
    """Store the state of a stream."""
    values = msgspec.structs.asdict(state)
    del values["number"]
    tx.connection.execute(update(pair_table).where(pair_table.c.number == state.number).values(values))


def add_segments(tx: Transaction, segments: Sequence[Segment]) -> None:
    """Store new segments."""
    if segments:
        tx.connection.execute(
            insert(segment_table), [msgspec.structs.asdict(segment) for segment in segments]
        )


def save_segment(tx: Transaction, segment: Segment) -> None:
    """Store what may change of a segment: flags within its entries, seed, salts and leaves."""
    tx.connection.execute(
        update(segment_table)
        .where(
            segment_table.c.pair == segment.pair,
            segment_table.c.generation == segment.generation,
            segment_table.c.first == segment.first,
        )
        .values(entries=segment.entries, seed=segment.seed, salts=segment.salts, leaves=segment.leaves)
    )


def segment_with(tx: Transaction, number: int, generation: int, sequence: int) -> Segment | None:
    """Return the segment that holds an entry, None when the stream is not that long."""
    row = tx.connection.execute(
        _SEGMENT.where(segment_table.c.first <= sequence, segment_table.c.last >= sequence),
        {"pair": number, "generation": generation},
    ).one_or_none()
    return None if row is None else Segment(*row)


def segments_with_vids(tx: Transaction, number: int, generation: int, low: int, high: int) -> list[Segment]:
    """Return the segments whose range of version ids meets low…high, in order."""
    rows = tx.connection.execute(
        _SEGMENT.where(segment_table.c.min_vid <= high, segment_table.c.max_vid >= low).order_by(
            segment_table.c.first
        ),
        {"pair": number, "generation": generation},
    )
    return [Segment(*row) for row in rows]


def page(
    tx: Transaction, number: int, generation: int, after: int, count: int, mask: int | None = None
) -> list[tuple[int, int, bytes]]:
    """Return (first, base_us, entries) of up to `count` segments that go on after an entry number.

    With `mask`, only segments that may hold one of those types.
    """
    place = (number, generation, number, generation, after + 1)
    if mask is None:
        return tx.rows(_PAGE, *place, count)
    return tx.rows(_PAGE_TYPED, *place, mask, count)


def added_until(tx: Transaction, number: int, generation: int, instant: int) -> int:
    """Return the number of the last entry added at or before an instant, 0 when there is none."""
    row = tx.connection.execute(
        _ADDED, {"pair": number, "generation": generation, "instant": instant}
    ).one_or_none()
    return 0 if row is None else min(row.last, row.first + instant - row.base_us)


def header_hashes(tx: Transaction, number: int, generation: int) -> list[bytes]:
    """Return the hashes of all headers of a stream in order: the leaves of the pair log."""
    rows = tx.connection.execute(
        select(segment_table.c.hash)
        .where(segment_table.c.pair == number, segment_table.c.generation == generation)
        .order_by(segment_table.c.first)
    )
    return [row.hash for row in rows]


# Held state, work that is due, tear-lines ------------------------------------------------------

_CHUNK = "SELECT bits FROM exchange_held WHERE pair = ? AND chunk = ?"


def held(tx: Transaction, number: int) -> Held:
    """Return the set of versions live at a partner, read as it is needed."""

    def load(chunk: int) -> bytes | None:
        row = tx.row(_CHUNK, number, chunk)
        return None if row is None else row[0]

    return Held(load)


def held_chunks(tx: Transaction, number: int) -> dict[int, bytes]:
    """Return all chunks of what a partner holds, by chunk number."""
    rows = tx.connection.execute(
        select(held_table.c.chunk, held_table.c.bits).where(held_table.c.pair == number)
    )
    return {row.chunk: row.bits for row in rows}


def save_held(tx: Transaction, number: int, state: Held) -> None:
    """Store what changed of a partner's set."""
    changed = state.changed()
    if not changed:
        return
    tx.connection.execute(
        delete(held_table).where(held_table.c.pair == number, held_table.c.chunk == bindparam("b_chunk")),
        [{"b_chunk": chunk} for chunk in changed],
    )
    tx.connection.execute(
        insert(held_table),
        [{"pair": number, "chunk": chunk, "bits": bits} for chunk, bits in changed.items()],
    )


def owe_markings(tx: Transaction, number: int, mids: Iterable[int]) -> int:
    """Owe a partner another look at every version under these markings; returns how many markings."""
    rows = [{"pair": number, "mid": mid, "after_vid": 0} for mid in sorted(set(mids))]
    if rows:
        tx.connection.execute(
            delete(due_table).where(due_table.c.pair == number, due_table.c.mid == bindparam("b_mid")),
            [{"b_mid": row["mid"]} for row in rows],
        )
        tx.connection.execute(insert(due_table), rows)
    return len(rows)


def owe_versions(tx: Transaction, number: int, vids: Iterable[int]) -> int:
    """Owe a partner another look at these versions; returns how many were not owed yet."""
    wanted = sorted(set(vids))
    if not wanted:
        return 0
    known = set(owed_among(tx, number, wanted))
    rows = [{"pair": number, "vid": vid} for vid in wanted if vid not in known]
    if rows:
        tx.connection.execute(insert(due_version_table), rows)
    return len(rows)


def owed_among(tx: Transaction, number: int, vids: Sequence[int]) -> list[int]:
    """Return which of these versions are owed another look."""
    sql = "SELECT vid FROM exchange_due_version WHERE pair = ? AND vid IN INTS(?)"
    return [row[0] for row in tx.rows(sql, number, list(vids))]


def owed_markings(tx: Transaction, number: int) -> list[tuple[int, int]]:
    """Return (marking, version already looked at) of what is owed."""
    rows = tx.connection.execute(
        select(due_table.c.mid, due_table.c.after_vid)
        .where(due_table.c.pair == number)
        .order_by(due_table.c.mid)
    )
    return [(row.mid, row.after_vid) for row in rows]


def advance_owed(tx: Transaction, number: int, mid: int, after_vid: int | None) -> None:
    """Record how far a marking was looked through; None when it is done."""
    chosen = (due_table.c.pair == number, due_table.c.mid == mid)
    if after_vid is None:
        tx.connection.execute(delete(due_table).where(*chosen))
    else:
        tx.connection.execute(update(due_table).where(*chosen).values(after_vid=after_vid))


def take_owed_versions(tx: Transaction, number: int, limit: int) -> list[int]:
    """Return versions owed another look, oldest first, and forget that they are."""
    rows = tx.connection.execute(
        select(due_version_table.c.vid)
        .where(due_version_table.c.pair == number)
        .order_by(due_version_table.c.vid)
        .limit(limit)
    )
    vids = [row.vid for row in rows]
    if vids:
        tx.connection.execute(
            delete(due_version_table).where(
                due_version_table.c.pair == number, due_version_table.c.vid <= vids[-1]
            )
        )
    return vids


class TearLineRow(msgspec.Struct, frozen=True):
    """Link a stored tear-line to its parent; never leaves the node."""

    vid: int
    parent_vid: int
    parent_oid: int
    oid: int
    class_: str
    id: str
    digest: bytes
    created: int
    modified: int


def add_tear_line(tx: Transaction, row: TearLineRow) -> None:
    """Record where a tear-line came from; a repeated redaction replaces what was known of its vid."""
    values = msgspec.structs.asdict(row)
    values["class"] = values.pop("class_")
    tx.connection.execute(delete(tear_line_table).where(tear_line_table.c.vid == row.vid))
    tx.connection.execute(insert(tear_line_table).values(values))


_LINES = (
    "SELECT vid, parent_vid, parent_oid, oid, class, id, digest, created, modified FROM exchange_tear_line"
).replace("class", '"class"')


def tear_lines_of(tx: Transaction, class_: str, parent_oids: Sequence[int]) -> dict[int, TearLineRow]:
    """Return the latest tear-line of each parent object for one recipient class."""
    sql = f'{_LINES} WHERE "class" = ? AND parent_oid IN INTS(?) ORDER BY vid'
    return {row[2]: TearLineRow(*row) for row in tx.rows(sql, class_, list(parent_oids))}


def tear_line_parents(tx: Transaction, vids: Sequence[int]) -> dict[int, TearLineRow]:
    """Return the records of those of these versions that are tear-lines, by version."""
    return {row[0]: TearLineRow(*row) for row in tx.rows(f"{_LINES} WHERE vid IN INTS(?)", list(vids))}


def type_numbers(tx: Transaction) -> dict[str, int]:
    """Return the numbers of the object types seen in streams."""
    return {
        row.name: row.number for row in tx.connection.execute(select(type_table.c.name, type_table.c.number))
    }


def number_types(tx: Transaction, names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of all known types, giving new ones to `names`; beyond 255 a type is 0."""
    known = type_numbers(tx)
    for name in sorted(set(names) - known.keys()):
        number = len(known) + 1
        if number > 255:
            break
        tx.connection.execute(insert(type_table).values(number=number, name=name))
        known[name] = number
    return known


# Incoming stream ------------------------------------------------------------------------------


class LinkRow(msgspec.Struct, frozen=True):
    """Hold the state of the stream from one partner."""

    number: int
    generation: int
    received: int
    news: int
    failures: int
    recalls: int
    head: bytes
    state: str
    code: str
    message_id: str
    params: str
    last_contact: int | None
    last_attempt: int | None
    clock_difference: int | None
    acknowledged: int
    checkpoint: bytes | None


_LINK = f"SELECT {', '.join(LinkRow.__struct_fields__)} FROM exchange_link WHERE number = ?"


def link(tx: Transaction, number: int) -> LinkRow:
    """Return the state of the stream from a partner; raises NotFound."""
    row = tx.row(_LINK, number)
    if row is None:
        raise NotFound("exchange.pair.unknown", _("There is no stream number {number}."), number=number)
    return LinkRow(*row)


def save_link(tx: Transaction, number: int, values: Mapping[str, Any]) -> None:
    """Store some of a link's values."""
    tx.connection.execute(update(link_table).where(link_table.c.number == number).values(dict(values)))


def add_received(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store the header, leaves and version ids of an applied segment."""
    tx.connection.execute(insert(received_table).values(dict(values)))


def received_with(tx: Transaction, number: int, generation: int, sequence: int) -> Row[Any] | None:
    """Return the received segment that holds an entry number."""
    return tx.connection.execute(
        select(*received_table.c).where(
            received_table.c.pair == number,
            received_table.c.generation == generation,
            received_table.c.first <= sequence,
            received_table.c.last >= sequence,
        )
    ).one_or_none()


def received_as(
    tx: Transaction, number: int, generation: int, sequence: int
) -> tuple[int, str, bytes] | None:
    """Return (vid, id, content hash) of what an entry number became here, None when nothing of it is held."""
    row = received_with(tx, number, generation, sequence)
    if row is None:
        return None
    vid = entry.read_numbers(row.vids)[sequence - row.first]
    sql = "SELECT v.vid, o.id, v.hash FROM versions v JOIN objects o ON o.oid = v.oid WHERE v.vid = ?"
    held = tx.row(sql, vid)
    return None if held is None else (held[0], held[1], bytes(held[2]))


def received_vids(tx: Transaction, number: int, generation: int) -> list[tuple[int, bytes]]:
    """Return (first entry, packed version ids) of the segments applied of a generation, in order."""
    sql = 'SELECT "first", vids FROM exchange_received WHERE pair = ? AND generation = ? ORDER BY "first"'
    return [(first, bytes(vids)) for first, vids in tx.rows(sql, number, generation)]


def received_hashes(tx: Transaction, number: int, generation: int) -> list[bytes]:
    """Return the hashes of all headers received from a partner in order."""
    rows = tx.connection.execute(
        select(received_table.c.hash)
        .where(received_table.c.pair == number, received_table.c.generation == generation)
        .order_by(received_table.c.first)
    )
    return [row.hash for row in rows]


def add_set_aside(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep entries that could not be applied, with their reasons."""
    if rows:
        tx.connection.execute(insert(set_aside_table), [dict(row) for row in rows])


def set_aside(
    tx: Transaction, number: int | None = None, *, after: int = 0, limit: int = 100
) -> list[Row[Any]]:
    """Return entries set aside, oldest first."""
    query = select(*set_aside_table.c).where(set_aside_table.c.number > after)
    if number is not None:
        query = query.where(set_aside_table.c.pair == number)
    return list(tx.connection.execute(query.order_by(set_aside_table.c.number).limit(limit)))


def forget_set_aside(tx: Transaction, numbers: Sequence[int]) -> None:
    """Forget entries that were dealt with."""
    tx.connection.execute(delete(set_aside_table).where(set_aside_table.c.number.in_(list(numbers))))


# Recall ---------------------------------------------------------------------------------------


def add_recall(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store a drafted recall."""
    tx.connection.execute(insert(recall_table).values(dict(values)))


def save_recall(tx: Transaction, recall_id: str, values: Mapping[str, Any]) -> None:
    """Store some of a recall's values."""
    tx.connection.execute(update(recall_table).where(recall_table.c.id == recall_id).values(dict(values)))


def recall(tx: Transaction, recall_id: str) -> Row[Any] | None:
    """Return one recall of ours."""
    return tx.connection.execute(select(*recall_table.c).where(recall_table.c.id == recall_id)).one_or_none()


def recalls(tx: Transaction, *, number: int | None = None, state: str | None = None) -> list[Row[Any]]:
    """Return recalls of ours, newest first."""
    query = select(*recall_table.c).order_by(recall_table.c.at.desc(), recall_table.c.id)
    if number is not None:
        query = query.where(recall_table.c.pair == number)
    if state is not None:
        query = query.where(recall_table.c.state == state)
    return list(tx.connection.execute(query))


def recalled_vids(tx: Transaction, number: int) -> frozenset[int]:
    """Return the versions that were asked back from a partner: they do not go to it again."""
    sql = "SELECT vids FROM exchange_recall WHERE pair = ? AND number IS NOT NULL"
    vids = {vid for row in tx.rows(sql, number) for vid in entry.read_numbers(bytes(row[0]))}
    # another source's statement of the very same content is the same thing to the partner
    same = tx.rows(_SAME, sorted(vids)) if vids else []
    return frozenset(vids.union(row[0] for row in same))


def recalls_after(tx: Transaction, number: int, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Return (number, signed message) of the recalls sent to a partner after a number."""
    rows = tx.connection.execute(
        select(recall_table.c.number, recall_table.c.message)
        .where(recall_table.c.pair == number, recall_table.c.number > after)
        .order_by(recall_table.c.number)
        .limit(limit)
    )
    return [(row.number, row.message) for row in rows]


def recalled(tx: Transaction, number: int, recall_id: str) -> Row[Any] | None:
    """Return what became of a partner's recall here, None when it is new."""
    return tx.connection.execute(
        select(*recalled_table.c).where(recalled_table.c.pair == number, recalled_table.c.id == recall_id)
    ).one_or_none()


def add_recalled(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store a carried-out recall with its receipt."""
    tx.connection.execute(insert(recalled_table).values(dict(values)))


def undelivered_receipts(tx: Transaction, number: int) -> list[tuple[str, bytes]]:
    """Return (recall id, signed receipt) of what the partner has not been told yet."""
    rows = tx.connection.execute(
        select(recalled_table.c.id, recalled_table.c.receipt).where(
            recalled_table.c.pair == number, recalled_table.c.delivered == 0
        )
    )
    return [(row.id, row.receipt) for row in rows]


def mark_delivered(tx: Transaction, number: int, recall_id: str) -> None:
    """Record that the partner has our receipt."""
    tx.connection.execute(
        update(recalled_table)
        .where(recalled_table.c.pair == number, recalled_table.c.id == recall_id)
        .values(delivered=1)
    )


# TAXII ----------------------------------------------------------------------------------------


def add_status(tx: Transaction, status_id: str, number: int, at: int, body: bytes) -> None:
    """Keep a TAXII status resource for the partner that posted, and forget those of before a week."""
    week = 7 * 24 * 3600 * 1_000_000
    tx.connection.execute(delete(status_table).where(status_table.c.at < at - week))
    tx.connection.execute(insert(status_table).values(id=status_id, pair=number, at=at, body=body))


def status(tx: Transaction, status_id: str, number: int) -> bytes | None:
    """Return a status resource of this partner."""
    return tx.connection.execute(
        select(status_table.c.body).where(status_table.c.id == status_id, status_table.c.pair == number)
    ).scalar()


# What the store holds of versions in a stream ---------------------------------------------------
# The store's own columns, read in one statement a page: markings as they are now, and the bytes.

_SERVED = """
    SELECT v.vid, v.effective_mid, v.full_mid, v.current, b.raw
    FROM versions v JOIN bodies b ON b.vid = v.vid WHERE v.vid IN INTS(?)
"""
_CURRENT = """
    SELECT v.vid, c.effective_mid, c.full_mid
    FROM versions v
    JOIN statements s ON s.oid = v.oid AND s.source_no = v.source_no
    JOIN versions c ON c.vid = s.vid
    WHERE v.vid IN INTS(?)
"""
_DATED = "SELECT v.vid, o.id, v.modified, v.created FROM versions v JOIN objects o ON o.oid = v.oid WHERE v.vid IN INTS(?)"
_OF_OIDS = "SELECT oid, vid, modified, created, current FROM versions WHERE oid IN INTS(?) ORDER BY vid"
_UNDER = """
    SELECT vid FROM versions WHERE vid > ? AND (effective_mid = ? OR full_mid = ?) ORDER BY vid LIMIT ?
"""
# Every current statement about what these versions name.
_NAMED = """
    SELECT r.vid, r.target, v.full_mid FROM refs r JOIN versions v ON v.oid = r.target AND v.current = 1
    WHERE r.vid IN INTS(?)
"""
_NAMED_GONE = """
    SELECT DISTINCT r.vid, r.target FROM refs r JOIN tombstones t ON t.oid = r.target WHERE r.vid IN INTS(?)
"""
_SAME = """
    SELECT other.vid FROM versions v JOIN versions other ON other.oid = v.oid AND other.hash = v.hash
    WHERE v.vid IN INTS(?)
"""
_EXCEPTED = "SELECT 1 FROM release_exception WHERE kind = 'hold' AND lifted_by IS NULL LIMIT 1"
_HELD_BACK = """
    SELECT v.vid, e."to" FROM versions v JOIN objects o ON o.oid = v.oid
    JOIN release_exception e ON e.object_id = o.id
    WHERE v.vid IN INTS(?) AND e.kind = 'hold' AND e.lifted_by IS NULL AND (e.until IS NULL OR e.until > ?)
"""
_TARGETS = "SELECT vid, target FROM refs WHERE vid IN INTS(?)"
_REFERRERS = "SELECT DISTINCT vid FROM refs WHERE target IN INTS(?)"


def served(tx: Transaction, vids: Sequence[int]) -> list[tuple[int, int, int, int, bytes]]:
    """Return (vid, effective marking, full marking, current, raw) of versions whose body is held."""
    return tx.rows(_SERVED, list(vids))


def current_markings(tx: Transaction, vids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (vid, effective, full marking of the current version of the same statement)."""
    return tx.rows(_CURRENT, list(vids))


def named(tx: Transaction, vids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (vid, object number it names, full marking of a current statement about that).

    The marking is 0, which is no marking, for an object of which something was purged here.
    """
    gone = [(vid, target, 0) for vid, target in tx.rows(_NAMED_GONE, list(vids))]
    return gone + tx.rows(_NAMED, list(vids))


def held_back(tx: Transaction, vids: Sequence[int], called: frozenset[str], now: int) -> set[int]:
    """Return which of these versions a hold keeps now from whoever is called one of these names."""
    if not vids or tx.row(_EXCEPTED) is None:
        return set()
    return {vid for vid, to in tx.rows(_HELD_BACK, list(vids), now) if to in called}


def timed_hold(tx: Transaction, now: int) -> bool:
    """Tell whether a hold has ended and nobody has looked since."""
    sql = "SELECT 1 FROM release_exception WHERE kind = 'hold' AND lifted_by IS NULL AND until <= ? LIMIT 1"
    return tx.row(sql, now) is not None


def dated(tx: Transaction, vids: Sequence[int]) -> dict[int, tuple[str, int | None, int | None]]:
    """Return (id, modified, created) by version."""
    return {
        vid: (stix_id, modified, created) for vid, stix_id, modified, created in tx.rows(_DATED, list(vids))
    }


def versions_of(tx: Transaction, oids: Sequence[int]) -> list[tuple[int, int, int | None, int | None, int]]:
    """Return (oid, vid, modified, created, current) of all versions of these objects, oldest stored first."""
    return tx.rows(_OF_OIDS, list(oids))


def under_marking(tx: Transaction, mid: int, after_vid: int, limit: int) -> list[int]:
    """Return versions whose effective or full marking is `mid`, in order, after a version."""
    return [row[0] for row in tx.rows(_UNDER, after_vid, mid, mid, limit)]


def reference_targets(tx: Transaction, vids: Sequence[int]) -> list[tuple[int, int]]:
    """Return (vid, object number referred to) of these versions."""
    return tx.rows(_TARGETS, list(vids))


def referring(tx: Transaction, oids: Sequence[int]) -> list[int]:
    """Return the versions that refer to these objects."""
    return [row[0] for row in tx.rows(_REFERRERS, list(oids))]


def content_hashes(tx: Transaction, vids: Sequence[int]) -> dict[int, bytes]:
    """Return the content hash by version, of versions that are held."""
    return dict(
        tx.rows(
            "SELECT v.vid, v.hash FROM versions v JOIN bodies b ON b.vid = v.vid WHERE v.vid IN INTS(?)",
            list(vids),
        )
    )


def own_hashes(tx: Transaction, node: str, oids: Sequence[int]) -> dict[int, frozenset[bytes]]:
    """Return, for those of these objects that this node itself stated, the content hashes it stated."""
    found: dict[int, set[bytes]] = {}
    sql = """
        SELECT v.oid, v.hash FROM versions v JOIN terms t ON t.no = v.source_no
        WHERE v.oid IN INTS(?) AND t.name = ?
    """
    for oid, content in tx.rows(sql, list(oids), node):
        found.setdefault(oid, set()).add(bytes(content))
    return {oid: frozenset(hashes) for oid, hashes in found.items()}


def header_ends(tx: Transaction, number: int, generation: int) -> list[tuple[int, bytes]]:
    """Return (last entry, header hash) of all segments of a stream in order."""
    rows = tx.connection.execute(
        select(segment_table.c.last, segment_table.c.hash)
        .where(segment_table.c.pair == number, segment_table.c.generation == generation)
        .order_by(segment_table.c.first)
    )
    return [(row.last, row.hash) for row in rows]


def buried(tx: Transaction, oids: Sequence[int]) -> set[int]:
    """Return which of these objects were purged here."""
    return {row[0] for row in tx.rows("SELECT DISTINCT oid FROM tombstones WHERE oid IN INTS(?)", list(oids))}


def tear_line_vids(tx: Transaction, class_: str, parent_oids: Sequence[int]) -> list[int]:
    """Return every tear-line version made of these objects for a recipient class."""
    sql = 'SELECT vid FROM exchange_tear_line WHERE "class" = ? AND parent_oid IN INTS(?) ORDER BY vid'
    return [row[0] for row in tx.rows(sql, class_, list(parent_oids))]


def add_stubs(tx: Transaction, number: int, generation: int, first: int, raws: Sequence[bytes]) -> None:
    """Keep the bytes of revoked versions by entry number."""
    tx.connection.execute(
        insert(stub_table),
        [
            {"pair": number, "generation": generation, "sequence": sequence, "raw": raw}
            for sequence, raw in enumerate(raws, first)
        ],
    )


def stubs(tx: Transaction, number: int, generation: int, first: int, last: int) -> dict[int, bytes]:
    """Return the bytes of revoked versions by entry number."""
    rows = tx.connection.execute(
        select(stub_table.c.sequence, stub_table.c.raw).where(
            stub_table.c.pair == number,
            stub_table.c.generation == generation,
            stub_table.c.sequence >= first,
            stub_table.c.sequence <= last,
        )
    )
    return {row.sequence: row.raw for row in rows}


def forget_sequence(tx: Transaction, number: int, generation: int, sequence: int) -> None:
    """Forget what was set aside of one received entry, bytes included."""
    tx.connection.execute(
        delete(set_aside_table).where(
            set_aside_table.c.pair == number,
            set_aside_table.c.generation == generation,
            set_aside_table.c.sequence == sequence,
        )
    )


def tear_lines_from(tx: Transaction, class_: str, parent_oids: Sequence[int]) -> dict[int, int]:
    """Return tear-line version → parent version, of these objects for a recipient class."""
    sql = 'SELECT vid, parent_vid FROM exchange_tear_line WHERE "class" = ? AND parent_oid IN INTS(?)'
    return dict(tx.rows(sql, class_, list(parent_oids)))


def tear_line_parent_vids(tx: Transaction, class_: str) -> list[tuple[int, int]]:
    """Return (tear-line version, current version of its parent's statement) for a recipient class."""
    sql = """
        SELECT t.vid, s.vid FROM exchange_tear_line t
        JOIN versions v ON v.vid = t.parent_vid
        JOIN statements s ON s.oid = v.oid AND s.source_no = v.source_no
        WHERE t."class" = ?
    """
    return tx.rows(sql, class_)


def current_versions(tx: Transaction) -> list[tuple[int, int, int]]:
    """Return (vid, effective, full marking) of every current version that is not a tear-line of ours."""
    sql = """
        SELECT v.vid, v.effective_mid, v.full_mid FROM versions v
        WHERE v.current = 1 AND NOT EXISTS (SELECT 1 FROM exchange_tear_line t WHERE t.vid = v.vid)
        ORDER BY v.vid
    """
    return tx.rows(sql)
