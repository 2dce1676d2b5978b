"""Decide again, from the bytes alone, what may leave, and sign that.

The same code runs in the egress process and, for simulations, inside the node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.platform.clock import Clock, Instant
from cordiale.platform.collector import held_back
from cordiale.platform.errors import ConfigurationError, ProtocolError
from cordiale.platform.languages import _
from cordiale.release import origin, segment
from cordiale.release.decide import Compiled
from cordiale.release.egress.bench import Bench, Shape, shape_of, tear_line
from cordiale.release.egress.request import RedactionClaim, Refused, SignedSegment
from cordiale.release.egress.wire import Cut, Needs
from cordiale.release.keys import Signer
from cordiale.release.marking import (
    definition_atoms,
    from_text,
    marking_hash,
    named_by,
)
from cordiale.release.merkle import root
from cordiale.release.partnership import Rules
from cordiale.release.recipient import ASSURANCES, Recipient
from cordiale.release.rules import parse
from cordiale.stix.ingress import decode
from cordiale.stix.version import read

SEEN: Final = 8192
"""Content hashes remembered in each of two generations: the versions of some segments for all partners."""

SHAPES: Final = 65_536
"""Distinct shapes remembered before the memory starts anew."""

KEPT: Final = 16
"""Rules texts, compiled tables and definition sets kept beside the current one, per partnership and partner."""

PAIRED: Final = 16
"""Segments whose hashes are kept ready for the next partner: some 150 KB each."""

MOST_ENTRIES: Final = 65_536


class Gate:
    """The state of an egress: its key, what it has seen, and the rules it was last given."""

    def __init__(self, signer: Signer, clock: Clock | None = None) -> None:
        self.signer = signer
        self._clock = clock
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._shapes: list[Shape] = []
        self._places: dict[Shape, int] = {}
        self._paired: dict[tuple[bytes, tuple[str, ...], tuple[int, ...]], list[bytes]] = {}
        self._rules: dict[str, Rules] = {}
        self._tables: dict[tuple[str, Recipient, bool], Compiled] = {}
        self._definitions: dict[bytes, dict[str, str]] = {definitions_hash(()): {}}

    def sign(self, purpose: str, payload: bytes) -> bytes:
        """Sign a payload under a purpose; a segment is signed only after deciding, by `cut`."""
        if purpose in ("segment", origin.PURPOSE):
            raise ProtocolError("egress-segment", _("A segment is signed only entry by entry."))
        return self.signer.sign(segment.message(purpose, payload))

    def cut(
        self,
        ask: Cut,
        bodies: Mapping[int, bytes],
        definitions: Sequence[bytes] | None = None,
        *,
        final: bool = False,
    ) -> Needs | SignedSegment:
        """Decide over every entry and sign a header over those that pass.

        Returns what it needs to see first; with `final` what is still missing is refused instead.
        Raises CordialeError when the request as a whole cannot be served.
        """
        if definitions is not None:
            self._learn(ask.definitions, definitions)
        atoms = self._definitions.get(ask.definitions)
        hashes = _hashes(ask)
        missing = self._see(hashes, ask.redacted, bodies)
        if not final and (missing or atoms is None):
            return Needs(missing, atoms is None)
        if atoms is None:
            raise ProtocolError("egress-definitions", _("The marking definitions of a segment are missing."))
        accepted, refused = self._judge(ask, hashes, atoms)
        if not accepted:
            return SignedSegment(None, b"", tuple(refused))
        return self._signed(ask, hashes, accepted, tuple(refused))

    def _judge(self, ask: Cut, hashes: list[bytes], atoms: dict[str, str]) -> tuple[list[int], list[Refused]]:
        claims = [from_text(text) for text in ask.markings]
        # an id that follows from an atom's text stands for it, whether or not the definition is held
        meant = named_by(atom for claim in claims for atom in claim) | atoms
        bench = Bench(self._compiled(ask), self._moments(ask), claims, meant, atoms)
        young, shapes = self._young, self._shapes
        if not ask.redacted and not ask.consents and not ask.named:
            # Most segments: nothing but whole objects, of a few kinds. Judged kind by kind, and one by one only if any fails.
            kinds = set(zip(map(young.get, hashes), ask.claimed, strict=True))
            if all(
                place is not None and bench.verbatim(shapes[place], claimed) is None
                for place, claimed in kinds
            ):
                return list(range(len(hashes))), []
        known: dict[tuple[int, int, bool], tuple[str, str | None] | None] = {}
        accepted, refused = [], []
        for index, (digest, claimed) in enumerate(zip(hashes, ask.claimed, strict=True)):
            if index in ask.redacted:
                verdict = tear_line(bench, ask.redacted[index], digest, claimed, ask.consents.get(index, ()))
            else:
                place = young.get(digest)
                if place is None:
                    verdict = ("body-missing", None)
                elif index in ask.consents:
                    lifted = frozenset(ask.consents[index])
                    verdict = bench.verbatim(shapes[place], claimed, lifted, named=index in ask.named)
                elif (key := (place, claimed, index in ask.named)) in known:
                    verdict = known[key]
                else:
                    verdict = known[key] = bench.verbatim(shapes[place], claimed, named=key[2])
            if verdict is None:
                accepted.append(index)
            else:
                refused.append(Refused(index, *verdict))
        return accepted, refused

    def _signed(
        self, ask: Cut, hashes: list[bytes], accepted: list[int], refused: tuple[Refused, ...]
    ) -> SignedSegment:
        marked = [marking_hash(text.split("\n")) for text in ask.markings]
        pairs = self._pairs(ask, hashes, marked)
        if len(accepted) < len(pairs):
            pairs = [pairs[i] for i in accepted]
        leaves = segment.salted(ask.seed, pairs)
        header = segment.SegmentHeader(
            pair=ask.pair,
            generation=ask.generation,
            first=ask.first,
            last=ask.first + len(accepted) - 1,
            previous=ask.previous,
            root=root(leaves),
            cut_at=ask.cut_at,
            base_us=ask.base_us,
            rules_version=self._parsed(ask.rules).version,
        )
        signature = self.signer.sign(segment.message("segment", segment.header_bytes(header)))
        return SignedSegment(header, signature, refused, self._origin(ask, hashes, accepted, marked))

    def _pairs(self, ask: Cut, hashes: list[bytes], marked: list[bytes]) -> list[bytes]:
        """Return content hash ‖ marking hash of every entry; remembered, as the same is asked for many partners."""
        key = (ask.hashes, ask.markings, tuple(ask.claimed))
        found = self._paired.get(key)
        if found is None:
            if len(self._paired) >= PAIRED:
                self._paired.clear()
            names = [marked[claimed] for claimed in ask.claimed]
            found = self._paired[key] = [one + name for one, name in zip(hashes, names, strict=True)]
        return found

    def _origin(self, ask: Cut, hashes: list[bytes], accepted: list[int], marked: list[bytes]) -> bytes:
        """Sign whose objects these are, of those that were looked at and may leave."""
        mine = sorted(set(accepted).intersection(ask.mine))
        if not mine:
            return b""
        batch = origin.seal(
            ask.pair.partition(">")[0],
            self.signer.public_key,
            ask.origin,
            [hashes[i] for i in mine],
            [marked[ask.claimed[i]] for i in mine],
        )
        return self.signer.sign(segment.message(origin.PURPOSE, batch.header))

    def _moments(self, ask: Cut) -> tuple[Instant, ...]:
        """Decide at the instant of the cut, and at our own time as well where there is a clock."""
        return (ask.cut_at,) if self._clock is None else (ask.cut_at, self._clock())

    def _see(
        self, hashes: list[bytes], redacted: Mapping[int, RedactionClaim], bodies: Mapping[int, bytes]
    ) -> list[int]:
        """Look at the bodies given and return the places of those not seen yet."""
        if len(self._shapes) > SHAPES:
            self._young, self._old, self._shapes, self._places = {}, {}, [], {}
        if len(self._young) > SEEN:
            self._young, self._old = {}, self._young
        young, old = self._young, self._old
        if all(map(young.__contains__, hashes)):
            return []  # as for every partner after the first
        missing = []
        with held_back():
            for index, digest in enumerate(hashes):
                if digest in young or index in redacted:
                    continue
                if digest in old:
                    young[digest] = old[digest]
                elif (body := bodies.get(index)) is not None:
                    self._look(digest, body)
                    if digest not in young:
                        missing.append(index)
                else:
                    missing.append(index)
        return missing

    def _look(self, digest: bytes, body: bytes) -> None:
        """Remember the shape of a body if it is what its hash says and reads without an error."""
        try:
            version, problems = read(body)
            if version.hash != digest or any(p.severity == "error" for p in problems):
                return
            shape = shape_of(version)
        except Exception:  # noqa: BLE001 - one poisonous body must not stop the others; it is simply not seen
            return
        place = self._places.setdefault(shape, len(self._shapes))
        if place == len(self._shapes):
            self._shapes.append(shape)
        self._young[digest] = place

    def _learn(self, digest: bytes, definitions: Sequence[bytes]) -> None:
        if definitions_hash(definitions) != digest:
            raise ProtocolError(
                "egress-definitions", _("The marking definitions of a segment are not the announced ones.")
            )
        if len(self._definitions) > KEPT:
            self._definitions = {definitions_hash(()): {}}
        self._definitions[digest] = definition_atoms(decode(raw)[0] for raw in definitions)

    def _parsed(self, text: str) -> Rules:
        rules = self._rules.get(text)
        if rules is None:
            if len(self._rules) > KEPT:
                self._rules, self._tables = {}, {}
            rules = self._rules[text] = parse(text, "rules")
        return rules

    def _compiled(self, ask: Cut) -> tuple[Compiled, Compiled]:
        """Return the tables of the recipient as the rules have it; two, since they are asked at two instants."""
        rules = self._parsed(ask.rules)
        stated = rules.partners.get(ask.recipient.node)
        if stated is None or not _no_more_than(ask.recipient, stated):
            raise ConfigurationError(
                "egress-recipient",
                _("{node} is not, as described, a partner in the rules of {partnership}."),
                node=ask.recipient.node,
                partnership=rules.partnership,
            )
        if len(self._tables) > 64 * KEPT:
            self._tables = {}
        first, second = (
            self._tables.setdefault(
                (rules.version, ask.recipient, own),
                Compiled(rules, ask.recipient, ask.pair.partition(">")[0]),
            )
            for own in (False, True)
        )
        return first, second


def definitions_hash(definitions: Sequence[bytes]) -> bytes:
    """Return the hash that names a set of definitions in order (32 bytes)."""
    return sha256(b"".join(sha256(raw).digest() for raw in definitions)).digest()


def _hashes(ask: Cut) -> list[bytes]:
    count = len(ask.claimed)
    if (
        count > MOST_ENTRIES
        or len(ask.hashes) != 32 * count
        or len(ask.previous) != 32
        or len(ask.seed) != 32
        or (ask.mine and len(ask.origin) != 32)
        or len(ask.mine) > origin.SIZES[-1]
    ):
        raise ProtocolError("egress-request", _("A segment request is malformed: sizes do not agree."))
    return [ask.hashes[i : i + 32] for i in range(0, 32 * count, 32)]


def _no_more_than(asked: Recipient, stated: Recipient) -> bool:
    """Tell whether a recipient is the stated one, or the same over a link of less assurance."""
    weaker = ASSURANCES.index(asked.assurance) <= ASSURANCES.index(stated.assurance)
    return weaker and msgspec.structs.replace(stated, assurance=asked.assurance) == asked
