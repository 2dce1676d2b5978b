"""One schedule: what happens in which order, drawn from one seed; then quiet, and the last checks."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cordiale.desk import definitions as known_definitions
from cordiale.desk.incoming.intake import prepare
from cordiale.desk.marking import mark as marking
from cordiale.desk.outgoing import recall as recalling
from cordiale.desk.outgoing import release
from cordiale.desk.partner import partners, suspension, sync
from cordiale.desk.upkeep import expiry
from cordiale.exchange import records
from cordiale.exchange.reconcile.comparing import reconcile
from cordiale.exchange.restore import rejoin as rejoining
from cordiale.exchange.visit.sync import Pulled, visit
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import Conflict, CordialeError
from cordiale.stix import atoms as definitions
from cordiale.stix.ingress import Limits
from cordiale.store import changes, search, versions
from tests.simulation import restoring, writing
from tests.simulation.disk import Crash
from tests.simulation.judge import Judge, Violation
from tests.simulation.media import COPIED, LOST, Media, Medium
from tests.simulation.network import FAIR, Network
from tests.simulation.reader import Reader
from tests.simulation.reference import Atoms, House, Kept, Said
from tests.simulation.terms import FULL, TYPES, Terms
from tests.simulation.world import (
    DAY,
    NODES,
    OFFICER,
    QUICK,
    READER,
    SECOND,
    Keys,
    Node,
    World,
    apply_terms,
)

_INGRESS = Limits()
EVENTS = 200
FOREVER = 1 << 62
_ASKED = "SELECT id, number, state FROM exchange_recall"
_DONE = "SELECT id, outcome, delivered FROM exchange_recalled"
_OWED = "SELECT pair, mid, after_vid FROM exchange_due"
ROUNDS = 24
PATIENCE = 3
RESTORING = 3
"""One schedule in so many copies nodes and puts them back."""
CARRYING, CARRIED = 8, 6
"""One schedule in so many uses media beside the network, the seeds with this remainder; of those one in three restores."""
WITHOUT_NETWORK = frozenset({"fra", "gbr"})
"""In such a schedule without restores these two have nothing but media in the end."""
_WIDTHS = ("green", "amber", "amber", "amber+strict", "red")


GAPS = {
    "widening after a recall": "what was asked back, for whatever reason, goes again only as a new version",
    "evidence": "attached files are not exchanged in schedules",
}
"""What schedules do not do yet, and why: printed with the coverage, so that nobody takes it for tested."""


class Schedule:
    """Run one seed and judge it."""

    def __init__(
        self, seed: int, *, events: int = EVENTS, files: Path | None = None, keys: Keys = QUICK
    ) -> None:
        self.seed, self.events = seed, events
        self.world = World(seed, files=files, keys=keys)
        self.random = self.world.random
        self.coverage: Counter[str] = Counter()
        self._trace = hashlib.sha256()
        self.log: list[str] = []
        self.houses = {name: House(name, _given(name)) for name in NODES}
        self.judge = Judge(self.world, self.houses, self.coverage)
        self.network = Network(self.world, self.judge, self.coverage, self.trace, self._meanwhile)
        self.depth = 0
        self.copies: dict[str, restoring.Copy] = {}
        # copies and restores shake everything at once: most schedules go without, to look at the rest for longer
        self.mix = {**_MIX, **_RESTORES} if seed % RESTORING == RESTORING - 1 else _MIX
        self.media: Media | None = None
        if seed % CARRYING == CARRIED:
            self.mix = {**self.mix, **_CARRIES}
            self.media = Media(self.world, self.judge, self.coverage, self.trace, os.getpid())
        self._done: dict[tuple[str, ...], tuple[list[int] | None, object]] = {}
        self._put_back_any = False
        self.reader = Reader()
        for name in NODES:
            self.judge.refresh(name)

    def trace(self, *what: Any) -> None:
        """Put one line on the trace: nothing in it depends on which key signs."""
        line = repr(what)
        self.log.append(line)
        self._trace.update(line.encode())

    @property
    def digest(self) -> str:
        """Return the hash of the trace so far."""
        return self._trace.hexdigest()

    def run(self) -> str:
        """Run the schedule and the quiet after it; return the hash of the trace. Raises Violation."""
        try:
            for number in range(self.events):
                self.pass_time()
                self._event(number)
            self.quiet()
            return self.digest
        finally:
            self.world.close()
            if self.media is not None:
                self.media.close()

    # Events -----------------------------------------------------------------------------------

    def _event(self, number: int) -> None:
        (event,) = self.random.choices(list(self.mix), list(self.mix.values()))
        node = self.world.nodes[self.random.choice(NODES)]
        self.trace(number, event.__name__, node.name)
        self.coverage[f"event {event.__name__.strip('_')}"] += 1
        try:
            event(self, node)
        except Crash as crash:
            self.crashed(crash)
        except CordialeError as refused:
            self.coverage[f"refused {refused.code}"] += 1
            self.trace("refused", refused.code)
        self.judge.recalls(node.name)

    def crashed(self, crash: Crash) -> None:
        """Start a node again whose power went out."""
        self.coverage["crash acting"] += 1
        self.trace("crash", crash.node)
        self.world.nodes[crash.node].restart()
        self.judge.stale.add(crash.node)

    def _meanwhile(self) -> None:
        """Something else happens while a message is under way."""
        if self.depth:
            return
        self.depth += 1
        try:
            (event,) = self.random.choices(_BETWEEN, _BETWEEN_WEIGHTS)
            node = self.world.nodes[self.random.choice(NODES)]
            self.trace("meanwhile", event.__name__, node.name)
            try:
                event(self, node)
            except CordialeError as refused:
                self.trace("refused", refused.code)
            self.judge.recalls(node.name)
        finally:
            self.depth -= 1

    def write(self, node: Node) -> None:
        """An analyst imports one to four objects or versions."""
        house = self._house(node)
        batch = [self._draw(node, house) for _ in range(self.random.choice((1, 1, 2, 4)))]
        for said in batch:
            self.judge.learn(said)
        self._take_in(node, batch)

    def _draw(self, node: Node, house: House) -> Said:
        random, now = self.random, node.clock()
        atoms = writing.marking(random, now)
        for atom in atoms:
            self.judge.atoms[definitions.id_of(atom)] = atom
        hidden: Atoms = frozenset({"tlp:red"}) if random.random() < 0.2 else frozenset()
        own = [k for k in house.by_vid.values() if k.source == node.name and k.said.author == node.name]
        ends = [k.said.id for k in house.by_vid.values() if k.said.type in ("indicator", "malware")]
        draw = random.random()
        if draw < 0.3 and own:
            kept = random.choice(own)
            if kept.said.type in ("indicator", "malware"):
                return writing.write(
                    random, node.name, kept.said.type, atoms, now, earlier=kept.said, hidden=hidden,
                    tie=random.random() < 0.15,
                )  # fmt: skip
        if draw < 0.5 and len(ends) > 1:
            refs = tuple(random.sample(ends, 2))
            kind = random.choice(("relationship", "relationship", "sighting", "report", "note"))
            easy = frozenset({"tlp:green"}) if random.random() < 0.7 else atoms
            return writing.write(random, node.name, kind, easy, now, refs=refs)
        if draw < 0.6:
            return writing.write(
                random, node.name, "domain-name", atoms, now, stix_id=random.choice(writing.SHARED)
            )
        return writing.write(
            random, node.name, random.choice(writing.SDO), atoms, now, hidden=hidden,
            foreign=random.random() < 0.2,
        )  # fmt: skip

    def _take_in(self, node: Node, batch: list[Said]) -> None:
        """Do to bytes what an import does, in one transaction."""
        desk = node.desk
        atoms = sorted({atom for said in batch for atom in said.own if not atom.startswith("tlp:")})
        with node.store.read() as tx:
            known = known_definitions.known(tx, desk)
        missing = [writing.definition(atom) for atom in atoms if definitions.id_of(atom) not in known]
        pieces: list[Any] = list(enumerate([*missing, *(said.raw for said in batch)]))
        intake = prepare(pieces, known, None, _INGRESS)
        if intake.refused:
            raise Violation("input", f"{intake.refused[0].problems} {intake.refused[0].raw!r}")
        self.judge.stale.add(node.name)
        with node.store.write() as tx:
            outcomes = versions.put(tx, node.name, node.clock(), intake.puts, own=node.home.identities)
            if intake.learned:
                known_definitions.resolve(
                    tx, desk, set(intake.learned), {**known, **intake.learned}, node.clock()
                )
        for outcome in outcomes:
            self.coverage[f"put {outcome.kind}"] += 1
        self.trace("put", [outcome.kind for outcome in outcomes])

    def cut(self, node: Node) -> None:
        """The sequencer's tick."""
        now, commits = node.clock(), node.store.commits
        try:
            total = sync.cut_all(node.desk)
        finally:
            if node.store.commits > commits:  # though the power went out right after
                self._holds_ended(node, now)
        self.trace("cut", total)
        self.judge.counted(node)

    def _holds_ended(self, node: Node, now: int) -> None:
        """What was held until now is held no more, whatever a clock that is set back says."""
        for pact in self.houses[node.name].pacts.values():
            pact.holds = {stix_id: ends for stix_id, ends in pact.holds.items() if ends > now}

    def visit(self, node: Node) -> None:
        """A node visits one of its partners."""
        self.call(node, self._other(node))

    def call(self, node: Node, other: str) -> Pulled | None:
        """Visit one partner once."""
        with node.store.read() as tx:
            partner = records.partner(tx, other)
            before = records.link(tx, partner.number).state
        if partner.state != "confirmed":
            return None
        self.judge.stale.add(node.name)
        try:
            pulled = visit(node.store, node.home, partner, self.network.way(node.name, other))
        finally:
            self.judge.stale.add(node.name)
        self.coverage[f"link {before} → {pulled.link.state}"] += 1
        if pulled.link.code:
            self.coverage[f"link code {pulled.link.code}"] += 1
        for name in ("new", "same", "withdrawn", "set_aside", "recalls"):
            self.coverage[f"applied {name}"] += getattr(pulled, name)
        self.trace(
            "pulled", other, pulled.link.state, pulled.link.code, pulled.new, pulled.withdrawn, pulled.recalls
        )
        self.judge.counted(node)
        return pulled

    def sync_both(self, node: Node) -> None:
        """Cut, then be visited: what goes on all day."""
        self.cut(node)
        self.call(self.world.nodes[self._other(node)], node.name)

    def mark(self, node: Node) -> None:
        """Somebody marks an object up or down."""
        kept = self._any(self._house(node))
        if kept is not None:
            self.mark_as(node, kept, writing.marking(self.random, node.clock()))

    def mark_as(self, node: Node, kept: Kept, wanted: Atoms) -> None:
        """Mark the current version of what a node holds."""
        house = self._house(node)
        for atom in wanted:
            self.judge.atoms[definitions.id_of(atom)] = atom
        kept = house.heads(kept.said.id)[kept.source]  # what is marked is the current version
        commits = node.store.commits
        overlaid = not (kept.source == node.name and b"elsewhere" not in kept.said.raw and _ours(kept, node))
        self.judge.stale.add(node.name)
        try:
            marking.mark(node.desk, OFFICER, kept.said.id, wanted, source=kept.source)
        finally:
            if node.store.commits > commits:
                self._holds_ended(node, node.clock())  # what is narrowed is cut at once
            if node.store.commits > commits:
                key = (kept.said.id, kept.source)
                # what is said of our own stands for every version to come, until it is marked anew
                instead = not overlaid or (kept.source == node.name and wanted <= kept.said.base)
                before = frozenset() if instead else house.overlay.get(key, frozenset())
                house.overlay[key] = before | wanted

    def rules(self, node: Node) -> None:
        """An officer puts other rules in force for one partner: wider or narrower."""
        random = self.random
        other = READER if node.name == "can" and random.random() < 0.2 else self._other(node)
        pact = self._house(node).pacts[other]
        if other == READER:
            terms = Terms(tlp=random.choice(("clear", "green", "amber")), assurance="taxii")
        else:
            terms = Terms(
                tlp=random.choice(_WIDTHS),
                compartments=FULL.compartments if random.random() < 0.7 else frozenset(),
                automatic=frozenset(random.sample(TYPES, 5)) if random.random() < 0.3 else FULL.automatic,
            )
        commits = node.store.commits
        try:
            apply_terms(node, other, terms)
        finally:
            if node.store.commits > commits:
                pact.terms = terms

    def act(self, node: Node) -> None:
        """An officer approves an object for a partner."""
        house, other = self._house(node), self._other(node)
        kept = self._any(house)
        if kept is None:
            return
        ends = node.clock() + 600 * SECOND if self.random.random() < 0.3 else FOREVER
        until = None if ends == FOREVER else format_instant(ends, 6)
        commits = node.store.commits
        try:
            release.release(node.desk, OFFICER, other, ids=[kept.said.id], until=until)
        finally:
            if node.store.commits > commits:
                self._holds_ended(node, node.clock())  # an act cuts at once
                pact = house.pacts[other]
                pact.acts[kept.said.id] = max(ends, pact.acts.get(kept.said.id, 0))

    def hold(self, node: Node) -> None:
        """An officer keeps an object back, for a while or for good."""
        house, other = self._house(node), self._other(node)
        kept = self._any(house)
        if kept is None:
            return
        ends = node.clock() + 60 * SECOND if self.random.random() < 0.5 else FOREVER
        commits = node.store.commits
        try:
            if ends == FOREVER:
                release.refuse(node.desk, OFFICER, other, ids=[kept.said.id])
            else:
                release.hold(node.desk, OFFICER, other, ids=[kept.said.id], until=format_instant(ends, 6))
        finally:
            if node.store.commits > commits:
                holds = house.pacts[other].holds
                holds[kept.said.id] = max(ends, holds.get(kept.said.id, 0))

    def lift(self, node: Node) -> None:
        """An officer lifts what was held."""
        other = self._other(node)
        holds = self._house(node).pacts[other].holds
        if not holds:
            return
        stix_id = self.random.choice(sorted(holds))
        commits = node.store.commits
        try:
            release.lift(node.desk, OFFICER, other, ids=[stix_id])
        finally:
            if node.store.commits > commits:
                del holds[stix_id]

    def recall(self, node: Node) -> None:
        """An officer asks something back."""
        kept = self._any(self._house(node))
        if kept is None:
            return
        partner = self._other(node) if self.random.random() < 0.5 else None
        done = recalling.recall(
            node.desk, OFFICER, ids=[kept.said.id], partner=partner, reason="r", confirm=True
        )
        self.trace("recall", [(one.partner, one.objects) for one in done])

    def confirm_drafts(self, node: Node) -> None:
        """A person who saw the counts sends what narrowing drafted."""
        for one in recalling.recall_list(node.desk, OFFICER):
            if one.state == "draft":
                recalling.recall_confirm(node.desk, OFFICER, one.recall)

    def suspend(self, node: Node) -> None:
        """A partner is suspended, or taken up again; seldom, it leaves."""
        other = self._other(node)
        pact = self.houses[node.name].pacts[other]
        if pact.state == "left":
            return
        state = "confirmed" if pact.state == "suspended" else "suspended"
        if self.random.random() < 0.05:
            state = "left"
        commits = node.store.commits
        try:
            if state == "left":
                with node.store.write() as tx:
                    records.suspend_partner(tx, records.partner(tx, other).number, state)
            elif state == "suspended":
                suspension.partner_suspend(node.desk, OFFICER, other)
            else:
                suspension.partner_resume(node.desk, OFFICER, other)
        finally:
            if node.store.commits > commits:
                pact.state = state
                self.coverage[f"partner {state}"] += 1

    def step_clock(self, node: Node) -> None:
        """A node's clock jumps: a little back, ahead, or a day off."""
        node.clock.skew = self.random.choice((0, 0, -3 * SECOND, -SECOND, 40 * SECOND, DAY, -DAY))
        self.coverage["clock " + ("right" if node.clock.skew == 0 else "off")] += 1

    def part(self, node: Node) -> None:
        """The network parts two nodes, or joins them again."""
        self.network.parted ^= {frozenset((node.name, self._other(node)))}

    def late(self, _node: Node) -> None:
        """What was delayed arrives."""
        self.network.deliver_late()

    def crash(self, node: Node) -> None:
        """The power will go out at one of the next commits."""
        node.store.fuse = self.random.randint(1, 4)
        node.store.after = self.random.random() < 0.5

    def expire(self, node: Node) -> None:
        """Housekeeping withdraws what has ended."""
        self.judge.stale.add(node.name)
        self.coverage["expired"] += expiry.expire(node.desk)

    def index(self, node: Node) -> None:
        """The text index catches up a little."""
        with node.store.write() as tx:
            search.index_text(tx, 5)

    def read_taxii(self, _node: Node) -> None:
        """The plain client reads a page or two."""
        self.reader.read(self)

    def carry_out(self, node: Node) -> None:
        """Somebody writes a medium for a partner; some are lost on the way."""
        assert self.media is not None
        since = 1 if self.random.random() < 0.15 else None
        for one in self.media.write(node, self._other(node), since=since):
            if self.random.random() >= LOST:
                self.media.waiting.append(one)

    def carry_in(self, node: Node) -> None:
        """Media that are under way arrive, in any order; some are put in once more later."""
        assert self.media is not None
        here = [one for one in self.media.waiting if one.receiver == node.name]
        chosen = self.random.sample(here, min(len(here), self.random.choice((1, 1, 2, 3))))
        for one in chosen:
            if self.random.random() >= COPIED:
                self.media.waiting.remove(one)
        self._take_media(node, *chosen)

    def _take_media(self, node: Node, *chosen: Medium) -> None:
        assert self.media is not None
        taken = self.media.take(node, *chosen) if chosen else []
        if not self._put_back_any:
            self.media.expected(taken)
        self.judge.counted(node)

    def _by_media(self, one: str, other: str) -> bool:
        """Tell whether two nodes have nothing but media between them in the end."""
        return self.media is not None and not self._put_back_any and {one, other} == WITHOUT_NETWORK

    def _carry_across(self, node: Node, other: str) -> None:
        """Carry what a node lacks of a partner, where there is no network."""
        assert self.media is not None
        self._take_media(node, *self.media.write(self.world.nodes[other], node.name))

    def copy(self, node: Node) -> None:
        """Housekeeping takes a copy of a node."""
        self.copies[node.name] = restoring.take(node, self._house(node))

    def restore(self, node: Node) -> None:
        """A node is restored from its copy; now and then, so is another."""
        self._put_back(node, told=True)

    def roll_back(self, node: Node) -> None:
        """The machine under a node is put back to a snapshot, and nobody tells it."""
        self._put_back(node, told=False)

    def _put_back(self, node: Node, *, told: bool) -> None:
        both = self.random.random() < 0.3
        for one in (node, self.world.nodes[self._other(node)]) if both else (node,):
            if one.name in self.copies:
                self.judge.recalls(one.name)
                restoring.put_back(one, self.judge, self.copies[one.name], told=told)
                if one.name == "can" and not told:
                    self.reader.rolled_back(self)
                self.coverage[f"node {'restored' if told else 'rolled back'}"] += 1
                self.trace("put back", one.name, told)
                self._put_back_any = True

    def rejoin(self, node: Node, *, unvisited: bool = False) -> bool:
        """Somebody lets partners be served again after a node was put back; tells whether any was."""
        done = False
        with node.store.read() as tx:
            waiting = [one.node for one in records.partners(tx) if rejoining.closed(tx, one.number)]
        for name in waiting:
            try:
                partners.partner_rejoin(node.desk, OFFICER, name, unvisited=unvisited)
            except Conflict as refused:
                self.trace("refused", refused.code)
                continue
            done = True
            self.coverage["partner rejoined"] += 1
            self.trace("rejoined", name)
        self.judge.stale.add(node.name)
        return done

    def closed(self, node: Node, partner: str) -> bool:
        """Tell whether a node that was put back serves a partner nothing for now."""
        with node.store.read() as tx:
            return rejoining.closed(tx, records.partner(tx, partner).number)

    # Choices ----------------------------------------------------------------------------------

    def _house(self, node: Node) -> House:
        if node.name in self.judge.stale:
            self.judge.refresh(node.name)
        return self.houses[node.name]

    def _other(self, node: Node) -> str:
        return self.random.choice([name for name in NODES if name != node.name])

    def any_of(self, node: Node) -> Kept | None:
        """Draw something that a node holds, None when it holds nothing."""
        return self._any(self._house(node))

    def pass_time(self) -> None:
        """Let a moment pass; now and then none, so that there are ties."""
        if self.random.random() < 0.7:
            self.world.time[0] += self.random.choice((1, 1000, 200_000, SECOND, 7 * SECOND))

    def _any(self, house: House) -> Kept | None:
        held = [k for k in house.by_vid.values() if k.said.token]
        return self.random.choice(held) if held else None

    # Quiet ------------------------------------------------------------------------------------

    def quiet(self) -> None:
        """Heal everything, let every node do its work until nothing changes, and check the end."""
        self.network.weather = FAIR
        self.network.parted.clear()
        for node in self.world.nodes.values():
            node.store.fuse = 0
            node.clock.skew = 0
        self.world.time[0] += 2 * DAY
        self.network.deliver_late()
        if self.media is not None:
            self.random.shuffle(self.media.waiting)
            for one in self.media.waiting:
                self._take_media(self.world.nodes[one.receiver], one)
        self._settle()
        if (
            self._put_back_any
        ):  # what nobody can prove is found by comparing what is held, as every node does now and then
            for node in self.world.nodes.values():
                self._compare(node)
            self._settle()
        self._check_end()

    def _settle(self) -> None:
        before: object = None
        can = self.world.nodes["can"]
        for _round in range(ROUNDS):
            # who was put back waits for its partners as long as any of them may yet be visited
            busy = [self._work(node, last=_round >= PATIENCE) for node in self.world.nodes.values()]
            while self._due("read", lambda: can.store.commits, can) or self.reader.more:
                busy.append(True)
                self.reader.read(self)
            after = self._state()
            if _round > PATIENCE and (not any(busy) or after == before):
                break
            before = after
        else:
            raise Violation("unrest", f"still busy after {ROUNDS} rounds: {after}")

    def _compare(self, node: Node) -> None:
        """Compare what a node holds with what its partners believe it holds, and repair what differs."""
        for other in NODES:
            if other == node.name or self.houses[node.name].pacts[other].state != "confirmed":
                continue
            with node.store.read() as tx:
                partner = records.partner(tx, other)
                full = (
                    records.link(tx, partner.number).generation > 1
                )  # as nodes do after each that a partner begins
            self.judge.stale.add(node.name)
            way = self.network.way(node.name, other)
            try:
                report = reconcile(node.store, node.home, partner, way, full=full)
            except CordialeError as refused:
                self.trace("refused", refused.code)
                continue
            finally:
                self.judge.stale.add(node.name)
            self.coverage["compared"] += 1
            self.coverage["difference explained"] += report.explained
            for one in report.differences:
                self.coverage[f"difference {one.kind} {one.repair}"] += 1
            self.trace(
                "compared",
                other,
                full,
                report.explained,
                [(one.kind, one.repair) for one in report.differences],
            )

    def _work(self, node: Node, *, last: bool) -> bool:
        """Do what a node does all day, as far as anything happened that it could be about."""
        busy = self.rejoin(node, unvisited=last) | self._due("cut", partial(self._waiting, node), node)
        if busy:
            expiry.expire(node.desk)
            self.judge.stale.add(node.name)
            self.cut(node)
            self._changed("cut", partial(self._waiting, node), node)
        for other in NODES:
            if other == node.name:
                continue
            there = self.world.nodes[other]
            if self._due("call", partial(self._between, node, there), node, there):
                if self._by_media(node.name, other):
                    self._carry_across(node, other)
                else:
                    self.call(node, other)
                self._changed("call", partial(self._between, node, there), node, there)
                busy = True
        if busy:
            self.judge.recalls(node.name)
        return busy

    def _due(self, what: str, about: Callable[[], object], *nodes: Node) -> bool:
        """Tell whether what some work is about is other than when it was last due: if not, it would change nothing."""
        key = (what, *(node.name for node in nodes))
        commits = [node.store.commits for node in nodes]
        before, known = self._done.get(key, (None, None))
        if commits == before:  # nobody wrote anything: nothing to look at
            return False
        at = about()
        self._done[key] = commits, at
        return known != at

    def _changed(self, what: str, about: Callable[[], object], *nodes: Node) -> None:
        """Forget what some work was about where it changed that: should it be the same again, the work would do so again."""
        key = (what, *(node.name for node in nodes))
        if key in self._done and self._done[key][1] != about():
            del self._done[key]

    def _waiting(self, node: Node) -> object:
        """Return all that a cut could be about, when the clock stands still."""
        with node.store.read() as tx:
            streams = [(one.number, one.generation, one.position) for one in records.pairs(tx).values()]
            owed = tx.rows(_OWED), tx.rows("SELECT pair, vid FROM exchange_due_version")
            return changes.last(tx), streams, owed, records.links_in(tx, rejoining.STATE)

    def _between(self, node: Node, other: Node) -> object:
        """Return all that a visit could be about."""
        found: list[object] = []
        for here, there in ((node, other), (other, node)):
            with here.store.read() as tx:
                partner = records.partner(tx, there.name)
                link, pair = records.link(tx, partner.number), records.pair(tx, partner.number)
                found += [
                    partner.state,
                    (link.generation, link.received, link.recalls, link.acknowledged, link.state, link.code),
                    (pair.generation, pair.last, pair.recalls, pair.head, pair.receipt),
                    tx.lately.answer("exchange_recall", "all", partial(tx.rows, _ASKED)),
                    tx.lately.answer("exchange_recalled", "all", partial(tx.rows, _DONE)),
                ]
        return found

    def _state(self) -> object:
        found = []
        for node in self.world.nodes.values():
            with node.store.read() as tx:
                for partner in records.partners(tx):
                    pair, link = records.pair(tx, partner.number), records.link(tx, partner.number)
                    found.append((pair.last, pair.recalls, link.received, link.recalls, link.state))
        return found, len(self.reader.held), self.reader.after

    def _check_end(self) -> None:
        for node in self.world.nodes.values():
            self.judge.refresh(node.name)
            self.judge.gapless(node)
        for name in NODES:
            for other in NODES:
                if name != other:
                    self._check_pair(name, other)
            self.judge.remains(name)
            ids = sorted(
                (k.said.id, k.source, hashlib.sha256(k.said.raw).hexdigest())
                for k in self.houses[name].by_vid.values()
            )
            self.trace("end", name, ids)
        self.reader.check(self)

    def _check_pair(self, sender: str, receiver: str) -> None:
        """Check the stream from one node to another at the end, unless it is rightfully stopped."""
        states = {self.houses[sender].pacts[receiver].state, self.houses[receiver].pacts[sender].state}
        node = self.world.nodes[receiver]
        with node.store.read() as tx:
            link = records.link(tx, records.partner(tx, sender).number)
        if states != {"confirmed"}:
            asked = self.houses[receiver].pacts[sender].state == "confirmed" and not self._by_media(
                sender, receiver
            )
            if asked and link.state != "refused":
                raise Violation("state", f"{receiver} is suspended by {sender} and its link is {link.state}")
            return
        if link.state != "up":
            raise Violation(
                "state", f"{receiver}'s link to {sender} is {link.state} in quiet: {link.code} {link.params}"
            )
        self.judge.arrived(sender, receiver)
        self.judge.refused_for_good(sender, receiver)


