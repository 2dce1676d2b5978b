"""The tables of people, of what they sign in with, and of what was tried."""

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


person_table = Table(
    "accounts_person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    *(_required(name, Text) for name in ("title", "organisation", "nationality", "tlp")),
    # lists of text, as JSON
    *(_required(name, Text) for name in ("clearances", "compartments", "communities", "roles")),
    *(_required(name, Text) for name in ("state", "language")),
    *(_required(name, BigInteger) for name in ("made", "changed")),
)

password_table = Table(
    "accounts_password",
    metadata,
    Column("person", Text, primary_key=True),
    _required("hash", Text),
    _required("made", BigInteger),
)

# The secret of one-time codes, sealed; `step` is the last one that was used, so that none is used twice.
totp_table = Table(
    "accounts_totp",
    metadata,
    Column("person", Text, primary_key=True),
    _required("sealed", LargeBinary),
    _required("step", BigInteger),
    _required("made", BigInteger),
)

passkey_table = Table(
    "accounts_passkey",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    *(_required(name, Text) for name in ("person", "name", "site")),
    _required("public", LargeBinary),
    *(_required(name, BigInteger) for name in ("count", "made")),
    Column("used", BigInteger),
    Index("accounts_passkey_person", "person"),
)

subject_table = Table(
    "accounts_subject",
    metadata,
    *(_required(name, Text) for name in ("issuer", "subject", "person")),
    _required("made", BigInteger),
    PrimaryKeyConstraint("issuer", "subject"),
    Index("accounts_subject_person", "person"),
)

session_table = Table(
    "accounts_session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    *(_required(name, Text) for name in ("person", "stage", "means", "address", "agent")),
    *(_required(name, BigInteger) for name in ("made", "until")),
    Index("accounts_session_person", "person"),
)

token_table = Table(
    "accounts_token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    *(_required(name, Text) for name in ("person", "name", "scopes", "by")),
    *(_required(name, BigInteger) for name in ("made", "until")),
    Index("accounts_token_person", "person"),
)

invitation_table = Table(
    "accounts_invitation",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    *(_required(name, Text) for name in ("person", "kind", "by")),
    *(_required(name, BigInteger) for name in ("made", "until")),
    _required("uses", Integer),
    Index("accounts_invitation_person", "person"),
)

# How often something failed lately, by a digest of whose name it was or where it came from.
failure_table = Table(
    "accounts_failure",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    _required("count", Integer),
    _required("last", BigInteger),
)

# Where people signed in from: an attack from elsewhere does not slow them down.
place_table = Table(
    "accounts_place",
    metadata,
    _required("person", Text),
    _required("address", LargeBinary),
    _required("last", BigInteger),
    PrimaryKeyConstraint("person", "address"),
)

# What may be used once (challenges, states), until it would be too old anyway.
spent_table = Table(
    "accounts_spent",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    _required("until", BigInteger),
)
