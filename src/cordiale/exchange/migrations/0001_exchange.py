"""Make the tables of partners, streams, links, recalls and TAXII."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0001"
down_revision = None
branch_labels = ("exchange",)
depends_on = ("store_0001",)


def upgrade() -> None:
    _due()
    _due_version()
    _held()
    _link()
    _pair()
    _partner()
    _recall()
    _recalled()
    _received()
    _segment()
    _set_aside()
    _status()
    _stub()
    _tear_line()
    _type()


def _due() -> None:
    op.create_table(
        "exchange_due",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("mid", sa.Integer, nullable=False),
        sa.Column("after_vid", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pair", "mid"),
    )


def _due_version() -> None:
    op.create_table(
        "exchange_due_version",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("vid", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pair", "vid"),
    )


def _held() -> None:
    op.create_table(
        "exchange_held",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("chunk", sa.Integer, nullable=False),
        sa.Column("bits", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("pair", "chunk"),
    )


def _link() -> None:
    op.create_table(
        "exchange_link",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("news", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("recalls", sa.Integer, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("last_contact", sa.BigInteger),
        sa.Column("last_attempt", sa.BigInteger),
        sa.Column("clock_difference", sa.BigInteger),
        sa.Column("acknowledged", sa.Integer, nullable=False),
        sa.Column("checkpoint", sa.LargeBinary),
    )


def _pair() -> None:
    op.create_table(
        "exchange_pair",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("recalls", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("last_added", sa.BigInteger, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("rules_version", sa.Text),
        sa.Column("acknowledged", sa.Integer, nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger),
        sa.Column("receipt", sa.LargeBinary),
    )


def _partner() -> None:
    op.create_table(
        "exchange_partner",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("node", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("nation", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sa.Column("identities", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("assurance", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("invited_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("confirmed_at", sa.BigInteger),
    )


def _recall() -> None:
    op.create_table(
        "exchange_recall",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ids", sa.Text, nullable=False),
        sa.Column("vids", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("message", sa.LargeBinary),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
        sa.Column("receipt", sa.LargeBinary),
    )
    op.create_index("exchange_recall_number", "exchange_recall", ["pair", "number"])


def _recalled() -> None:
    op.create_table(
        "exchange_recalled",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
        sa.Column("delivered", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )


def _received() -> None:
    op.create_table(
        "exchange_received",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("leaves", sa.LargeBinary, nullable=False),
        sa.Column("vids", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pair", "generation", "first"),
    )


def _segment() -> None:
    op.create_table(
        "exchange_segment",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("cut_at", sa.BigInteger, nullable=False),
        sa.Column("base_us", sa.BigInteger, nullable=False),
        sa.Column("types", sa.BigInteger, nullable=False),
        sa.Column("min_vid", sa.BigInteger, nullable=False),
        sa.Column("max_vid", sa.BigInteger, nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("entries", sa.LargeBinary, nullable=False),
        sa.Column("seed", sa.LargeBinary),
        sa.Column("salts", sa.LargeBinary),
        sa.Column("leaves", sa.LargeBinary),
        sa.PrimaryKeyConstraint("pair", "generation", "first"),
    )
    op.create_index("exchange_segment_added", "exchange_segment", ["pair", "generation", "base_us"])


def _set_aside() -> None:
    op.create_table(
        "exchange_set_aside",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("object_id", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.LargeBinary),
    )


def _status() -> None:
    op.create_table(
        "exchange_status",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def _stub() -> None:
    op.create_table(
        "exchange_stub",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("pair", "generation", "sequence"),
    )


def _tear_line() -> None:
    op.create_table(
        "exchange_tear_line",
        sa.Column("vid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("parent_vid", sa.BigInteger, nullable=False),
        sa.Column("parent_oid", sa.BigInteger, nullable=False),
        sa.Column("oid", sa.BigInteger, nullable=False),
        sa.Column("class", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("modified", sa.BigInteger, nullable=False),
    )
    op.create_index("exchange_tear_line_parent", "exchange_tear_line", ["parent_oid", "class"])


def _type() -> None:
    op.create_table(
        "exchange_type",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )
