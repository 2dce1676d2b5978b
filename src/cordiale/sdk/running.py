"""The part of the client that runs a node: partners, how long things are kept, the audit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cordiale.sdk.asks import Asks, written
from cordiale.sdk.audit import Act, ActPage
from cordiale.sdk.keeping import Purge, PurgeAsked, Removal, Removals, Retention, RetentionAsked
from cordiale.sdk.lists import Lazy
from cordiale.sdk.partners import (
    Invitation,
    Partner,
    PartnerAsked,
    Partners,
    ReconcileAsked,
    Reconciled,
    RejoinAsked,
    SuspendAsked,
    WordsAsked,
)


class Running:
    """What somebody who looks after a node does; a part of `Client`."""

    _ask: Asks

    def partners(self) -> Partners:
        """List partners with the state of their links."""
        return self._ask.get("partners", Partners)

    def invite_partner(self, *, key: str | None = None) -> Invitation:
        """Make the node's invitation, to hand to a partner, and the words to read aloud."""
        return self._ask.post("partners/invite", None, Invitation, key)

    def add_partner(self, invitation: str, *, key: str | None = None) -> Partner:
        """Record the partner of an invitation; nothing is exchanged until its words are confirmed."""
        return self._ask.post("partners/add", PartnerAsked(invitation=invitation), Partner, key)

    def confirm_partner(self, name: str, words: Iterable[str], *, key: str | None = None) -> Partner:
        """Confirm a partner by the words that its people read aloud."""
        return self._ask.post(f"partners/{name}/confirm", WordsAsked(words=tuple(words)), Partner, key)

    def rejoin_partner(self, name: str, *, unvisited: bool = False, key: str | None = None) -> Partner:
        """Serve a partner again after the node was restored from a copy."""
        return self._ask.post(f"partners/{name}/rejoin", RejoinAsked(unvisited=unvisited), Partner, key)

    def reconcile_partner(self, name: str, *, full: bool = False, key: str | None = None) -> Reconciled:
        """Visit a partner, compare what is held of its stream, and repair what differs."""
        return self._ask.post(f"partners/{name}/reconcile", ReconcileAsked(full=full), Reconciled, key)

    def suspend_partner(self, name: str, *, reason: str = "", key: str | None = None) -> Partner:
        """Stop all exchange with a partner at once."""
        return self._ask.post(f"partners/{name}/suspend", SuspendAsked(reason=reason), Partner, key)

    def resume_partner(self, name: str, *, reason: str = "", key: str | None = None) -> Partner:
        """Exchange with a suspended partner again."""
        return self._ask.post(f"partners/{name}/resume", SuspendAsked(reason=reason), Partner, key)

    def retention(self) -> Retention:
        """Count what the rules of retention would remove now; nothing is changed."""
        return self._ask.get("retention", Retention)

    def retention_apply(self, *, standing: bool = False, key: str | None = None) -> Retention:
        """Remove what is due; with `standing` the node goes on by itself."""
        return self._ask.post("retention/apply", RetentionAsked(standing=standing), Retention, key)

    def retention_end(self, *, key: str | None = None) -> Retention:
        """Remove nothing by itself any more."""
        return self._ask.post("retention/end", None, Retention, key)

    def removals(self, *, limit: int = 50) -> tuple[Removal, ...]:
        """List what was removed by rules of retention, newest first."""
        return self._ask.get("retention/removals", Removals, {"limit": limit}).items

    def purge_plan(self, stix_id: str) -> Purge:
        """Say what a purge of one own object would take away; nothing is changed."""
        return self._ask.get(f"objects/{stix_id}/purge-plan", Purge)

    def purge(self, stix_id: str, reason: str, versions: int, *, key: str | None = None) -> Purge:
        """Take one own object away for good, as somebody who saw how many versions there are."""
        asked = PurgeAsked(reason=reason, versions=versions)
        return self._ask.post(f"objects/{stix_id}/purge", asked, Purge, key)

    def audit(
        self,
        *,
        verb: str | None = None,
        by: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
    ) -> Lazy[Act]:
        """List acts, newest first."""
        asked = {"verb": verb, "by": by, "since": written(since), "until": written(until), "limit": limit}
        return self._ask.list("audit", asked, ActPage)
