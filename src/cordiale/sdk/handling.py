"""Incidents by the client: read, opened, grown, given."""

from __future__ import annotations

from collections.abc import Iterable

from cordiale.sdk import incidents as wire
from cordiale.sdk.asks import Asks
from cordiale.sdk.lists import Lazy


class Handling:
    """What somebody who handles incidents does; a part of `Client`."""

    _ask: Asks

    def incidents(self, *, everything: bool = False, sector: str | None = None) -> Lazy[wire.IncidentLine]:
        """List the incidents that are under way, the last changed first; closed ones too with `everything`."""
        asked = {"everything": str(everything).lower(), "sector": sector}
        return self._ask.list("incidents", asked, wire.IncidentLines)

    def incident(self, incident: str) -> wire.Incident:
        """Read one incident with all that belongs to it."""
        return self._ask.get(f"incidents/{incident}", wire.Incident)

    def open_incident(self, asked: wire.IncidentAsked, *, key: str | None = None) -> wire.IncidentDone:
        """Open an incident, from findings or from nothing."""
        return self._ask.post("incidents", asked, wire.IncidentDone, key)

    def add_event(
        self, incident: str, asked: wire.EventAsked, *, key: str | None = None
    ) -> wire.IncidentDone:
        """Add something that happened, or that may."""
        return self._ask.post(f"incidents/{incident}/events", asked, wire.IncidentDone, key)

    def add_impact(
        self, incident: str, asked: wire.ImpactAsked, *, key: str | None = None
    ) -> wire.IncidentDone:
        """Add what an incident did."""
        return self._ask.post(f"incidents/{incident}/impacts", asked, wire.IncidentDone, key)

    def add_task(
        self, incident: str, asked: wire.IncidentTaskAsked, *, key: str | None = None
    ) -> wire.IncidentDone:
        """Add what is to be done, or was."""
        return self._ask.post(f"incidents/{incident}/tasks", asked, wire.IncidentDone, key)

    def change_piece(
        self, piece: str, asked: wire.PieceAsked, *, key: str | None = None
    ) -> wire.IncidentDone:
        """Say how an event, an impact or a task of the node stands now."""
        return self._ask.post(f"incidents/pieces/{piece}/change", asked, wire.IncidentDone, key)

    def affect(self, incident: str, asked: wire.AffectAsked, *, key: str | None = None) -> wire.IncidentDone:
        """Say whom or what an incident concerns."""
        return self._ask.post(f"incidents/{incident}/affected", asked, wire.IncidentDone, key)

    def change_incident(
        self, incident: str, asked: wire.ChangeAsked, *, key: str | None = None
    ) -> wire.IncidentDone:
        """Change what the node says of its own incident."""
        return self._ask.post(f"incidents/{incident}/change", asked, wire.IncidentDone, key)

    def order(self, incident: str, asked: wire.OrderAsked, *, key: str | None = None) -> wire.IncidentDone:
        """Say which event or task follows another."""
        return self._ask.post(f"incidents/{incident}/order", asked, wire.IncidentDone, key)

    def give_incident(
        self, incident: str, to: Iterable[str], *, key: str | None = None
    ) -> wire.IncidentGiven:
        """Give an incident to partners, each with what it may have of it."""
        asked = wire.GiveAsked(to=tuple(to))
        return self._ask.post(f"incidents/{incident}/give", asked, wire.IncidentGiven, key)
