"""What tags say by the taxonomies that are kept: their words, and which of them no object should have together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from cordiale.domains.cyber.taxonomies.format import Term, Written

_TAG: Final = re.compile(r'([^:="]{1,200}):([^="]{1,300})(?:="([^"]{0,1000})")?').fullmatch


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a tag says in the words of its taxonomy, and why: `number` is the taxonomy's own, where it counts."""

    tag: str
    taxonomy: str
    words: str
    description: str = ""
    number: int | float | str | None = None


class Known(msgspec.Struct, frozen=True):
    """Taxonomies by namespace, their predicates and values by how tags write them; all in lower case."""

    taxonomies: Mapping[str, Written]
    predicates: Mapping[tuple[str, str], Term]
    values: Mapping[tuple[str, str, str], Term]


def known(written: Iterable[Written]) -> Known:
    """Return taxonomies as tags are looked up in them; MISP tells no capitals apart."""
    held = {one.namespace.lower(): one for one in written}
    return Known(
        held,
        {(name, term.value.lower()): term for name, one in held.items() for term in one.predicates},
        {
            (name, of.predicate.lower(), term.value.lower()): term
            for name, one in held.items()
            for of in one.values or ()
            for term in of.entry
        },
    )


def meaning(held: Known, tag: str) -> Meaning | None:
    """Return what a tag says, None where no taxonomy that is kept has it: `namespace:predicate`, or `…="value"`."""
    found = _parts(tag)
    if found is None:
        return None
    namespace, name, value = found
    predicate, term = held.predicates.get((namespace, name)), held.values.get((namespace, name, value))
    if predicate is None or (value and term is None):
        return None
    of = held.taxonomies[namespace]
    said = [predicate.expanded or predicate.value]
    if term is not None:
        said.append(term.expanded or term.value)
    last = term or predicate
    return Meaning(
        tag=tag,
        taxonomy=of.expanded or of.namespace,
        words=": ".join(said),
        description=last.description,
        number=last.numerical_value,
    )


def meanings(held: Known, tags: Iterable[str]) -> tuple[Meaning, ...]:
    """Return what those of the tags say that a taxonomy has, each once, in their order."""
    found = (meaning(held, tag) for tag in dict.fromkeys(tags))
    return tuple(one for one in found if one is not None)


def excluding(held: Known, tags: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the tags that exclude each other: of an exclusive taxonomy, or predicate, an object has one at most."""
    groups: dict[tuple[str, str], list[str]] = {}
    for tag in dict.fromkeys(tags):
        found = _parts(tag)
        if found is None or meaning(held, tag) is None:
            continue
        namespace, name, _value = found
        if held.taxonomies[namespace].exclusive:
            groups.setdefault((namespace, ""), []).append(tag)
        elif held.predicates[namespace, name].exclusive:
            groups.setdefault((namespace, name), []).append(tag)
    return tuple(tuple(sorted(one)) for _of, one in sorted(groups.items()) if len(one) > 1)


def _parts(tag: str) -> tuple[str, str, str] | None:
    found = _TAG(tag.strip())
    return None if found is None else (found[1].lower(), found[2].lower(), (found[3] or "").lower())
