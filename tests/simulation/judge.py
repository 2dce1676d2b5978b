"""Invariants: nothing leaks, nothing is lost, nothing comes back, numbers have no gaps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
import orjson

from cordiale.exchange import records
from cordiale.exchange.entry import STUB, read_numbers, unpack
from cordiale.exchange.message import Response
from cordiale.exchange.restore import rejoin
from cordiale.exchange.stream.segment import Resource, read_header
from cordiale.release.origin import read_header as read_origin
from cordiale.stix import atoms as definitions
from cordiale.stix import tlp
from cordiale.stix.canonical import content_hash
from cordiale.stix.version import read
from cordiale.store import versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Put
from tests.simulation.reference import Atoms, House, Kept, Pact, Said, instant
from tests.simulation.world import OFFICER, READER, Node, World
from tests.simulation.writing import EXTRA

NOTHING: Atoms = frozenset({"tlp:red"})
_CANARY = re.compile(rb"[cd]x[0-9a-f]{12}")
_CANARY_LEFT = re.compile(rb"x[0-9a-f]{12}(?<=[cd]x[0-9a-f]{12})")
"""The same where megabytes are gone through: what begins with one fixed byte is found ten times faster."""
_ID = re.compile(rb"[a-z][a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NEW = """
    SELECT v.vid, v.hash, v.received, t.name, b.raw, v.flags FROM versions v
    JOIN terms t ON t.no = v.source_no JOIN bodies b ON b.vid = v.vid WHERE v.vid > ? ORDER BY v.vid
"""

_COUNT = "SELECT COUNT(*), MAX(vid) FROM versions"
_BURIED = "SELECT MAX(tid) FROM tombstones"
_EXPIRED = """
    SELECT o.id, t.vid, t.salt, t.salted_hash FROM tombstones t JOIN objects o ON o.oid = t.oid
    WHERE t.reason = 'expired' AND t.vid IS NOT NULL AND t.salted_hash IS NOT NULL
"""
_NUMBERS = """
    SELECT p.node, s.generation, s.last, r.generation, r.received, r.state, r.code
    FROM exchange_partner p JOIN exchange_pair s ON s.number = p.number JOIN exchange_link r ON r.number = p.number
"""
_KEPT_ASIDE = """
    SELECT p.node, a.params, a.raw FROM exchange_set_aside a JOIN exchange_partner p ON p.number = a.pair
    WHERE a.raw IS NOT NULL
"""
_RECALLS = "SELECT id, pair, vids, confirmed_by FROM exchange_recall WHERE state <> 'draft'"


def _brought(tx: Transaction) -> dict[int, set[str]]:
    """Return who delivered each version that was received."""
    names = {partner.number: partner.node for partner in records.partners(tx)}
    found: dict[int, set[str]] = {}
    for number, vids in tx.rows("SELECT pair, vids FROM exchange_received"):
        for vid in read_numbers(vids):
            found.setdefault(vid, set()).add(names.get(number, ""))
    return found


def _atoms(text: str) -> Atoms:
    return frozenset(filter(None, text.split("\n")))


def opened(data: bytes) -> Resource:
    """Read a segment as it is served."""
    return msgspec.msgpack.decode(data, type=Resource)


def _since(sender: str, resource: Resource) -> dict[int, Atoms]:
    """Return, by place, the marking that the sender signed as the originator of what it sends."""
    return {
        claim.slot: _atoms(resource.markings[claim.marking])
        for part in resource.origins
        if (origin := read_origin(part.header)) is not None and origin.node == sender
        for claim in part.claims
    }


def _has_end(marking: Atoms) -> bool:
    """Tell whether what is under a marking ends by itself: by the end of a schedule, all such ends are past."""
    return any(atom.startswith("not-after:") for atom in marking)


class Violation(AssertionError):
    """An invariant does not hold; `kind` says which."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class _NotMeant(Exception):
    """Ends a transaction that was only tried."""


