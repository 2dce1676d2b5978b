"""The exchange's tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

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
    # What proves an entry beside its leaf: the salt (zeros where it was destroyed) and the marking in the leaf.
    Column("salts", LargeBinary),
    Column("mids", LargeBinary),
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
    # `version` or `object`; the atoms of a downgrade; the recall that this is a later part of; when an answer is due.
    Column("scope", Text),
    Column("marking", Text),
    Column("whole", Text),
    Column("due", BigInteger),
    # Whose recall this one forwards: the number of that partner and the id of its recall.
    Column("forwarded_pair", Integer),
    Column("forwarded_id", Text),
    # Which segments its numbers are of.
    Column("basis", LargeBinary),
    Index("exchange_recall_number", "pair", "number"),
    Index("exchange_recall_forwarded", "forwarded_pair"),
)

# What does not go to a partner again, as packed bits: of versions, and of whole objects.
asked_back_table = Table(
    "exchange_asked_back",
    metadata,
    _required("pair", Integer),
    _required("kind", Text),
    _required("chunk", Integer),
    _required("bits", LargeBinary),
    PrimaryKeyConstraint("pair", "kind", "chunk"),
)

# Objects that are being marked anew, as packed bits: nothing of them goes to anybody until that is done.
stopped_table = Table(
    "exchange_stopped",
    metadata,
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    _required("bits", LargeBinary),
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
    Column("answered_by", Text),
    Column("basis", LargeBinary),
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

Index("exchange_status_at", status_table.c.at)

# How each generation after the first was opened, by us or by the partner, and which of ours a partner proves.
generation_table = Table(
    "exchange_generation",
    metadata,
    _required("pair", Integer),
    _required("side", Text),
    _required("generation", Integer),
    _required("statement", LargeBinary),
    _required("at", BigInteger),
    PrimaryKeyConstraint("pair", "side", "generation"),
)

# Whose an object is: batches under an origin signature with what is known of their trees, and where versions stand.
origin_batch_table = Table(
    "exchange_origin_batch",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(_required(name, LargeBinary) for name in ("header", "signature", "places", "leaves", "nodes")),
)

origin_table = Table(
    "exchange_origin",
    metadata,
    Column("vid", BigInteger, primary_key=True, autoincrement=False),
    *(_required(name, Integer) for name in ("batch", "place", "mid")),
    _required("salt", LargeBinary),
)

# When a partner's stream was last compared with what is here, quickly and whole; `position` is how far a whole one came.
reconciliation_table = Table(
    "exchange_reconciliation",
    metadata,
    _required("pair", Integer),
    _required("kind", Text),
    _required("at", BigInteger),
    *(_required(name, Integer) for name in ("generation", "entries", "objects", "differences", "position")),
    PrimaryKeyConstraint("pair", "kind"),
)

difference_table = Table(
    "exchange_difference",
    metadata,
    Column("number", Integer, primary_key=True),
    _required("pair", Integer),
    _required("at", BigInteger),
    *(_required(name, Integer) for name in ("generation", "sequence")),
    Column("object_id", Text),
    *(_required(name, Text) for name in ("kind", "repair", "reason")),
)

Index("exchange_difference_pair", difference_table.c.pair, difference_table.c.number)

# Entries of our stream of which the partner told us why it holds them or does not, other than we would expect.
explained_table = Table(
    "exchange_explained",
    metadata,
    *(_required(name, Integer) for name in ("pair", "generation", "sequence", "held")),
    _required("reason", Text),
    _required("at", BigInteger),
    PrimaryKeyConstraint("pair", "generation", "sequence"),
)

# What a plain client went past while it was not served, and may have read before.
passed_table = Table(
    "exchange_passed",
    metadata,
    _required("pair", Integer),
    _required("vid", BigInteger),
    PrimaryKeyConstraint("pair", "vid"),
)

# Bundles written for a partner (`out`) or taken in from it (`in`), each with the entries it held.
carried_table = Table(
    "exchange_carried",
    metadata,
    Column("entry", Integer, primary_key=True),
    _required("pair", Integer),
    _required("side", Text),
    _required("number", Integer),
    _required("at", BigInteger),
    _required("digest", LargeBinary),
    *(_required(name, Integer) for name in ("generation", "first", "last")),
)

Index("exchange_carried_pair", carried_table.c.pair, carried_table.c.side, carried_table.c.number)

# Consents of originators: asked by us or of us, and those that came with versions, with the proof that they cover them.
consent_table = Table(
    "exchange_consent",
    metadata,
    *(_required(name, Text) for name in ("id", "role")),
    *(_required(name, Integer) for name in ("pair", "number", "derived")),
    *(_required(name, Text) for name in ("to", "items", "reason", "by", "state")),
    Column("where", Text),
    Column("answered_by", Text),
    _required("at", BigInteger),
    Column("until", BigInteger),
    Column("answered_at", BigInteger),
    _required("request", LargeBinary),
    Column("seed", LargeBinary),
    Column("statement", LargeBinary),
    PrimaryKeyConstraint("id", "role"),
)

consented_table = Table(
    "exchange_consented",
    metadata,
    Column("vid", BigInteger, primary_key=True, autoincrement=False),
    _required("statement", LargeBinary),
    _required("proof", LargeBinary),
    _required("known", Integer),
)
