"""Run the egress process: `python -m cordiale.release.egress KEYFILE`, frames over standard input and output.

It opens one file, the key. It has no path to a store and imports nothing that could read one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

from cordiale.platform.clock import system_clock
from cordiale.platform.errors import CordialeError
from cordiale.platform.languages import _
from cordiale.release.egress import wire
from cordiale.release.egress.gate import Gate
from cordiale.release.keys import load_key


def serve(gate: Gate, reader: BinaryIO, writer: BinaryIO) -> None:
    """Answer until the node closes its end; an error is an answer, never the end."""
    wire.write(writer, wire.Ready(gate.signer.public_key))
    while (ask := wire.read_ask(reader)) is not None:
        try:
            answer = _answer(gate, ask, reader, writer)
        except CordialeError as error:
            answer = wire.Failed(error.code, error.message_id, {k: str(v) for k, v in error.params.items()})
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was signed
            answer = _broken(error)
        if answer is None:
            return
        wire.write(writer, answer)


def _answer(gate: Gate, ask: wire.Ask, reader: BinaryIO, writer: BinaryIO) -> wire.Answer | None:
    if isinstance(ask, wire.Sign):
        return wire.Signature(gate.sign(ask.purpose, ask.payload))
    if isinstance(ask, wire.Supply):
        return wire.Failed("egress-order", _("Bodies came before a request."))
    found = gate.cut(ask, {})
    if isinstance(found, wire.Needs):
        wire.write(writer, found)
        supply = wire.read_ask(reader)
        if not isinstance(supply, wire.Supply):
            return None
        found = gate.cut(ask, supply.bodies, supply.definitions, final=True)
    assert not isinstance(found, wire.Needs)
    return wire.Signed(found)


def _broken(error: Exception) -> wire.Failed:
    """Name the kind of a failure and where it was, never its text, which may quote content."""
    trace, where = error.__traceback__, "?"
    while trace is not None:
        where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return wire.Failed(
        "egress-failed",
        _("The egress process failed ({kind} at {where}); nothing was signed."),
        {"kind": type(error).__name__, "where": where},
    )


def main(arguments: list[str]) -> int:
    """Serve with the key named on the command line; returns the exit code."""
    reader, writer = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints must not get between frames
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m cordiale.release.egress KEYFILE\n")
        return 2
    try:
        signer = load_key(Path(arguments[0]))
    except CordialeError as error:
        wire.write(
            writer, wire.Failed(error.code, error.message_id, {k: str(v) for k, v in error.params.items()})
        )
        return 3
    serve(Gate(signer, system_clock), reader, writer)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        sys.exit(0)
