"""A plain TAXII client that nobody told anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.exchange import records
from cordiale.exchange.entry import unpack
from cordiale.exchange.message import Request
from cordiale.exchange.taxii.pages import collection_id
from tests.simulation.judge import Violation
from tests.simulation.reference import instant
from tests.simulation.world import READER

if TYPE_CHECKING:
    from tests.simulation.schedule import Schedule


class Reader:
    """A plain TAXII client of the first node that pages by `added_after`, as most do."""

    def __init__(self) -> None:
        self.held: set[bytes] = set()
        self.after = ""
        self.collection = ""
        self.more = False
        self.past = (0, 0)

    def rolled_back(self, schedule: Schedule) -> None:
        """Remember how far it had read when the node was rolled back and nobody told it.

        Entries dated before that are on the node again and unread, and a client that pages by date does not go back. While
        no partner proves that the node is behind, it cannot know; once it does, all go again in the next generation.
        """
        with schedule.world.nodes["can"].store.read() as tx:
            generation = records.pair(tx, records.partner(tx, READER).number).generation
        after = instant(self.after) if self.after else 0
        self.past = generation, max(after, self.past[1] if self.past[0] == generation else 0)

    def read(self, schedule: Schedule) -> None:
        """Read pages until there is no more, or three."""
        for _page in range(3):
            self.more = self._get(schedule)
            if not self.more:
                return

    def _get(self, schedule: Schedule) -> bool:
        node = schedule.world.nodes["can"]
        if not self.collection:
            with node.store.read() as tx:
                number = records.partner(tx, READER).number
            self.collection = collection_id(node.home, number, "out")
        query = "limit=3&match[version]=all" + (f"&added_after={self.after}" if self.after else "")
        request = Request(
            "GET",
            f"/taxii2/api/collections/{self.collection}/objects/",
            query,
            {"authorization": f"Bearer {READER}", "accept": "application/taxii+json;version=2.1"},
        )
        answer = schedule.network.answer(READER, "can", request)
        if answer.status == 503 and schedule.closed(node, READER):
            schedule.trace("taxii", "closed")
            return False
        if answer.status != 200:
            raise Violation("state", f"the plain client got {answer.status}: {answer.body!r}")
        body = msgspec.json.decode(answer.body, type=dict[str, Any])
        objects = body.get("objects", [])
        self.held |= {msgspec.json.encode(value, order="sorted") for value in objects}
        self.after = answer.headers.get("x-taxii-date-added-last", self.after)
        schedule.trace("taxii", len(objects), self.after)
        return bool(body.get("more"))

    def check(self, schedule: Schedule) -> None:
        """Check that the client got everything it may have."""
        house = schedule.houses["can"]
        data = b"".join(self.held)
        now = schedule.world.nodes["can"].clock()
        pact = house.pacts[READER]
        gone_past = self._gone_past(schedule)
        for kept in house.must(READER, now):
            if kept.vid in gone_past:
                continue
            if kept.said.token.encode() not in data and kept.said.raw not in pact.recalled:
                raise Violation("loss", f"the plain client never got {kept.said.id} ({kept.said.token})")

    def _gone_past(self, schedule: Schedule) -> set[int]:
        """Return the versions that a roll-back nobody noticed left behind what the client had read."""
        generation, after = self.past
        with schedule.world.nodes["can"].store.read() as tx:
            pair = records.pair(tx, records.partner(tx, READER).number)
            if pair.generation != generation:
                return set()
            segments = records.segments_with_vids(tx, pair.number, generation, 0, 1 << 62)
            vids = {
                vid
                for segment in segments
                for place, vid in enumerate(unpack(segment.entries).vids)
                if segment.base_us + place <= after
            }
            lines = records.tear_line_parents(tx, sorted(vids)).values()
            return vids | {line.parent_vid for line in lines}
