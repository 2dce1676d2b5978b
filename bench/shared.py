"""Servers that benchmarks measure: each its own in a whole run; filled and started once for all in a quick one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, partial

from bench import measure
from bench.generate import objects
from bench.opentaxii import OpenTaxii, opentaxii
from bench.serving import Serving, filled, scratch, serving

_kept = ExitStack()


def end() -> None:
    """Stop what was kept for the next benchmark."""
    _kept.close()


@contextmanager
def nodes(counts: Sequence[int], quick: bool) -> Iterator[list[Serving]]:
    """Serve nodes that hold so many objects until the block ends, or, when quick, until `end`."""
    if quick:
        yield measure.gathered([partial(_kept_node, count) for count in counts], at_once=True)
        return
    with ExitStack() as stack:
        yield [_node(stack, count) for count in counts]


@contextmanager
def beside(held: int, quick: bool) -> Iterator[OpenTaxii]:
    """Run OpenTAXII with so many objects until the block ends, or, when quick, with 300 until `end`."""
    if quick:
        yield _kept_peer()
        return
    with scratch("bench-opentaxii-") as folder, opentaxii(folder, peer_objects(held)) as server:
        yield server


def peer_objects(count: int) -> list[bytes]:
    """Make objects that OpenTAXII takes: those that have `modified`."""
    return [one for one in objects(2 * count) if b'"modified"' in one][:count]


def _node(stack: ExitStack, count: int) -> Serving:
    folder = stack.enter_context(scratch("bench-served-"))
    made = filled(folder, count)
    return stack.enter_context(serving(folder / "node", made["tokens"]))


@cache
def _kept_node(count: int) -> Serving:
    return _node(_kept, count)


@cache
def _kept_peer() -> OpenTaxii:
    return _kept.enter_context(opentaxii(_kept.enter_context(scratch("bench-opentaxii-")), peer_objects(300)))
