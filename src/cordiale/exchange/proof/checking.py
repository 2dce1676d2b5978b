"""Proofs as files: what one partner gave another, checked without any node.

A proof holds one object with its marking, the way from it to a checkpoint that both partners signed, and who stated
it. Of everything else in the stream it holds salted hashes only.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence

import msgspec

from cordiale.exchange.originator.consented import covers, read_consent
from cordiale.exchange.partners.fingerprint import fingerprint, same_words
from cordiale.exchange.signing import peek_statement
from cordiale.exchange.stream.checkpoint import Checkpoint, same_log
from cordiale.exchange.stream.segment import pair_name, read_header
from cordiale.platform.errors import CordialeError, InputError
from cordiale.platform.languages import _
from cordiale.release import merkle, origin
from cordiale.release.consent import PURPOSE, Covered, holds
from cordiale.release.marking import marking_hash
from cordiale.release.segment import SALT, SegmentHeader, Verify, header_hash, leaf, message
from cordiale.stix.version import read

FORMAT = 1
LARGEST = 64 * 1024 * 1024


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Place the object in its segment: its number, the salt of its leaf, the audit path (hexadecimal)."""

    sequence: int
    salt: str
    path: tuple[str, ...]


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold signed text with its signature (base64)."""

    header: str
    signature: str


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Place the segment in the log of a stream: the audit path to the root that both signed."""

    index: int
    path: tuple[str, ...]


class Earlier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Show that the log only grew since an earlier checkpoint that both signed (RFC 9162 section 2.1.4)."""

    checkpoints: tuple[str, ...]
    path: tuple[str, ...]


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Place the object in a batch under its originator's signature; `marking` is what the originator signed."""

    header: str
    signature: str
    place: int
    salt: str
    marking: str
    path: tuple[str, ...]


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the originator's consent for the receiver, and the proof that it names the object (hexadecimal)."""

    statement: str
    place: int = 0
    salt: str = ""
    content: str = ""
    path: tuple[str, ...] = ()


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name the public keys of one node (hexadecimal) and what else its words vouch for."""

    keys: tuple[str, ...]
    former: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hold one proof; without an object it is about the log alone."""

    cordiale_proof: int
    sender: str
    receiver: str
    made_by: str
    made_at: int
    content: str | None = None
    marking: str | None = None
    entry: Entry | None = None
    segment: Signed | None = None
    log: Log | None = None
    checkpoints: tuple[str, ...]
    earlier: Earlier | None = None
    origin: Origin | None = None
    consent: Agreed | None = None
    keys: dict[str, Keys]


class Check(msgspec.Struct, frozen=True):
    """Say of one thing whether it holds; `code` names it, the sentence says what was found."""

    code: str
    holds: bool
    message_id: str
    params: Mapping[str, str] = {}


class Party(msgspec.Struct, frozen=True):
    """Name one node in a proof by its words; `known` says that the words or key asked for are these."""

    node: str
    words: tuple[str, ...]
    words_fr: tuple[str, ...]
    known: bool


class Verified(msgspec.Struct, frozen=True):
    """Report what a proof shows; it holds when every check does."""

    holds: bool
    sender: str
    receiver: str
    object_id: str | None
    marking: tuple[str, ...]
    originator: str | None
    sequence: int | None
    cut_at: int | None
    entries: int | None
    checks: tuple[Check, ...]
    parties: tuple[Party, ...]


def write(made: Proof) -> bytes:
    """Write a proof as JSON, one line."""
    return msgspec.json.encode(made) + b"\n"


def read_proof(data: bytes) -> Proof:
    """Read a proof file; raises InputError saying what is wrong with it."""
    if len(data) > LARGEST:
        raise InputError("proof.size", _("A proof is larger than {limit} bytes."), limit=LARGEST)
    try:
        found = msgspec.json.decode(data, type=Proof)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            "proof.form", _("This is not a proof that Cordiale wrote, or only part of one: {problem}."),
            problem=str(error)[:200],
        ) from None  # fmt: skip
    if found.cordiale_proof != FORMAT:
        raise InputError(
            "proof.version",
            _("The proof is in format {found}, this version reads {known}."),
            found=found.cordiale_proof,
            known=FORMAT,
        )
    return found


def verify(proof: Proof, verify_key: Verify, trusted: Mapping[str, str] | None = None) -> Verified:
    """Check everything a proof says; `trusted` gives words or a key (hexadecimal) by node.

    Needs no node and no network. What fails is named; nothing is raised for what a forger may have written.
    """
    return _Checking(proof, verify_key, trusted or {}).run()


