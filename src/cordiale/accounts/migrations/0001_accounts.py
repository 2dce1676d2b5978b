"""People, what they sign in with, sessions and tokens."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "accounts_0001"
down_revision = None
branch_labels = ("accounts",)
depends_on = None


def _required(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "accounts_person",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        *(_required(name, sa.Text) for name in ("title", "organisation", "nationality", "tlp")),
        *(_required(name, sa.Text) for name in ("clearances", "compartments", "communities", "roles")),
        *(_required(name, sa.Text) for name in ("state", "language")),
        *(_required(name, sa.BigInteger) for name in ("made", "changed")),
    )
    op.create_table(
        "accounts_password",
        sa.Column("person", sa.Text, primary_key=True),
        _required("hash", sa.Text),
        _required("made", sa.BigInteger),
    )
    op.create_table(
        "accounts_totp",
        sa.Column("person", sa.Text, primary_key=True),
        _required("sealed", sa.LargeBinary),
        _required("step", sa.BigInteger),
        _required("made", sa.BigInteger),
    )
    op.create_table(
        "accounts_passkey",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        *(_required(name, sa.Text) for name in ("person", "name", "site")),
        _required("public", sa.LargeBinary),
        *(_required(name, sa.BigInteger) for name in ("count", "made")),
        sa.Column("used", sa.BigInteger),
    )
    op.create_table(
        "accounts_subject",
        *(_required(name, sa.Text) for name in ("issuer", "subject", "person")),
        _required("made", sa.BigInteger),
        sa.PrimaryKeyConstraint("issuer", "subject"),
    )
    op.create_table(
        "accounts_session",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        *(_required(name, sa.Text) for name in ("person", "stage", "means", "address", "agent")),
        *(_required(name, sa.BigInteger) for name in ("made", "until")),
    )
    op.create_table(
        "accounts_token",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        *(_required(name, sa.Text) for name in ("person", "name", "scopes", "by")),
        *(_required(name, sa.BigInteger) for name in ("made", "until")),
    )
    op.create_table(
        "accounts_invitation",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        *(_required(name, sa.Text) for name in ("person", "kind", "by")),
        *(_required(name, sa.BigInteger) for name in ("made", "until")),
        _required("uses", sa.Integer),
    )
    op.create_table(
        "accounts_failure",
        sa.Column("subject", sa.LargeBinary, primary_key=True),
        _required("count", sa.Integer),
        _required("last", sa.BigInteger),
    )
    op.create_table(
        "accounts_place",
        _required("person", sa.Text),
        _required("address", sa.LargeBinary),
        _required("last", sa.BigInteger),
        sa.PrimaryKeyConstraint("person", "address"),
    )
    op.create_table(
        "accounts_spent",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        _required("until", sa.BigInteger),
    )
    op.create_index("accounts_passkey_person", "accounts_passkey", ["person"])
    op.create_index("accounts_subject_person", "accounts_subject", ["person"])
    op.create_index("accounts_session_person", "accounts_session", ["person"])
    op.create_index("accounts_token_person", "accounts_token", ["person"])
    op.create_index("accounts_invitation_person", "accounts_invitation", ["person"])
