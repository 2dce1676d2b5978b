"""What was stored before is found by the sectors that it names as well."""

from __future__ import annotations

import orjson
import sqlalchemy as sa
from alembic import op

from cordiale.stix.sectors import KIND as SECTOR
from cordiale.stix.sectors import sectors_of
from cordiale.store.names import KIND, key
from cordiale.store.put import shortened

revision = "store_0008"
down_revision = "store_0007"
branch_labels = None
depends_on = None

_BATCH = 5_000
_TELLING = (b"sector", b"secteur", b"critical-infrastructure")
"""What stands in every object that names a sector, in any case of letters: the others are not decoded."""


def upgrade() -> None:
    """Add the rows that a version stored from now on gets at once; every current body is read once."""
    bind = op.get_bind()
    last, number = -1, 0
    while True:
        held = bind.execute(
            sa.text(
                "SELECT v.vid, v.full_mid, b.raw FROM versions v JOIN bodies b ON b.vid = v.vid"
                " WHERE v.current > 0 AND v.vid > :last ORDER BY v.vid LIMIT :most"
            ),
            {"last": last, "most": _BATCH},
        ).all()
        if not held:
            return
        found = {vid: (mid, named) for vid, mid, raw in held if (named := _sectors(bytes(raw)))}
        if found:
            number = number or _numbered(bind)
            bind.execute(
                sa.text(
                    "INSERT INTO observed (vid, n, key, mid, kind_no, value)"
                    " VALUES (:vid, :n, :key, :mid, :kind_no, :value)"
                ),
                _rows(bind, found, number),
            )
        last = held[-1][0]


def _sectors(raw: bytes) -> tuple[str, ...]:
    plain = raw.lower()
    if not any(word in plain for word in _TELLING):
        return ()
    value = orjson.loads(raw)
    return sectors_of(value) if isinstance(value, dict) else ()


def _rows(
    bind: sa.Connection, found: dict[int, tuple[int, tuple[str, ...]]], number: int
) -> list[dict[str, object]]:
    """Return the rows of some versions, each after those that it has."""
    asked = sa.text("SELECT vid, MAX(n) FROM observed WHERE vid IN :vids GROUP BY vid")
    held = bind.execute(asked.bindparams(sa.bindparam("vids", expanding=True)), {"vids": list(found)})
    places: dict[int, int] = {vid: int(most) for vid, most in held.all()}
    return [
        {
            "vid": vid,
            "n": n,
            "key": key(f"{SECTOR}\0{shortened(one)}"),
            "mid": mid,
            "kind_no": number,
            "value": shortened(one),
        }
        for vid, (mid, named) in found.items()
        for n, one in enumerate(named, places.get(vid, -1) + 1)
    ]


def _numbered(bind: sa.Connection) -> int:
    """Return the number of the kind, given where it has none."""
    held = bind.execute(
        sa.text("SELECT no FROM terms WHERE space = :space AND name = :name"), {"space": KIND, "name": SECTOR}
    ).scalar()
    if held is not None:
        return int(held)
    number = int(bind.execute(sa.text("SELECT last FROM numbers WHERE name = 'terms'")).scalar_one()) + 1
    bind.execute(sa.text("UPDATE numbers SET last = last + 1 WHERE name = 'terms'"))
    bind.execute(
        sa.text("INSERT INTO terms (no, space, name) VALUES (:no, :space, :name)"),
        {"no": number, "space": KIND, "name": SECTOR},
    )
    return number
