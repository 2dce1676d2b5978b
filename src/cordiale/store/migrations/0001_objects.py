"""Make the tables of versions, references, values, changes, counters and text."""

import sqlalchemy as sa
from alembic import op

revision = "store_0001"
down_revision = None
branch_labels = ("store",)
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, Big, primary_key=True, autoincrement=False)


def _number(name: str, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, Big, nullable=null)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger, nullable=False)


def _bytes(name: str, null: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=null)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _of_version() -> sa.Column[int]:
    return sa.Column("vid", Big, sa.ForeignKey("versions.vid"), primary_key=True, autoincrement=False)


def upgrade() -> None:
    op.create_table("numbers", sa.Column("name", sa.Text, primary_key=True), _number("last"))
    op.create_table("terms", _key("no"), _small("space"), _text("name"))
    op.create_index("ix_terms", "terms", ["space", "name"], unique=True)
    op.create_table("markings", _key("mid"), _bytes("digest"), _text("atoms"))
    op.create_index("ix_markings", "markings", ["digest"], unique=True)
    op.create_table("objects", _key("oid"), _number("key"), _text("id"))
    op.create_index("ix_objects", "objects", ["key"])
    _versions()
    op.create_table("bodies", _of_version(), _bytes("raw"))
    op.create_table(
        "statements",
        _key("oid"),
        _key("source_no"),
        _number("vid", null=True),
        _number("effective_mid", null=True),
        _number("overlay_mid", null=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refs",
        _of_version(),
        _key("n"),
        _number("target"),
        _number("path_no"),
        _small("inherent"),
        _small("strict"),
        _number("mid"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_refs_target", "refs", ["target", "inherent", "mid", "vid"])
    op.create_table(
        "observed",
        _of_version(),
        _key("n"),
        _number("key"),
        _number("mid"),
        _number("kind_no"),
        _text("value"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_observed_value", "observed", ["key", "mid", "vid"])
    op.create_table("changes", _key("seq"), _number("vid"), _small("kind"))
    op.create_table("counters", _key("mid"), _key("type_no"), _number("n"), sqlite_with_rowid=False)
    op.create_table(
        "tombstones",
        _key("tid"),
        _number("oid"),
        _number("source_no", null=True),
        _number("vid", null=True),
        _bytes("salt"),
        _bytes("salted_hash", null=True),
        _text("reason"),
        _number("at"),
    )
    op.create_index("ix_tombstones_object", "tombstones", ["oid"])
    op.create_index("ix_tombstones_version", "tombstones", ["vid"])
    _search()


def _versions() -> None:
    op.create_table(
        "versions",
        _key("vid"),
        _number("oid"),
        _number("source_no"),
        _number("type_no"),
        _bytes("hash"),
        _number("created", null=True),
        _number("modified", null=True),
        _number("at"),
        _number("creator", null=True),
        _small("flags"),
        _small("current"),
        _number("base_mid"),
        _number("own_mid"),
        _number("effective_mid"),
        _number("full_mid"),
        _number("received"),
    )
    op.create_index("ix_versions_object", "versions", ["oid", "source_no"])
    for name, columns, where in (
        ("ix_versions_listing", ["effective_mid", "type_no", "at", "vid"], "current = 1"),
        (
            "ix_versions_creator",
            ["creator", "effective_mid", "at", "vid"],
            "current = 1 AND creator IS NOT NULL",
        ),
    ):
        op.create_index(
            name, "versions", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def _search() -> None:
    op.create_table("text_rows", _key("rid"), _number("mid"))
    op.create_table("text_dirty", _key("vid"))
    op.create_table("store_state", sa.Column("name", sa.Text, primary_key=True), _text("value"))
    if op.get_bind().dialect.name == "sqlite":
        # contentless, no positions, no sizes: nothing but which row holds which term
        op.execute(
            "CREATE VIRTUAL TABLE text_index USING fts5"
            "(words, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '_'\")"
        )
    else:
        op.execute("CREATE TABLE text_index (rid bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_text_index ON text_index USING gin (words) WITH (fastupdate = off)")
