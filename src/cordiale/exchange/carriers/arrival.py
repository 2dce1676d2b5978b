"""Take in what came on a medium, with the checks of the network: loss, repetition and alteration are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from cordiale.exchange import records
from cordiale.exchange.carriers import bundle
from cordiale.exchange.carriers.bundle import Listing, Part
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link import greeting
from cordiale.exchange.recall import carrying_out, demand, ledger
from cordiale.exchange.receive import apply as applying
from cordiale.exchange.records import carried, reconciliations
from cordiale.exchange.records.carried import IN, CarriedRow
from cordiale.exchange.restore import generation, position, recovery, rejoin
from cordiale.exchange.restore.looking_back import look_back
from cordiale.exchange.signing import peek_statement, read_body
from cordiale.exchange.stream import checkpoint
from cordiale.exchange.stream.segment import Slot, read_header, read_resource
from cordiale.platform.errors import Conflict, CordialeError, IntegrityError, NotFound, ProtocolError
from cordiale.platform.languages import _
from cordiale.store.connection import Store, Transaction

MISSING: Final = _(
    "Entries {first} to {last} of {node} have not arrived. Ask for them: cordiale carry out {here} FOLDER --from {first}"
)


FORGOTTEN: Final = _(
    "{node} has forgotten recalls that were carried out here: it was put back to an earlier state. The next medium for it shows them: cordiale carry out {node} FOLDER"
)


class Taken(msgspec.Struct, frozen=True):
    """Report one bundle that was taken in, or why it was not.

    `missing` names the entries (first, last) that the sender had sent by then and that are not here.
    """

    file: str
    partner: str = ""
    number: int = 0
    new: int = 0
    same: int = 0
    withdrawn: int = 0
    set_aside: int = 0
    recalls: int = 0
    receipts: int = 0
    repeated: int = 0
    missing: tuple[int, int] | None = None
    code: str = ""
    message_id: str = ""
    params: Mapping[str, str] = {}


def take_in(store: Store, home: Home, files: Sequence[Path]) -> list[Taken]:
    """Take bundles in, in the order of their streams whatever the order of the files.

    A file that cannot be taken in is reported with its reason and the others go on; what of it was
    taken in before stays. Raises StorageFull.
    """
    found: list[tuple[tuple[str, int, int], Path, Partner, bytes]] = []
    done: list[Taken] = []
    for path in files:
        try:
            partner, statement = _recognise(store, path)
            listing = msgspec.json.decode(peek_statement(statement, bundle.PURPOSE)[0], type=Listing)
            found.append(((partner.node, listing.generation, listing.number), path, partner, statement))
        except CordialeError as error:
            done.append(_refused(path, error))
        except OSError as error:
            done.append(_refused(path, _unreadable(path, error)))
    for _place, path, partner, statement in sorted(found, key=lambda one: one[0]):
        try:
            done.append(_Reading(store, home, partner, path, statement).run())
        except CordialeError as error:
            done.append(_refused(path, error, partner))
        except OSError as error:  # the medium was pulled out, or is worn
            done.append(_refused(path, _unreadable(path, error), partner))
    return done


def _unreadable(path: Path, error: OSError) -> NotFound:
    return NotFound(
        "exchange.carry.file",
        _("{file} cannot be read: {problem}"),
        file=str(path),
        problem=error.strerror or "",
    )


def _recognise(store: Store, path: Path) -> tuple[Partner, bytes]:
    with path.open("rb") as file:
        statement, sender, _receiver = bundle.sender_named(file, path.name)
    with store.read() as tx:
        partner = records.find_partner(tx, sender)
    if partner is None or partner.state != "confirmed" or partner.assurance != "node":
        raise NotFound(
            "exchange.carry.sender",
            _("{file} says it is from {node}, which is no confirmed partner of this node."),
            file=path.name,
            node=sender[:80],
        )
    return partner, statement


def _refused(path: Path, error: CordialeError, partner: Partner | None = None) -> Taken:
    params = {name: str(value) for name, value in error.params.items()}
    node = partner.node if partner is not None else ""
    return Taken(str(path), node, code=error.code, message_id=error.message_id, params=params)


class _Reading:
    """Take in one bundle and count what it brought."""

    def __init__(self, store: Store, home: Home, partner: Partner, path: Path, statement: bytes) -> None:
        self.store, self.home, self.partner, self.path, self.statement = (
            store,
            home,
            partner,
            path,
            statement,
        )
        self.counts = dict.fromkeys(
            ("new", "same", "withdrawn", "set_aside", "recalls", "receipts", "repeated"), 0
        )
        self.forgot = False

    def run(self) -> Taken:
        limit = self.home.limits.response_bytes
        name = self.path.name
        size = self.path.stat().st_size
        self.partner = greeting.on_medium(self.store, self.home, self.partner, self.statement)
        listing = bundle.open_listing(self.home, self.partner, self.statement, name, size, limit)
        digest = hashlib.sha256(self.statement).digest()
        with self.store.read() as tx:
            before = carried.carried_as(tx, self.partner.number, IN, digest)
        if before is not None:
            raise Conflict(
                "exchange.carry.again",
                _("{file} was taken in before (bundle {number} of {node}); nothing was done."),
                file=name,
                number=before.number,
                node=self.partner.node,
            )
        self._verify(listing)
        self._look_back(listing)
        with self.path.open("rb") as file:
            file.seek(len(bundle.MAGIC) + 8 + len(self.statement))
            for part, data in bundle.read_parts(file, listing, name):
                self._part(listing, part, data)
        return self._done(listing, digest)

    def _verify(self, listing: Listing) -> None:
        """Read the whole file once before anything of it is taken in: what is altered is refused whole."""
        with self.path.open("rb") as file:
            file.seek(len(bundle.MAGIC) + 8 + len(self.statement))
            for _part, _data in bundle.read_parts(file, listing, self.path.name):
                pass

    def _look_back(self, listing: Listing) -> None:
        """Do what a greeting does: find out from the partner's proofs whether this node was put back, and what it forgot."""
        if look_back(self.store, self.home, self.partner, listing.standing):
            with self.store.write() as tx:
                position.remember(tx, self.home, self.partner, listing.standing, self.home.clock())
        shown = [one for part in listing.parts for one in part.shown]
        recovery.learn_shown(self.store, self.home, self.partner, shown, listing.standing)

    def _part(self, listing: Listing, part: Part, data: bytes) -> None:
        match part.kind:
            case "opening":
                self._open(listing, data)
            case "recall":
                self._recall(part, data)
            case "segment":
                self._segment(data)
            case "checkpoint":
                self._checkpoint(data)
            case "countersigned":
                with self.store.write() as tx:
                    if not rejoin.closed(tx, self.partner.number):
                        checkpoint.countersign(tx, self.home, self.partner, data, self.home.clock())
            case "receipt":
                with self.store.write() as tx:
                    ledger.record_receipt(tx, self.home, self.partner, data, self.home.clock())
                self.counts["receipts"] += 1

    def _open(self, listing: Listing, data: bytes) -> None:
        with self.store.write() as tx:
            if listing.generation > records.link(tx, self.partner.number).generation:
                generation.accept(tx, self.home, self.partner, listing.generation, data, self.home.clock())

    def _recall(self, part: Part, data: bytes) -> None:
        number = part.first
        said = read_body(peek_statement(data, demand.PURPOSE)[0], demand.Message, demand.PURPOSE)
        with self.store.read() as tx:
            after = records.link(tx, self.partner.number).recalls
            known = records.recalled(tx, self.partner.number, said.id) is not None
        if number <= after and known:
            self.counts["repeated"] += 1
            return
        if number > after + 1:
            raise ProtocolError(
                "exchange.recall.gap",
                _("{node} sends recall {found} where {expected} is next."),
                node=self.partner.node,
                found=number,
                expected=after + 1,
            )
        now = self.home.clock()
        carrying_out.carry_out(self.store, self.home, self.partner, number, data, now, part.basis)
        if number > after:
            with self.store.write() as tx:
                records.save_link(tx, self.partner.number, {"recalls": number})
        else:  # its sender forgot the one that this number is known for, and gave the number again
            self.forgot = True
        self.counts["recalls"] += 1

    def _segment(self, data: bytes) -> None:
        done = applying.apply(
            self.store, self.home, self.partner, self._without_recalled(data), self.home.clock()
        )
        if done.already:
            self.counts["repeated"] += 1
            return
        self.counts["new"] += done.new
        self.counts["same"] += done.same
        self.counts["withdrawn"] += done.withdrawn
        self.counts["set_aside"] += len(done.set_aside)

    def _without_recalled(self, data: bytes) -> bytes:
        """Leave out what was asked back while the medium was on its way; the leaves still prove the segment."""
        resource = read_resource(data, self.home.limits.response_bytes)
        header = read_header(resource.header)
        with self.store.read() as tx:
            gone = _asked_back(tx, self.partner, header.generation, header.first, header.last)
        if not gone:
            return data
        slots = [
            Slot(slot.leaf) if header.first + place in gone else slot
            for place, slot in enumerate(resource.slots)
        ]
        origins = [
            msgspec.structs.replace(one, claims=[c for c in one.claims if header.first + c.slot not in gone])
            for one in resource.origins
        ]
        return msgspec.msgpack.encode(msgspec.structs.replace(resource, slots=slots, origins=origins))

    def _checkpoint(self, data: bytes) -> None:
        """Compare what the sender says of its own stream with what came: here nobody countersigns."""
        theirs = checkpoint.read(data, self.home, self.partner)
        with self.store.read() as tx:
            ours = checkpoint.received(tx, self.home, self.partner, self.home.clock())
        if checkpoint.same_log(theirs, ours):
            with self.store.write() as tx:
                records.save_link(tx, self.partner.number, {"checkpoint": data})
        elif (theirs.generation, theirs.entries) == (ours.generation, ours.entries):
            raise IntegrityError(
                "exchange.checkpoint.countersigned",
                _("{node} signed another history of its stream than the one it sent us."),
                node=self.partner.node,
            )

    def _done(self, listing: Listing, digest: bytes) -> Taken:
        now, number = self.home.clock(), self.partner.number
        sent = [part for part in listing.parts if part.kind == "segment"]
        first, last = (sent[0].first, sent[-1].last) if sent else (0, 0)
        with self.store.write() as tx:
            link = records.link(tx, number)
            missing = None
            if listing.generation == link.generation and link.received < listing.last:
                missing = (link.received + 1, listing.last)
            carried.add_carried(
                tx,
                CarriedRow(number, IN, listing.number, now, digest, listing.generation, first, last),
            )
            values: dict[str, Any] = {"last_contact": now, "news": max(link.news, listing.last)}
            if not rejoin.closed(tx, number):
                values |= self._state(missing, forgot=self.forgot or self._fewer(listing, link))
            else:
                values |= rejoin.after_visit(self.partner, link, self._tells_all(tx, listing, link.recalls))
            records.save_link(tx, number, values)
        taken = Taken(str(self.path), self.partner.node, listing.number, missing=missing)
        return msgspec.structs.replace(taken, **self.counts)

    def _tells_all(self, tx: Transaction, listing: Listing, known: int) -> bool:
        """Tell whether a bundle does what a visit does after a restore: its sender's recalls up to then are known here.

        It was written after the links closed, by a clock that may be as far from ours as one on the network, and what
        it proves of our own recalls is known: what we forgot of them it shows where somebody asked it for all.
        """
        closed = rejoin.closed_at(tx, self.partner.number)
        return (
            closed is not None
            and listing.at > closed + self.home.limits.clock_window
            and known >= listing.recalls
            and position.knows_recalls(tx, self.partner, listing.standing)
        )

    def _fewer(self, listing: Listing, link: records.LinkRow) -> bool:
        """Tell whether a sender knows of fewer recalls than it asked us, and wrote so after it was heard last."""
        heard = link.last_contact or 0
        return listing.recalls < link.recalls and listing.at > heard + self.home.limits.clock_window

    def _state(self, missing: tuple[int, int] | None, *, forgot: bool) -> dict[str, Any]:
        if forgot:  # the next medium for it shows what it forgot
            said = {"node": self.partner.node}
            return {
                "state": rejoin.STATE,
                "code": rejoin.FORGOT,
                "message_id": FORGOTTEN,
                "params": msgspec.json.encode(said).decode(),
            }
        if missing is None:
            return {"state": "up", "code": "", "message_id": "", "params": "{}", "failures": 0}
        params = {
            "first": str(missing[0]),
            "last": str(missing[1]),
            "node": self.partner.node,
            "here": self.home.node,
        }
        return {
            "state": "missing",
            "code": "exchange.carry.missing",
            "message_id": MISSING,
            "params": msgspec.json.encode(params).decode(),
        }


def _asked_back(tx: Transaction, partner: Partner, generation_: int, first: int, last: int) -> set[int]:
    """Return the entries of a range that recalls name which were carried out before the range arrived."""
    found: set[int] = set()
    for message in reconciliations.recall_messages(tx, partner.number):
        said = msgspec.json.decode(peek_statement(message, demand.PURPOSE)[0], type=demand.Message)
        if said.generation == generation_:
            found |= {sequence for sequence in demand.sequences(said) if first <= sequence <= last}
    return found
