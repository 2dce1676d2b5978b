"""Rules: an exact preview of what would change, then applied by a named person who saw it."""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import PartnerDiff, RulesChange, RulesDiff
from cordiale.desk.equivalence import composed, view
from cordiale.desk.groups import groups
from cordiale.desk.visible import visible
from cordiale.exchange.cut import backfill
from cordiale.exchange.home import pair_up
from cordiale.exchange.partners.pairing import partners
from cordiale.platform.replacing import replace_file
from cordiale.release import records
from cordiale.release.diff import check_token, diff
from cordiale.release.diff import token as plain_token
from cordiale.release.rules import parse, rules_for
from cordiale.store import changes, markings

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.release.partnership import Rules
    from cordiale.store.connection import Transaction


def applied(tx: Transaction) -> dict[str, Rules]:
    """Return the rules in force by partnership; parsed once for each version."""
    texts = tx.lately.answer("release_rules", "current", lambda: tuple(records.current_texts(tx)))
    return dict(_parsed(texts))


@lru_cache(maxsize=32)
def _parsed(texts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, Rules], ...]:
    return tuple((name, parse(text, name)) for name, text in texts)


def rules_diff(desk: Desk, actor: Actor, text: str, origin: str = "rules") -> RulesDiff:
    """Return what rules would change for every partner, exactly, and change nothing.

    For a person who may not see everything it counts what they see, and nothing else.
    Raises ConfigurationError naming file and key for rules that cannot be used.
    """
    authorise(actor, "rules")
    with desk.store.read() as tx:
        after = parse(composed(tx, desk, text, origin), origin)
        found = _diff(tx, desk, actor, after)
    audit.read(desk, actor, "rules-diff", partnership=after.partnership, version=after.version)
    return found


def rules_apply(desk: Desk, actor: Actor, text: str, origin: str, token: str) -> RulesDiff:
    """Put previewed rules in force; `token` is the preview's.

    Narrowing stops sending in this transaction and drafts recalls; what widens is sent as the
    rules say. Raises Conflict when the rules or what they decide over changed since the preview.
    """
    authorise(actor, "rules")
    named(actor, "rules apply")
    with desk.store.write() as tx:
        after = parse(composed(tx, desk, text, origin), origin)
        before = applied(tx).get(after.partnership)
        if visible(tx, desk, actor) is None:
            check_token(token, before.version if before else None, after.version, _state(tx))
        else:
            _check_blind(desk, token, before.version if before else None, after.version, _state(tx))
        found = _diff(tx, desk, actor, after)
        now = desk.clock()
        records.apply_rules(tx, after, actor.name, now)
        drafted = 0
        for partner in _joined(tx):
            joined = pair_up(partner, after, desk.home.node)
            if joined is not None:
                drafted += backfill.rules_changed(tx, desk.home, joined, before, now)["drafted"]
            elif rules_for(partner.node, tuple(applied(tx).values())) is None:
                drafted += backfill.no_longer_named(tx, desk.home, partner, before, now)
        audit.acted(
            tx,
            desk,
            actor,
            "rules-apply",
            partnership=after.partnership,
            before=before.version if before else None,
            after=after.version,
            drafted=drafted,
        )
    _keep_file(desk.folder / "rules" / f"{after.partnership}.toml", after.text)
    desk.wake()
    return found


def _diff(tx: Transaction, desk: Desk, actor: Actor, after: Rules) -> RulesDiff:
    now = desk.clock()
    before = applied(tx).get(after.partnership)
    seen = visible(tx, desk, actor)
    # whoever may not see everything is not told how much there is of the rest: exact for what they see
    known = None if seen is None else {m for mid, m in markings.all_markings(tx).items() if mid in seen}
    found = diff(
        before,
        after,
        [g for g in groups(tx, (before, after), now) if known is None or g.effective in known],
        now,
        acts=records.acts_by_query(tx),
        sent={
            (partner.node, marking): count
            for partner in _joined(tx)
            for marking, count in backfill.would_recall(tx, desk.home, partner, before, after, now).items()
            if known is None or marking in known
        },
        state=_state(tx),
        home=desk.node,
    )
    return RulesDiff(
        token=found.token if seen is None else _blind(desk, found.token, desk.random(16)),
        partnership=after.partnership,
        version_before=found.before,
        version_after=found.after,
        partners=tuple(
            PartnerDiff(
                partner=one.partner,
                before=one.before.goes,
                after=one.after.goes,
                tear_lines=one.after.tear_lines,
                waits=one.after.waits,
                widened=one.widened,
                narrowed=one.narrowed,
                recalls=one.recalls,
            )
            for one in found.partners
        ),
        changes=tuple(
            RulesChange(
                marking=tuple(sorted(one.marking)),
                mandates=one.mandates,
                count=one.count,
                starts=one.starts,
                stops=one.stops,
            )
            for one in found.changes
        ),
        tables=tuple(view(after, table, ()) for table in after.tables),
    )


def _blind(desk: Desk, token: str, nonce: bytes) -> str:
    """Return a token that is another one each time.

    The plain one follows every change of what is stored: two of them would tell that something hidden came between.
    """
    return (
        nonce + hmac.digest(desk.home.secret, b"cordiale rules token" + nonce + token.encode(), "sha256")[:16]
    ).hex()


def _check_blind(desk: Desk, given: str, before: str | None, after: str, state: str) -> None:
    nonce = bytes.fromhex(given[:32]) if re.fullmatch("[0-9a-f]{64}", given) else b""
    plain = plain_token(before, after, state)
    same = hmac.compare_digest(given.encode(), _blind(desk, plain, nonce).encode())
    check_token(plain if same else "", before, after, state)


def _joined(tx: Transaction) -> list[Partner]:
    """Return the partners that hold something or will: those suspended are counted and queued for as if they were not."""
    found = (p for p in partners(tx) if p.state in ("confirmed", "suspended"))
    return [structs.replace(partner, state="confirmed") for partner in found]


def _state(tx: Transaction) -> str:
    """Name what was counted: rules, acts, exceptions, and every change of objects."""
    return f"{records.state(tx)}:{changes.last(tx)}"


def _keep_file(path: Path, text: str) -> None:
    """Keep the applied rules where people look for them; the database is what counts."""
    path.parent.mkdir(exist_ok=True)
    replace_file(path, text.encode())
