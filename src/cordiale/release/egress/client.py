"""The handle on the egress: a process that is started again when it dies, or the same functions in this process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from cordiale.platform.clock import Clock
from cordiale.platform.errors import CordialeError, ProtocolError, Unavailable
from cordiale.platform.languages import _
from cordiale.release.egress import wire
from cordiale.release.egress.gate import Gate, definitions_hash
from cordiale.release.egress.request import (
    Entry,
    Fetch,
    RedactionClaim,
    Refused,
    SegmentRequest,
    SignedSegment,
    TargetClaim,
)
from cordiale.release.keys import Signer, load_key
from cordiale.release.pkcs11 import VARIABLES

__all__ = [
    "Egress",
    "Entry",
    "Fetch",
    "RedactionClaim",
    "Refused",
    "SegmentRequest",
    "SignedSegment",
    "TargetClaim",
    "local_egress",
    "spawn_egress",
]

STARTS: Final = 2
"""How often one request may start the process before it is given up."""

PATIENCE: Final = 5.0
"""Seconds the process is given to end by itself."""


class Egress(Protocol):
    """What signs for this node."""

    @property
    def public_key(self) -> bytes:
        """Return the public half of the signing key, 32 bytes."""

    def sign_segment(self, request: SegmentRequest, fetch: Fetch | None = None) -> SignedSegment:
        """Decide again over every candidate and sign a header over those that pass.

        `fetch` gives the bodies of places whose entry carries none. Raises CordialeError when the request as a whole
        cannot be served.
        """

    def sign(self, purpose: str, payload: bytes) -> bytes:
        """Sign a payload under a purpose of its own (recall, receipt, checkpoint, request)."""

    def close(self) -> None:
        """End the process, if there is one."""


def local_egress(signer: Signer, clock: Clock | None = None) -> Egress:
    """Return an egress within this process, for simulations; it decides at `clock` too when there is one."""
    return _LocalEgress(Gate(signer, clock))


def spawn_egress(key: Path) -> Egress:
    """Start the egress process that holds this key file; it is started again when it dies.

    Raises ConfigurationError when the key cannot be used, Unavailable when the process does not start.
    """
    return _ProcessEgress(key)


class _LocalEgress:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._lock = threading.Lock()

    @property
    def public_key(self) -> bytes:
        return self._gate.signer.public_key

    def sign_segment(self, request: SegmentRequest, fetch: Fetch | None = None) -> SignedSegment:
        ask = wire.without_bodies(request, _name_of(request.definitions))
        with self._lock:
            answer = self._gate.cut(ask, {})
            if isinstance(answer, wire.Needs):
                bodies = _bodies(answer.bodies, request, fetch)
                answer = self._gate.cut(ask, bodies, request.definitions, final=True)
        assert isinstance(answer, SignedSegment)
        return answer

    def sign(self, purpose: str, payload: bytes) -> bytes:
        return self._gate.sign(purpose, payload)

    def close(self) -> None:
        pass


class _ProcessEgress:
    """The process and its pipe; requests are served one at a time, and repeated once when the process has died."""

    def __init__(self, key: Path) -> None:
        self._key = (
            key.absolute()
        )  # egress runs in the folder of its key, where a relative path leads nowhere
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._public_key = b""
        self._is_closed = False
        with self._lock:
            self._start()

    @property
    def public_key(self) -> bytes:
        return self._public_key

    @property
    def pid(self) -> int | None:
        """Return the number of the process, None when there is none."""
        return self._process.pid if self._process else None

    def sign_segment(self, request: SegmentRequest, fetch: Fetch | None = None) -> SignedSegment:
        ask = wire.without_bodies(request, _name_of(request.definitions))

        def exchange(reader: BinaryIO, writer: BinaryIO) -> wire.Answer | None:
            wire.write(writer, ask)
            answer = wire.read_answer(reader)
            if isinstance(answer, wire.Needs):
                definitions = request.definitions if answer.definitions else None
                wire.write(writer, wire.Supply(_bodies(answer.bodies, request, fetch), definitions))
                answer = wire.read_answer(reader)
            return answer

        answer = self._ask(exchange)
        if not isinstance(answer, wire.Signed):
            raise _unexpected()
        return answer.segment

    def sign(self, purpose: str, payload: bytes) -> bytes:
        def exchange(reader: BinaryIO, writer: BinaryIO) -> wire.Answer | None:
            wire.write(writer, wire.Sign(purpose, payload))
            return wire.read_answer(reader)

        answer = self._ask(exchange)
        if not isinstance(answer, wire.Signature):
            raise _unexpected()
        return answer.signature

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._stop()

    def _ask(self, exchange: Callable[[BinaryIO, BinaryIO], wire.Answer | None]) -> wire.Answer:
        """Ask once, and once more of a new process when this one has died: a request changes nothing there."""
        with self._lock:
            if (
                self._is_closed
            ):  # who still holds on to it would start a process that nobody ends, with a key of the past
                raise Unavailable(
                    "egress-closed",
                    _(
                        "The egress process of this key was ended, with its node or as the key changed: ask again."
                    ),
                )
            for _attempt in range(STARTS):
                process = self._process or self._start()
                try:
                    answer = exchange(cast(BinaryIO, process.stdout), cast(BinaryIO, process.stdin))
                except (OSError, ValueError):
                    answer = None
                except BaseException:
                    self._stop()  # what is left in the pipe would answer the next question
                    raise
                if isinstance(answer, wire.Failed):
                    raise _as_error(answer)
                if answer is not None:
                    return answer
                self._stop()
        raise Unavailable(
            "egress-down", _("The egress process stops again and again. See its last lines in the log.")
        )

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the process with an environment that holds nothing of the node's."""
        process = subprocess.Popen(  # noqa: S603 - our own module, our own interpreter
            [sys.executable, "-m", "cordiale.release.egress", str(self._key)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._key.parent,
            env={
                "PYTHONPATH": ":".join(filter(None, sys.path)),
                "PYTHONDONTWRITEBYTECODE": "1",
                **_modules(),
            },
            start_new_session=True,  # an interrupt at the terminal is the node's to handle
        )
        self._process = process
        try:
            answer = wire.read_answer(cast(BinaryIO, process.stdout))
        except ValueError:
            answer = None
        if isinstance(answer, wire.Ready):
            self._public_key = answer.public_key
            return process
        self._stop()
        if isinstance(answer, wire.Failed):
            raise _as_error(answer)
        load_key(self._key)  # says what is wrong with the key, when that is why
        raise Unavailable(
            "egress-down", _("The egress process does not start. Run: python -m cordiale.release.egress")
        )

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _modules() -> dict[str, str]:
    """Return by which variables a hardware module finds its configuration, where they are set."""
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}


@lru_cache(maxsize=8)
def _name_of(definitions: tuple[bytes, ...]) -> bytes:
    """Remember the hash of the last few sets: the segments of one cut are all sent with the same."""
    return definitions_hash(definitions)


def _bodies(places: Sequence[int], request: SegmentRequest, fetch: Fetch | None) -> dict[int, bytes]:
    found = {place: request.entries[place].body for place in places if request.entries[place].body}
    if fetch is not None and (absent := [place for place in places if place not in found]):
        found |= dict(zip(absent, fetch(absent), strict=True))
    return found


def _as_error(answer: wire.Failed) -> CordialeError:
    return ProtocolError(answer.code, answer.message_id, **answer.params)


def _unexpected() -> CordialeError:
    return ProtocolError("egress-answer", _("The egress process answered something else than it was asked."))
