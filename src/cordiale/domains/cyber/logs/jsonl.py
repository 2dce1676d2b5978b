"""Logs of JSON lines: only what a profile names is taken, a block at a time; a bad line costs itself alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from cordiale.domains.cyber.logs import spans
from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.blocks import Block
from cordiale.domains.cyber.logs.building import LISTS, built
from cordiale.domains.cyber.logs.members import Members, Wanted, members, wanted
from cordiale.domains.cyber.logs.profile import Profile
from cordiale.domains.cyber.logs.records import RECORDS
from cordiale.platform.clock import Instant
from cordiale.platform.languages import _

SIZE: Final = 1 << 20
"""Bytes of a block, about: what is made of its lines stays near the processor until it lies in columns."""

TOGETHER: Final = 16_384
"""Records up to which tables of blocks are put together."""

Get = Callable[[list[Any]], list[Any]]


class Shape(NamedTuple):
    """What is taken of each line: the decoder, and for each field how its values are taken out of decoded lines.

    `asked` are the same keys as they are looked for in bytes, `values` of which of them each field is made.
    """

    decoder: msgspec.json.Decoder[Any]
    fields: dict[str, tuple[Get, ...]]
    asked: Wanted
    values: dict[str, tuple[int, ...]]


def shape(profile: Profile, keys: Iterable[str]) -> Shape:
    """Return the shape of a profile; `keys` are those of records themselves, which may have dots in them."""
    tree: dict[str, Any] = {}
    places: dict[str, list[tuple[str, ...]]] = {}
    known = set(keys)
    for field, columns in profile.columns.items():
        for column in columns:
            steps = (column,) if column in known or "." not in column else tuple(column.split("."))
            # a name used alone and with something below it stays whole: what is below is not decoded
            if _placed(tree, steps):
                places.setdefault(field, []).append(steps)
    kind, names = _struct(tree)
    asked, paths = wanted(tree)
    numbers = {path: number for number, path in enumerate(paths)}
    return Shape(
        msgspec.json.Decoder(kind),
        {field: tuple(_getter(steps, names) for steps in found) for field, found in places.items()},
        asked,
        {
            field: tuple(numbers[steps] for steps in found if steps in numbers)
            for field, found in places.items()
        },
    )


def _placed(tree: dict[str, Any], steps: tuple[str, ...]) -> bool:
    for step in steps[:-1]:
        below = tree.setdefault(step, {})
        if below is None:
            return False
        tree = below
    if tree.get(steps[-1]):
        return False
    tree[steps[-1]] = None
    return True


_Names = dict[str, tuple[str, Any]]


def _struct(tree: dict[str, Any]) -> tuple[Any, _Names]:
    """Return the struct that decodes a tree of keys, and the name of each key in it with those below."""
    names: _Names = {}
    fields: list[tuple[str, Any, Any]] = []
    rename: dict[str, str] = {}
    for number, (key, below) in enumerate(tree.items()):
        name = f"f{number}"
        rename[name] = key.removesuffix("[]")
        if below is None:
            names[key] = (name, None)
            fields.append((name, Any, None))
            continue
        kind: Any
        kind, inside = _struct(below)
        names[key] = (name, inside)
        fields.append((name, (list[kind] if key.endswith("[]") else kind) | None, None))
    return msgspec.defstruct("Line", fields, rename=rename, gc=False), names


def _getter(steps: tuple[str, ...], names: _Names) -> Get:
    name, inside = names[steps[0]]
    if len(steps) == 1:
        one = attrgetter(name)
        return lambda rows: list(map(one, rows))
    below = _getter(steps[1:], inside)
    if steps[0].endswith("[]"):
        return lambda rows: [None if (held := getattr(row, name)) is None else below(held) for row in rows]

    def get(rows: list[Any]) -> list[Any]:
        held = list(map(attrgetter(name), rows))
        there = [n for n, one in enumerate(held) if one is not None]
        out: list[Any] = [None] * len(rows)
        for n, value in zip(there, below([held[n] for n in there]), strict=True):
            out[n] = value
        return out

    return get


def read(blocks: Iterable[Block], found: Shape, file: str, now: Instant) -> Iterator[pa.Table | Aside]:
    """Yield the records of blocks of lines, and what of them is no record.

    Values are taken from where they stand in lines of plain JSON; any other line is decoded by itself, and a log of
    mostly such lines a block at a time.
    """
    plain = True
    held: list[pa.Table] = []
    count = 0
    for block in blocks:
        taken = members(block.data, block.lines, found.asked) if plain else None
        if taken is not None and 2 * len(taken.odd) > block.lines:
            taken, plain = None, False
        if taken is None:
            rows, lines, aside = _decoded(block, found.decoder)
        else:
            rows, lines, aside = _one_by_one(_odd(block, taken), found.decoder)
        yield from aside
        made = []
        if taken is not None and len(taken.lines):
            columns = {
                field: spans.taken(field, values, taken, block.data, now)
                for field, values in found.values.items()
            }
            made.append(built(columns, taken.lines + block.line, file, now))
        if rows:
            columns = {field: _column(field, getters, rows) for field, getters in found.fields.items()}
            made.append(built(columns, lines, file, now))
        held.append(
            made[0] if len(made) == 1 else pa.concat_tables(made or [RECORDS.empty_table()]).sort_by("line")
        )
        count += held[-1].num_rows
        if count >= TOGETHER:
            yield pa.concat_tables(held)
            held, count = [], 0
    if count:
        yield pa.concat_tables(held)


def _odd(block: Block, taken: Members) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are left to a decoder, with their numbers."""
    for line, first, last in taken.odd.tolist():
        yield block.line + line, block.data[first:last]


def _column(field: str, getters: tuple[Get, ...], rows: list[Any]) -> list[Any]:
    first = getters[0](rows)
    for get in getters[1:]:
        more = get(rows)
        if field in LISTS:
            first = [b if a is None else a if b is None else [a, b] for a, b in zip(first, more, strict=True)]
        else:
            first = [b if a is None else a for a, b in zip(first, more, strict=True)]
    return first


def _decoded(block: Block, decoder: Any) -> tuple[list[Any], Any, list[Aside]]:
    try:
        rows = decoder.decode_lines(block.data)
        if len(rows) == block.lines:  # none of them is blank
            return rows, np.arange(block.line, block.line + len(rows)), []
    except (msgspec.DecodeError, RecursionError):
        pass
    return _one_by_one(enumerate(block.data.split(b"\n"), block.line), decoder)


def _one_by_one(
    numbered: Iterable[tuple[int, bytes]], decoder: Any
) -> tuple[list[Any], list[int], list[Aside]]:
    found, lines, aside = [], [], []
    for number, line in numbered:
        if not line.strip():
            continue
        try:
            found.append(decoder.decode(line))
            lines.append(number)
        except msgspec.ValidationError:
            aside.append(Aside(number, "log-line-form", _WRONG))
        except (msgspec.DecodeError, RecursionError):
            aside.append(Aside(number, "log-line-json", _BROKEN))
    return found, lines, aside


_BROKEN: Final = _("This line is no JSON that can be read.")
_WRONG: Final = _("This line has not the form of the others.")