class _Checking:
    """Collect what was checked of one proof."""

    def __init__(self, proof: Proof, verify_key: Verify, trusted: Mapping[str, str]) -> None:
        self.proof, self.verify_key, self.trusted = proof, verify_key, trusted
        self.checks: list[Check] = []
        self.header: SegmentHeader | None = None
        self.object_id: str | None = None
        self.content: bytes | None = None
        self.originator: str | None = None

    def run(self) -> Verified:
        proof = self.proof
        both = self._say(
            "checkpoints", _("Both partners signed the same state of the log."), self._checkpoints
        )
        if proof.content is not None:
            self._say("content", _("The object can be read."), self._content)
            self._say("segment", _("The segment is signed by the sender."), self._segment)
            self._say("entry", _("The object with this marking is in the segment."), self._entry)
            self._say("log", _("The segment is in the log that both signed."), lambda: self._log(both))
            if proof.origin is not None:
                self._say("origin", _("The originator signed the object."), self._origin)
            if proof.consent is not None:
                self._say("consent", _("The originator consented that the receiver has it."), self._consent)
        if proof.earlier is not None:
            self._say(
                "earlier", _("The log only grew since the earlier checkpoint."), lambda: self._earlier(both)
            )
        parties = tuple(self._party(node) for node in sorted(proof.keys))
        for node in sorted(self.trusted.keys() - proof.keys.keys()):
            self.checks.append(Check("keys", False, _("No key of {node} is in the proof."), {"node": node}))
        return Verified(
            holds=all(check.holds for check in self.checks),
            sender=proof.sender,
            receiver=proof.receiver,
            object_id=self.object_id,
            marking=tuple((proof.marking or "").split("\n")) if proof.marking else (),
            originator=self.originator,
            sequence=proof.entry.sequence if proof.entry is not None else None,
            cut_at=self.header.cut_at if self.header is not None else None,
            entries=both.entries if isinstance(both, Checkpoint) else None,
            checks=tuple(self.checks),
            parties=parties,
        )

    def _say(self, code: str, sentence: str, look: Callable[[], object]) -> object:
        """Run one check and keep its outcome; what it raises is the reason."""
        try:
            found = look()
        except CordialeError as error:
            params = {name: str(value) for name, value in error.params.items()}
            self.checks.append(Check(code, False, error.message_id, params))
            return None
        except (ValueError, IndexError, binascii.Error, AttributeError):
            self.checks.append(Check(code, False, _("A part of the proof is malformed or missing.")))
            return None
        self.checks.append(Check(code, True, sentence))
        return found

    def _signed(self, node: str, purpose: str, payload: bytes, signature: bytes) -> None:
        named = self.proof.keys.get(node, Keys(()))
        keys = [bytes.fromhex(key) for key in (*named.keys, *named.former)]
        if not any(self.verify_key(key, message(purpose, payload), signature) for key in keys):
            raise InputError(
                "proof.signature", _("The {purpose} is not signed with a key of {node}."), purpose=purpose, node=node
            )  # fmt: skip

    def _checkpoints(self) -> Checkpoint:
        return self._agreed(self.proof.checkpoints)

    def _agreed(self, statements: Sequence[str]) -> Checkpoint:
        """Return the checkpoint that both signed."""
        proof = self.proof
        found: dict[str, Checkpoint] = {}
        for statement in statements:
            body, signature = peek_statement(statement.encode(), "checkpoint")
            made = msgspec.json.decode(body, type=Checkpoint)
            self._signed(made.by, "checkpoint", body, signature)
            found[made.by] = made
        missing = {proof.sender, proof.receiver} - found.keys()
        if missing:
            raise InputError(
                "proof.checkpoint.missing", _("No checkpoint of {node} is in the proof."), node=min(missing)
            )
        one, other = found[proof.sender], found[proof.receiver]
        if not same_log(one, other) or one.pair != pair_name(proof.sender, proof.receiver):
            raise InputError(
                "proof.checkpoint.differs",
                _("The two checkpoints are of different logs, or of other partners."),
            )
        return one

    def _content(self) -> None:
        self.content = (self.proof.content or "").encode()
        version, _problems = read(self.content)
        self.object_id = version.id

    def _segment(self) -> None:
        proof = self.proof
        if proof.segment is None:
            raise ValueError("missing")
        data = proof.segment.header.encode()
        header = read_header(data)
        self._signed(proof.sender, "segment", data, base64.b64decode(proof.segment.signature, validate=True))
        if header.pair != pair_name(proof.sender, proof.receiver):
            raise InputError(
                "proof.segment.pair", _("The segment belongs to the stream {pair}."), pair=header.pair
            )
        self.header = header

    def _entry(self) -> None:
        proof, header = self.proof, self.header
        if header is None or proof.entry is None or proof.marking is None or self.content is None:
            raise ValueError("missing")
        salt = bytes.fromhex(proof.entry.salt)
        content = read(self.content)[0].hash
        salted = leaf(salt, content, marking_hash(proof.marking.split("\n")))
        index, size = proof.entry.sequence - header.first, header.last - header.first + 1
        path = [bytes.fromhex(node) for node in proof.entry.path]
        if len(salt) != SALT or not merkle.verify_inclusion(salted, index, size, path, header.root):
            raise InputError(
                "proof.entry", _("The object, its marking or its number is not what stands in the segment.")
            )

    def _log(self, both: object) -> None:
        proof, header = self.proof, self.header
        if header is None or proof.log is None or not isinstance(both, Checkpoint):
            raise ValueError("missing")
        path = [bytes.fromhex(node) for node in proof.log.path]
        root = bytes.fromhex(both.root)
        if header.generation != both.generation or not merkle.verify_inclusion(
            header_hash(header), proof.log.index, both.segments, path, root
        ):
            raise InputError("proof.log", _("The segment is not in the log that the checkpoints are of."))

    def _earlier(self, both: object) -> None:
        earlier = self.proof.earlier
        if earlier is None or not isinstance(both, Checkpoint):
            raise ValueError("missing")
        before = self._agreed(earlier.checkpoints)
        path = [bytes.fromhex(node) for node in earlier.path]
        if before.generation != both.generation or not merkle.verify_consistency(
            before.segments, both.segments, bytes.fromhex(before.root), bytes.fromhex(both.root), path
        ):
            raise InputError("proof.earlier", _("The log was rewritten since the earlier checkpoint."))

    def _origin(self) -> None:
        proof = self.proof
        if proof.origin is None:
            raise ValueError("missing")
        data = proof.origin.header.encode()
        header = origin.read_header(data)
        if header is None or self.content is None:
            raise ValueError("missing")
        self._signed(
            header.node, origin.PURPOSE, data, base64.b64decode(proof.origin.signature, validate=True)
        )
        salt, path = bytes.fromhex(proof.origin.salt), [bytes.fromhex(node) for node in proof.origin.path]
        salted = leaf(salt, read(self.content)[0].hash, marking_hash(proof.origin.marking.split("\n")))
        if origin.proven(header, {proof.origin.place: salted}, path) is None:
            raise InputError(
                "proof.origin", _("The object is not in the batch that {node} signed."), node=header.node
            )
        self.originator = header.node

    def _consent(self) -> None:
        proof = self.proof
        if proof.consent is None or self.content is None or proof.marking is None:
            raise ValueError("missing")
        statement = proof.consent.statement.encode()
        consent = read_consent(statement, self.verify_key)
        if consent is None:
            raise InputError("proof.consent.signature", _("The consent is not signed with the key it names."))
        body, signature = peek_statement(statement, PURPOSE)
        self._signed(consent.originator, PURPOSE, body, signature)
        named = None
        if proof.consent.salt:
            salt, content = bytes.fromhex(proof.consent.salt), bytes.fromhex(proof.consent.content)
            path = tuple(bytes.fromhex(node) for node in proof.consent.path)
            named = Covered(proof.consent.place, salt, content, path)
        version = read(self.content)[0]
        marking = frozenset(proof.marking.split("\n"))
        sent = self.header.cut_at if self.header is not None else proof.made_at
        if (
            not covers(consent, named, version, consent.originator, marking)
            or f"orcon:{consent.originator}" not in marking
            or not holds(consent, sent)
        ):
            raise InputError(
                "proof.consent", _("The consent of {node} is not to this object."), node=consent.originator
            )

    def _party(self, node: str) -> Party:
        named = self.proof.keys[node]
        try:
            keys = tuple(bytes.fromhex(key) for key in named.keys)
            bound = tuple(bytes.fromhex(value) for value in named.bound)
        except ValueError:
            keys = bound = ()
        asked = self.trusted.get(node)
        known = asked is not None and (
            asked.strip().lower() in named.keys or same_words(node, keys, tuple(asked.split()), bound)
        )
        if asked is not None and not known:
            self.checks.append(
                Check(
                    "keys",
                    False,
                    _("The keys of {node} in the proof are not those you know."),
                    {"node": node},
                )
            )
        return Party(node, fingerprint(node, keys, "en", bound), fingerprint(node, keys, "fr", bound), known)
