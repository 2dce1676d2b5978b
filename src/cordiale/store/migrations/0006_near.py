"""What was stored before is found under its networks, hosts and parts of fuzzy digests as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cordiale.stix.near import KINDS, near_of
from cordiale.store.names import KIND, key
from cordiale.store.put import shortened

revision = "store_0006"
down_revision = "store_0005"
branch_labels = None
depends_on = None

_FROM = ("ipv4-addr", "ipv6-addr", "domain-name", "email-addr", "url", "hash")
_BATCH = 20_000


def upgrade() -> None:
    """Add the rows that a version stored from now on gets at once."""
    bind = op.get_bind()
    terms = sa.table("terms", sa.column("no"), sa.column("space"), sa.column("name"))
    named = {
        name: no
        for no, name in bind.execute(sa.select(terms.c.no, terms.c.name).where(terms.c.space == KIND))
    }
    wanted = [named[name] for name in _FROM if name in named]
    if not wanted:
        return
    numbers = _numbered(bind, named)
    kinds = {no: name for name, no in named.items()}
    last = 0
    while True:
        found = bind.execute(
            sa.text(
                "SELECT vid, MIN(mid), MAX(n) FROM observed WHERE vid > :last GROUP BY vid ORDER BY vid LIMIT :most"
            ),
            {"last": last, "most": _BATCH},
        ).all()
        if not found:
            return
        rows = bind.execute(
            sa.text(
                "SELECT vid, kind_no, value FROM observed WHERE vid > :last AND vid <= :most ORDER BY vid, n"
            ),
            {"last": last, "most": found[-1][0]},
        ).all()
        held: dict[int, list[tuple[str, str]]] = {}
        for vid, kind_no, value in rows:
            if kind_no in wanted:
                held.setdefault(vid, []).append((kinds[kind_no], value))
        made = [
            {
                "vid": vid,
                "n": n,
                "key": key(f"{kind}\0{short}"),
                "mid": mid,
                "kind_no": numbers[kind],
                "value": short,
            }
            for vid, mid, most in found
            for n, (kind, short) in enumerate(
                ((kind, shortened(value)) for kind, value in near_of(held.get(vid, ()))), most + 1
            )
        ]
        if made:
            bind.execute(
                sa.text(
                    "INSERT INTO observed (vid, n, key, mid, kind_no, value)"
                    " VALUES (:vid, :n, :key, :mid, :kind_no, :value)"
                ),
                made,
            )
        last = found[-1][0]


def _numbered(bind: sa.Connection, named: dict[str, int]) -> dict[str, int]:
    """Return the numbers of the kinds that are added, given where they have none."""
    found = {}
    for kind in ("ipv4-addr", "ipv6-addr", *KINDS):
        if kind not in named:
            last = bind.execute(sa.text("SELECT last FROM numbers WHERE name = 'terms'")).scalar_one()
            named[kind] = int(last) + 1
            bind.execute(sa.text("UPDATE numbers SET last = last + 1 WHERE name = 'terms'"))
            bind.execute(
                sa.text("INSERT INTO terms (no, space, name) VALUES (:no, :space, :name)"),
                {"no": named[kind], "space": KIND, "name": kind},
            )
        found[kind] = named[kind]
    return found