def _given(name: str) -> list[tuple[str, Terms]]:
    others = [(other, FULL) for other in NODES if other != name]
    return [*others, (READER, Terms(tlp="green", assurance="taxii"))] if name == "can" else others


def _ours(kept: Kept, node: Node) -> bool:
    """Tell whether marking this makes a new version: our own identity created it, or nobody did."""
    from tests.simulation.world import identity

    return kept.said.type == "domain-name" or identity(node.name).encode() in kept.said.raw


Event = Callable[[Schedule, Node], None]
_MIX: dict[Event, float] = {
    Schedule.write: 24,
    Schedule.cut: 8,
    Schedule.visit: 8,
    Schedule.sync_both: 10,
    Schedule.mark: 7,
    Schedule.rules: 3,
    Schedule.act: 4,
    Schedule.hold: 3,
    Schedule.lift: 2,
    Schedule.recall: 4,
    Schedule.confirm_drafts: 1,
    Schedule.suspend: 1.5,
    Schedule.step_clock: 5,
    Schedule.part: 4,
    Schedule.late: 3,
    Schedule.crash: 5,
    Schedule.expire: 1.5,
    Schedule.index: 2,
    Schedule.read_taxii: 3,
}
_RESTORES: dict[Event, float] = {
    Schedule.copy: 4,
    Schedule.restore: 0.8,
    Schedule.roll_back: 0.8,
    Schedule.rejoin: 6,
}
_CARRIES: dict[Event, float] = {Schedule.carry_out: 8, Schedule.carry_in: 8}
_CALM: tuple[Event, ...] = (
    Schedule.write,
    Schedule.cut,
    Schedule.mark,
    Schedule.hold,
    Schedule.recall,
    Schedule.rules,
    Schedule.visit,
    Schedule.step_clock,
)
_BETWEEN = list(_CALM)
_BETWEEN_WEIGHTS = [4, 4, 2, 1, 1, 1, 2, 1]