@dataclass(frozen=True)
class Ask:
    """One recall that was sent: by whom to whom, and the contents it names.

    `parents` are what the tear-lines among them were made of; `by_person` says that nothing but a person's word asks;
    `unproven` are contents that nobody can show to have been meant, since the giver was put back.
    """

    id: str
    giver: str
    receiver: str
    raws: tuple[bytes, ...]
    parents: tuple[bytes, ...]
    by_person: bool
    unproven: frozenset[bytes] = frozenset()


class Judge:
    """Keep the reference up to date with what is held where, and check every byte against it."""

    def __init__(self, world: World, houses: dict[str, House], coverage: Counter[str]) -> None:
        self.world, self.houses, self.coverage = world, houses, coverage
        self.by_raw: dict[bytes, Said] = {}
        self.by_word: dict[bytes, list[Said]] = {}
        self.atoms = {**tlp.ATOMS, **{definitions.id_of(atom): atom for atom in EXTRA}}
        self.raws: dict[tuple[str, int], bytes] = {}
        self.stated: dict[tuple[str, str, bytes], Atoms] = {}
        self.since: dict[tuple[str, str, bytes], Atoms] = {}
        self.crossings = 0
        self.last_said: dict[tuple[str, str, bytes], int] = {}
        self.learned: dict[str, set[bytes]] = {name: set() for name in (*world.nodes, READER)}
        self.seen = dict.fromkeys(world.nodes, 0)
        self.stale: set[str] = set()
        self.restated: dict[str, set[bytes]] = {name: set() for name in world.nodes}
        self.rows: dict[str, tuple[int, int | None, int | None]] = {}
        self.noted: set[str] = set()
        self.asks: list[Ask] = []
        self.forgotten: set[str] = set()
        self.lost: dict[str, Ask] = {}
        self.asked_at: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        self.fresh: dict[str, int] = {}
        self.looked: dict[str, int] = {}
        self.had: set[tuple[str, str, bytes]] = set()
        self.gave: set[tuple[str, str, bytes]] = set()
        self.brought: dict[str, int] = {}
        self.given: dict[tuple[str, str], set[bytes]] = {}
        self.doubtful: dict[str, set[bytes]] = {name: set() for name in world.nodes}
        self.numbers: dict[tuple[str, str], tuple[int, int]] = {}

    def learn(self, said: Said) -> None:
        """Take note of a content that was written here."""
        self.by_raw[said.raw] = said
        for word in (said.token, said.secret):
            if word:
                self.by_word.setdefault(word.encode(), []).append(said)
                self.learned[said.author].add(word.encode())

    # What is held -----------------------------------------------------------------------------

    def refresh(self, name: str) -> None:
        """Bring the reference up to what a node holds now: facts only, no decision is taken from there."""
        house, node = self.houses[name], self.world.nodes[name]
        self.stale.discard(name)
        if self.fresh.get(name) != node.store.commits:
            self.fresh[name] = node.store.commits
            self._look(house, node)
            self.restated[name] |= self.doubtful[name]
        if self.restated[name]:
            self._restate(house)

    def _look(self, house: House, node: Node) -> None:
        name, before = house.name, self.rows.get(house.name)
        count, buried, _last = before or (0, None, None)
        with node.store.read() as tx:
            held = tx.lately.answer("versions", "counted", partial(tx.row, _COUNT))
            tombs = tx.lately.answer("tombstones", "last", partial(tx.row, _BURIED))
            self.rows[name] = rows = held[0], tombs[0], held[1]
            if rows == before:
                return
            fresh = tx.rows(_NEW, self.seen[name])
            if rows[0] != count + len(fresh):  # versions are gone
                live = {row[0] for row in tx.rows("SELECT vid FROM versions")}
                gone = [kept for vid, kept in house.by_vid.items() if vid not in live]
                for kept in gone:  # what ends takes its older versions with it
                    of_source = house.kept[kept.said.id][kept.source]
                    ends = any(_has_end(house.effective(one)) for one in of_source)
                    if ends or self._came_ended(house, kept):
                        house.ended.add(kept.said.raw)
                for kept in gone:
                    house.drop(kept.vid)
            if rows[1] != buried:
                ids = tx.rows("SELECT DISTINCT o.id FROM tombstones t JOIN objects o ON o.oid = t.oid")
                house.known.update(row[0] for row in ids)
                house.ended |= self._ended_unseen(name, tx.rows(_EXPIRED))
            brought = _brought(tx) if any(row[3] != name for row in fresh) else {}
        for vid, _content, received, source, raw, flags in fresh:
            self.seen[name] = vid
            self.raws[name, vid] = bytes(raw)
            if flags >> 1 == 2:  # a tear-line of this node: derived from what is counted already
                stix_id = orjson.loads(raw)["id"]
                house.lines.add(stix_id)
                house.known.add(stix_id)
                continue
            said = self.by_raw.get(bytes(raw)) or self._parsed(bytes(raw), source, line=False)
            house.add(Kept(said, source, vid, received))
            self.restated[name].add(said.raw)
            if source in brought.get(vid, ()):
                self.had.add((source, name, said.raw))

    def _ended_unseen(self, name: str, tombs: Sequence[tuple[str, int, bytes, bytes]]) -> set[bytes]:
        """Return what came and ended between two looks: nothing but the ledger tells of it."""
        unseen = [tomb for tomb in tombs if (name, tomb[1]) not in self.raws]
        return {
            said.raw
            for stix_id, _vid, salt, salted in unseen
            for said in self.by_raw.values()
            if said.id == stix_id and sha256(salt + content_hash(orjson.loads(said.raw))).digest() == salted
        }

    def _came_ended(self, house: House, kept: Kept) -> bool:
        """Tell whether its originator says that it ends: a version that had ended already comes and goes between two looks."""
        origin = self.houses.get(kept.source)
        if origin is None or origin is house:
            return False
        said = origin.kept.get(kept.said.id, {}).get(kept.source, ())
        return any(_has_end(origin.effective(one)) for one in said)

    def _restate(self, house: House) -> None:
        """Say anew under which markings contents came: what came through another node is under what all say."""
        name = house.name
        raws, self.restated[name] = self.restated[name], set()
        crossed = {(giver, name, raw) for raw in raws for giver in self.world.nodes} & self.stated.keys()
        node = self.world.nodes[name]
        if self.brought.get(name) != node.store.commits and not crossed <= self.gave:
            # an answer that was lost on the way says nothing
            self.brought[name] = node.store.commits
            with node.store.read() as tx:
                for vid, givers in _brought(tx).items():
                    if vid in house.by_vid:
                        self.gave |= {(giver, name, house.by_vid[vid].said.raw) for giver in givers}
        self.doubtful[name] -= raws
        self.doubtful[name] |= {raw for _giver, _name, raw in crossed - self.gave}
        for raw in raws:
            heard = {giver for giver in self.world.nodes if (giver, name, raw) in self.gave}
            for kept in house.by_raw.get(raw, ()):
                if kept.source == house.name:
                    continue  # nobody restates what is said here
                givers = heard or self.world.nodes.keys()
                said = {giver: self.stated.get((giver, name, raw)) for giver in givers}
                kept.stated = frozenset().union(*(one for one in said.values() if one is not None))
                # signed beside it as well, where its originator marked it anew before it was fetched
                kept.stated |= self.since.get((kept.source, house.name, raw), frozenset())
                own = said.get(kept.source)
                kept.least = kept.stated if own is None else own
                came = {giver: self.last_said.get((giver, house.name, raw), 0) for giver in said}
                kept.latest = kept.least if came.get(kept.source) == max(came.values()) else kept.stated

    def _parsed(self, raw: bytes, author: str, *, line: bool) -> Said:
        """Read what the product wrote: a new version with another marking, a tear-line, a definition."""
        value = orjson.loads(raw)
        base = frozenset(self.atoms[ref] for ref in value.get("object_marking_refs", ()) if ref in self.atoms)
        apart = frozenset(self.atoms[g["marking_ref"]] for g in value.get("granular_markings", ()))
        ends = tuple(value[name] for name in ("source_ref", "target_ref", "sighting_of_ref") if name in value)
        words = [word.decode() for word in _CANARY.findall(raw)]
        found = Said(
            value["id"],
            value["type"],
            raw,
            author,
            base,
            base | apart,
            ends + tuple(value.get("object_refs", ())),
            ends,
            instant(value["modified"]) if "modified" in value else None,
            next((word for word in words if word[0] == "c"), ""),
            next((word for word in words if word[0] == "d"), ""),
            line,
        )
        self.by_raw[raw] = found
        for word in words:
            self.by_word.setdefault(word.encode(), []).append(found)
        return found

    def recalls(self, name: str) -> None:
        """Take note of what a node asked back from whom: by a person, or because a marking was narrowed."""
        node = self.world.nodes[name]
        if self.looked.get(name) == node.store.commits:
            return
        self.looked[name] = node.store.commits
        with node.store.read() as tx:
            sent = tx.lately.answer("exchange_recall", "noted", partial(tx.rows, _RECALLS))
            fresh = [row for row in sent if row[0] not in self.noted]
            names = {partner.number: partner.node for partner in records.partners(tx)} if fresh else {}
        for recall_id, number, packed, confirmed_by in fresh:
            self.noted.add(recall_id)
            self.forgotten.discard(recall_id)
            self.coverage[f"recall {'narrowed' if confirmed_by == 'cordiale' else 'by a person'}"] += 1
            vids = list(read_numbers(packed))
            with node.store.read() as tx:
                lines = records.tear_line_parents(tx, vids)
            parents = [line.parent_vid for line in lines.values()]
            if any((name, vid) not in self.raws for vid in (*vids, *parents)):
                self.refresh(name)
            # received and purged again within one visit, before anybody looked
            self.coverage["recall of the unseen"] += sum((name, vid) not in self.raws for vid in vids)
            ask = Ask(
                recall_id,
                name,
                names[number],
                self._raws(name, vids),
                self._raws(name, parents),
                confirmed_by == OFFICER.name,
            )
            self.asks.append(ask)
            self._ask(ask)

    def _raws(self, name: str, vids: list[int]) -> tuple[bytes, ...]:
        return tuple(self.raws[name, vid] for vid in vids if (name, vid) in self.raws)

    def _ask(self, ask: Ask) -> None:
        pact = self.houses[ask.giver].pacts[ask.receiver]
        pact.recalled.update(ask.raws, ask.parents)
        for raw in ask.raws if ask.by_person and ask.id not in self.forgotten else ():
            if b'"marking-definition"' not in raw and raw not in ask.unproven:
                pact.asked_back[raw] = self.asked_at.setdefault(ask.id, self.seen[ask.giver])

    def forget_asks(self, gone: Callable[[Ask], bool]) -> None:
        """Take out recalls that nobody knows of any more, since a node was put back."""
        lost = [ask for ask in self.asks if gone(ask)]
        self.noted -= {ask.id for ask in lost}  # it may be learnt again from the partner
        self.lost |= {ask.id: ask for ask in lost}
        self.asks = [ask for ask in self.asks if ask not in lost]
        for house in self.houses.values():
            for pact in house.pacts.values():
                pact.recalled.clear()
                pact.asked_back.clear()
        for ask in self.asks:
            self._ask(ask)

    def done_after_all(self, recall_id: str) -> None:
        """Count a recall that its sender forgot and that was on a medium still: it was carried out."""
        ask = self.lost.pop(recall_id, None)
        if ask is not None and recall_id not in self.noted:
            self.asks.append(ask)
            self._ask(ask)

    # The wire ---------------------------------------------------------------------------------

    def crossed(self, sender: str, receiver: str, path: str, answer: Response) -> None:
        """Check one answer of `sender`, byte by byte, against what `receiver` may hold now."""
        if path.endswith("/segments") and answer.status == 200:
            self._segment(sender, receiver, answer.body)
            return
        if receiver == READER:
            if answer.status == 200:
                for raw in msgspec.json.decode(answer.body, type=dict[str, Any]).get("objects", ()):
                    self._body(sender, receiver, orjson.dumps(raw), None)
            return
        if _CANARY.search(answer.body):
            raise Violation("leak", f"{sender} told {receiver} a canary in the answer to {path}")
        pact = self.houses[sender].pacts[receiver]
        # what the receiver sent itself it may be told of: it asks so when it was put back to an earlier state
        back = self.houses[receiver].pacts[sender].sent | self.given.get((receiver, sender), set())
        known = self.houses[sender].known
        for found in _ID.findall(answer.body):
            if found.decode() in known and found not in pact.sent and found not in back:
                raise Violation(
                    "leak", f"{sender} named {found.decode()} to {receiver} in the answer to {path}"
                )

    def _segment(self, sender: str, receiver: str, body: bytes) -> None:
        resource = opened(body)
        header = read_header(resource.header)
        if header.last - header.first + 1 != len(resource.slots):
            raise Violation("sequence", f"{sender}>{receiver}: {header.first}…{header.last} has gaps")
        for slot in resource.slots:
            if slot.raw:
                self._body(sender, receiver, slot.raw, _atoms(resource.markings[slot.marking]))
            else:
                self.coverage["entry withdrawn"] += 1

    def held_by(self, name: str) -> frozenset[tuple[str, bytes]]:
        """Return source and content of all that a node holds."""
        self.refresh(name)
        return frozenset((kept.source, kept.said.raw) for kept in self.houses[name].by_vid.values())

    def reached(
        self,
        sender: str,
        receiver: str,
        resource: Resource,
        held: frozenset[tuple[str, bytes]] | None = None,
    ) -> None:
        """Take note of what a segment says that reached a node: an answer that was lost on the way says nothing.

        `held` is what the node held before it took that in; without it, it is yet to do so.
        """
        if held is None:
            self.refresh(receiver)
            self.stale.add(receiver)
        since = _since(sender, resource)
        for place, slot in enumerate(resource.slots):
            said = self.by_raw.get(slot.raw) if slot.raw else None
            if said is None:
                continue
            stated = _atoms(resource.markings[slot.marking])
            self._states(sender, receiver, slot.raw, stated)
            if held is None:
                before = self.houses[receiver].kept.get(said.id, {}).get(sender, [])
                first = not any(kept.said.raw == slot.raw for kept in before)
            else:
                first = (sender, slot.raw) not in held
            if first:  # what its originator signed beyond the marking in the leaf counts
                self._more(sender, receiver, slot.raw, since.get(place, stated) - stated)

    def _more(self, sender: str, receiver: str, raw: bytes, more: Atoms) -> None:
        key = sender, receiver, raw
        if self.since.get(key, frozenset()) != more:
            self.since[key] = more
            self.restated[receiver].add(raw)
            self.coverage["marked anew before it was fetched"] += 1

    def _states(self, sender: str, receiver: str, raw: bytes, stated: Atoms) -> None:
        """Take note of the marking under which a content came to a node, and when."""
        self.crossings += 1
        self.last_said[sender, receiver, raw] = self.crossings
        self.restated.get(receiver, set()).add(raw)
        if self.stated.get((sender, receiver, raw)) != stated:
            self.stated[sender, receiver, raw] = stated
            self.restated[receiver].add(raw)
            self.stale.add(receiver)

    def _body(self, sender: str, receiver: str, raw: bytes, stated: Atoms | None) -> None:
        """Check one body: every canary and every id in it is one the receiver may have."""
        if sender in self.stale:
            self.refresh(sender)
        house = self.houses[sender]
        pact = house.pacts[receiver]
        now = self.world.nodes[sender].clock()
        said = self.by_raw.get(raw)
        if said is None and receiver != READER:
            stix_id = orjson.loads(raw)["id"]
            said = self._parsed(raw, sender, line=stix_id in house.lines or stix_id not in house.known)
        if stated is not None and said is not None and not said.base <= stated:
            raise Violation("leak", f"{sender} sent {receiver} {said.id} under {sorted(stated)} only")
        self.coverage["entry " + ("tear-line" if said is None or said.line else "verbatim")] += 1
        words = _CANARY.findall(raw)
        about = next((self.by_word[w][0] for w in words), None)
        for word in words:
            self._word(house, receiver, word, now, raw)
        self.learned[receiver].update(words)
        if raw in pact.asked_back and not self._said_anew(house, pact, raw):
            raise Violation("resurrection", f"{sender} sent {receiver} what it had asked back: {raw[:200]!r}")
        if (held := house.by_raw.get(raw)) and all(kept.source == receiver for kept in held):
            raise Violation("echo", f"{sender} sent {receiver} its own words: {raw[:200]!r}")
        if about is None:  # a marking definition: it may be shown to whoever sent it
            self.given.setdefault((sender, receiver), set()).add(orjson.loads(raw)["id"].encode())
            return
        for found in _ID.findall(raw):
            self._named(house, pact, receiver, found, about, now)
        if said is not None:
            pact.sent.add(said.id.encode())
        if said is not None and not said.line:
            pact.sent.add(raw)
        elif about.author == sender and about.id.encode() in raw:
            raise Violation("leak", f"the tear-line for {receiver} names {about.id} of {sender}")

    def _said_anew(self, house: House, pact: Pact, raw: bytes) -> bool:
        """Tell whether somebody told the sender the same after it had asked it back: another statement."""
        said = self.by_raw.get(raw)
        of_id = house.kept.get(said.id, {}).values() if said else ()
        return any(k.said.raw == raw and k.vid > pact.asked_back[raw] for kept in of_id for k in kept)

    def _word(self, house: House, receiver: str, word: bytes, now: int, raw: bytes) -> None:
        texts = self.by_word[word]
        said, secret = texts[0], word[:1] == b"d"
        held = [
            k for text in texts for k in house.kept.get(text.id, {}).get(house.name, []) if k.said is text
        ]
        held = held or [k for text in texts for k in house.by_raw.get(text.raw, ()) if k.said is text]
        # what another source says word for word is a statement of its own
        held += [k for k in house.by_raw.get(raw, ()) if k.source != house.name]
        if not any(house.may(receiver, k, now, secret) for k in held):
            marks = [sorted(house.full(k) if secret else house.effective(k)) for k in held]
            raise Violation(
                "leak", f"{house.name} sent {receiver} {word.decode()} of {said.id}, marked {marks}, at {now}"
            )

    def _named(self, house: House, pact: Pact, receiver: str, found: bytes, about: Said, now: int) -> None:
        """Check an id in what the sender itself wrote: no hidden object is named."""
        stix_id = found.decode()
        if about.author != house.name or found in pact.sent or stix_id not in house.known - house.lines:
            return
        if stix_id in self.atoms:  # a marking may be named to whom it lets in
            if not house.passes(receiver, frozenset({self.atoms[stix_id]}), now):
                raise Violation(
                    "leak", f"{house.name} named {self.atoms[stix_id]} to {receiver} in {about.id}"
                )
            return
        if not house.named(receiver, stix_id, now):
            raise Violation("leak", f"{house.name} named {stix_id} to {receiver} in {about.id}")

    # Numbers ----------------------------------------------------------------------------------

    def counted(self, node: Node) -> None:
        """Check that what is numbered only grows, at both ends."""
        if self.counts.get(node.name) == node.store.commits:
            return
        self.counts[node.name] = node.store.commits
        with node.store.read() as tx:
            rows = tx.rows(_NUMBERS)
        for other, sent, last, taken, received, state, code in rows:
            if state == rejoin.STATE and code in rejoin.CODES:
                # put back to an earlier state: what was numbered since and never fetched gives way
                self.numbers.pop((node.name, other), None)
                continue
            for key, now in (
                ((node.name, other), (sent, last)),
                ((other, f"{node.name} received"), (taken, received)),
            ):
                if now < self.numbers.get(key, (0, 0)):
                    raise Violation("sequence", f"{key}: {now} after {self.numbers[key]}")
                self.numbers[key] = now

    def gapless(self, node: Node) -> None:
        """Check every stream of a node from its first entry to its last."""
        with node.store.read() as tx:
            for partner in records.partners(tx):
                pair = records.pair(tx, partner.number)
                next_, added = 1, 0
                for s in records.segments_with_vids(tx, pair.number, pair.generation, 0, 1 << 62):
                    if (
                        s.first != next_
                        or s.base_us <= added
                        or len(unpack(s.entries)) != s.last - s.first + 1
                    ):
                        raise Violation("sequence", f"{node.name}>{partner.node} breaks at {s.first}")
                    self.coverage["entry stub"] += sum(1 for f in unpack(s.entries).flags if f & STUB)
                    next_, added = s.last + 1, s.base_us + s.last - s.first
                if next_ != pair.last + 1:
                    raise Violation(
                        "sequence", f"{node.name}>{partner.node} ends at {next_ - 1}, not {pair.last}"
                    )

    # The end ----------------------------------------------------------------------------------

    def arrived(self, sender: str, receiver: str) -> None:
        """Check that everything that may go has arrived, and that nothing recalled is there."""
        house, other = self.houses[sender], self.houses[receiver]
        pact = house.pacts[receiver]
        now = self.world.nodes[sender].clock()
        held = {k.said.raw for k in other.by_vid.values()}
        words = {w for raw in held for w in _CANARY.findall(raw)}
        shown = self._shown(sender, receiver)
        for kept, whole in house.must(receiver, now).items():
            said = kept.said
            if not whole and shown.get(said.id, said.token) != said.token and said.raw not in pact.recalled:
                raise Violation(
                    "loss", f"{receiver} was shown {shown[said.id]} of {said.id} after {said.token}"
                )
            if said.raw in held or self._excused(pact, kept, other):
                continue
            if said.token.encode() not in words:
                raise Violation(
                    "loss",
                    f"{receiver} never got {said.id} ({said.token}) of {sender}, {sorted(house.full(kept))}",
                )
            if (
                whole
                and said.secret
                and said.secret.encode() not in words
                and said.id.encode() not in pact.sent
            ):
                raise Violation("loss", f"{receiver} has no more than a part of {said.id} of {sender}")
        with self.world.nodes[receiver].store.read() as tx:
            brought = _brought(tx)
        # what the sender took back may have come from another node too, and stays then
        theirs = {
            k.said.raw
            for vid, k in other.by_vid.items()
            if k.source == sender and sender in brought.get(vid, ())
        }
        if back := {raw for raw in theirs & pact.asked_back.keys() if not self._said_anew(house, pact, raw)}:
            raise Violation("resurrection", f"{receiver} holds what {sender} asked back: {min(back)[:200]!r}")

    def _shown(self, sender: str, receiver: str) -> dict[str, str]:
        """Return, by object, the canary that its tear-line shows there, and check that a later one shows a later version."""
        own = self.houses[sender].kept
        lines: dict[str, list[Kept]] = {}
        for kept in self.houses[receiver].by_vid.values():
            # one that was made for somebody else comes by another way, and says what it said there
            came = (sender, receiver, kept.said.raw) in self.stated
            if came and kept.source == sender and kept.said.line and kept.said.token:
                lines.setdefault(kept.said.id, []).append(kept)
        found = {}
        for versions_shown in lines.values():
            before = 0, 0
            for line in sorted(versions_shown, key=lambda k: k.order):
                word = line.said.token
                parents = [said.id for said in self.by_word.get(word.encode(), ()) if not said.line]
                # what the sender forgot since, or took out, it cannot compare with
                said = [
                    k.said
                    for one in parents
                    for k in own.get(one, {}).get(sender, ())
                    if k.said.token == word
                ]
                if not said:
                    continue
                at = max(one.modified or 0 for one in said), line.said.modified or 0
                if at[0] < before[0] or at[1] <= before[1]:
                    raise Violation(
                        "order", f"{sender} showed {receiver} {word} of {said[0].id} after a later version"
                    )
                before = at
                found[said[0].id] = word
        return found

    def _excused(self, pact: Pact, kept: Kept, other: House) -> bool:
        """Tell whether a content need not be there: recalled, the receiver's own words, or ended there."""
        said = kept.said
        origin = self.houses.get(kept.source)  # whose word it is may have taken it back there
        if said.raw in pact.recalled or (
            origin is not None and origin is not other and said.raw in origin.pacts[other.name].recalled
        ):
            return True
        origin = self.houses.get(kept.source)
        asked = origin.pacts.get(other.name) if origin is not None else None
        if asked is not None and said.raw in asked.recalled:
            return True  # its originator took it back from this node: no forwarder brings it there again
        # the receiver itself may have said until when it keeps it, or what it speaks about: it ends there with that
        named = [(one, source) for one in (said.id, *said.inherent) for source in (pact.giver, kept.source)]
        overlay = frozenset[str]().union(*(other.overlay.get(key, frozenset()) for key in named))
        if _has_end(overlay) or said.raw in other.ended:
            return True
        return said.author == other.name or any(
            k.said.author == other.name for source in other.kept.get(said.id, {}).values() for k in source
        )

    def remains(self, name: str) -> None:
        """Look for canaries in every byte of a node's database: only what it was ever lawfully given is there."""
        data = self.world.nodes[name].store.saved()
        house = self.houses[name]
        lawful = {w for k in house.by_vid.values() for w in _CANARY.findall(k.said.raw)}
        lawful |= self._kept_aside(name)
        for word in {data[found.start() - 1 : found.end()] for found in _CANARY_LEFT.finditer(data)}:
            if word in self.by_word and word not in self.learned[name]:
                raise Violation("leak", f"{name} holds {word.decode()}, which nobody gave it")
            if word not in lawful and self._all_asked_back(name, word):
                raise Violation("resurrection", f"{name} still holds {word.decode()}, which was asked back")
        now = self.world.nodes[name].clock()
        for kept in house.by_vid.values():
            ends = [a for a in house.effective(kept, "latest") if a.startswith("not-after:")]
            if kept.source != name and ends and min(instant(a.partition(":")[2]) for a in ends) <= now:
                raise Violation("expiry", f"{name} still holds {kept.said.id} of {kept.source}: {ends}")

    def _kept_aside(self, name: str) -> set[bytes]:
        """Return the words that a node may keep aside: nobody from whom it had a content asked that back.

        A recall names a number. Who never fetched that entry, and has the content from somebody else, cannot know it.
        """
        with self.world.nodes[name].store.read() as tx:
            rows = tx.rows(_KEPT_ASIDE)
        words: set[bytes] = set()
        for giver, params, raw in rows:
            source = orjson.loads(params).get("source", giver)
            known = {giver} | ({source} if (source, name, raw) in self.had else set())
            pacts = [self.houses[one].pacts[name] for one in known if one in self.houses]
            if not any(raw in pact.asked_back for pact in pacts):
                words.update(_CANARY.findall(raw))
        return words

    def refused_for_good(self, sender: str, receiver: str) -> None:
        """Offer a node what it took back once more, and take that offer back: it has to refuse."""
        node, house = self.world.nodes[receiver], self.houses[receiver]
        pact = self.houses[sender].pacts[receiver]
        taken = {
            raw
            for raw in pact.asked_back
            if (sender, receiver, raw) in self.had and not self._said_anew(self.houses[sender], pact, raw)
        }
        offers = [Put(read(raw)[0], NOTHING, NOTHING) for raw in sorted(taken)]
        if not offers:
            return
        try:
            with node.store.write() as tx:
                outcomes = versions.put(tx, sender, node.clock(), offers)
                raise _NotMeant
        except _NotMeant:
            node.store.forget()
        for offer, outcome in zip(offers, outcomes, strict=True):
            self.coverage[f"offered again {outcome.kind}"] += 1
            if outcome.kind != "tombstoned":
                raise Violation(
                    "resurrection", f"{house.name} would take {offer.version.id} of {sender} again"
                )

    def _all_asked_back(self, name: str, word: bytes) -> bool:
        texts = self.by_word.get(word, [])
        return any(
            text.author != name and text.raw in house.pacts[name].asked_back
            for house in self.houses.values()
            if name in house.pacts
            for text in texts
        )
