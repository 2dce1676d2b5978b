"""Join what this node holds with galaxies' tags to what they name, where that was taken in later than the tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
import orjson

from cordiale.desk.actor import authorise
from cordiale.desk.incoming.known import own, worded
from cordiale.desk.marking.stating import stated
from cordiale.domains.cyber.attack.held import Seen, every
from cordiale.domains.cyber.misp.joining import TAGGED, Lookup, link, names_in
from cordiale.domains.cyber.misp.named import Named

if TYPE_CHECKING:
    from cordiale.desk import jobs
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

PAGE: Final = 500
NAMED: Final = 50
"""Names of an answer that nothing held has."""

_NOBODYS: Final = ("unmarked", "unresolved", "unknown:")


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: objects with galaxies' tags, relationships made and those there already, tags that name nothing held.

    `unknown` holds (tag's galaxy, its name, how many objects have it), the most frequent first.
    """

    tagged: int = 0
    made: int = 0
    same: int = 0
    unknown: tuple[tuple[str, str, int], ...] = ()


def join(desk: Desk, actor: Actor, *, progress: jobs.Progress | None = None) -> Joined:
    """State a relationship from each object of this node that a galaxy's tag is on to what it names, marked as both are.

    Only what the actor reads is looked at and found. What is not marked for anybody is left. Raises NotAllowed as `stated`.
    """
    authorise(actor, "say")
    look = Lookup(lambda kind, words: worded(desk, actor, kind, words))
    tagged = made = same = 0
    unknown: dict[Named, int] = {}
    for page in _pages(desk, actor):
        tagged += len(page)
        wanted: dict[str, tuple[dict[str, object], frozenset[str]]] = {}
        for one in page:
            names = names_in(one.value)
            for name in names:
                if not look.targets([name]):
                    unknown[name] = unknown.get(name, 0) + 1
            for target, marking in look.targets(names):
                value = link(one.value, target)
                wanted[value["id"]] = (value, one.marking | marking)
        there = own(desk, actor, wanted)
        same += sum(not orjson.loads(raw).get("revoked") for raw in there.values())
        fresh = [one for name, one in wanted.items() if name not in there and not _nobodys(one[1])]
        for marking in dict.fromkeys(marks for _value, marks in fresh):
            values = [value for value, marks in fresh if marks == marking]
            made += len(stated(desk, actor, "say", values, marking, joined=len(values)))
        if progress is not None:
            progress(tagged, None)
    listed = sorted(unknown.items(), key=lambda one: (-one[1], one[0]))[:NAMED]
    return Joined(
        tagged=tagged, made=made, same=same,
        unknown=tuple((name.galaxy, _written(name), count) for name, count in listed),
    )  # fmt: skip


def _written(name: Named) -> str:
    return f"{name.name} - {name.code}" if name.code else name.name


def _nobodys(marking: frozenset[str]) -> bool:
    return not marking or any(atom.startswith(_NOBODYS) for atom in marking)


def _pages(desk: Desk, actor: Actor) -> Iterator[Sequence[Seen]]:
    page: list[Seen] = []
    for kind in TAGGED:
        for one in every(desk, actor, kind):
            if one.source == desk.node and not one.value.get("revoked") and names_in(one.value):
                page.append(one)
                if len(page) >= PAGE:
                    yield page
                    page = []
    if page:
        yield page
