"""What this node holds of DISARM, as one reader sees it: techniques by tactic, and the responses to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.views.graph import neighbours
from cordiale.desk.views.search import Question, matching
from cordiale.desk.views.show import show
from cordiale.desk.visible import visible
from cordiale.domains.information.framework.disarm import code, tactics
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

PAGE = 1000
MITIGATIONS = ("mitigates", "detects")


class Response(msgspec.Struct, frozen=True):
    """A response of DISARM Blue: a countermeasure ("C…") or a way to detect ("F…")."""

    code: str
    name: str
    ids: tuple[str, ...]
    labels: tuple[str, ...] = ()


class Technique(msgspec.Struct, frozen=True):
    """A technique; `ids` are the objects that state it, of several when it came from several sources."""

    code: str
    name: str
    ids: tuple[str, ...]
    tactics: tuple[str, ...] = ()
    description: str = ""
    part_of: str = ""
    responses: tuple[Response, ...] = ()


class Framework(msgspec.Struct, frozen=True):
    """All techniques held, by code, and how many responses."""

    techniques: tuple[Technique, ...]
    responses: int


def framework(desk: Desk, actor: Actor) -> Framework:
    """Return the techniques the actor may see, with the responses to each; the same code from several sources is one technique."""
    authorise(actor, "search")
    patterns = _by_code(_values(desk, actor, "attack-pattern"))
    courses = _by_code(_values(desk, actor, "course-of-action"))
    of_id = {one["id"]: name for name, held in (patterns | courses).items() for one in held}
    answers: dict[str, set[str]] = {}
    for relation in _values(desk, actor, "relationship"):
        if relation.get("relationship_type") in MITIGATIONS:
            course, pattern = (
                of_id.get(str(relation.get("source_ref"))),
                of_id.get(str(relation.get("target_ref"))),
            )
            if course in courses and pattern in patterns:
                answers.setdefault(str(pattern), set()).add(str(course))
    audit.read(desk, actor, "framework", found=len(patterns))
    responses = {name: _response(name, held) for name, held in courses.items()}
    found = [
        _technique(name, held, tuple(responses[one] for one in sorted(answers.get(name, ()))))
        for name, held in sorted(patterns.items())
    ]
    return Framework(tuple(found), len(courses))


def techniques(desk: Desk, actor: Actor) -> dict[str, Technique]:
    """Return the techniques the actor may see, by code, without looking for the responses to each."""
    authorise(actor, "search")
    patterns = _by_code(_values(desk, actor, "attack-pattern"))
    audit.read(desk, actor, "framework", found=len(patterns))
    return {name: _technique(name, held, ()) for name, held in sorted(patterns.items())}


def responses_to(desk: Desk, actor: Actor, one: Technique) -> tuple[Response, ...]:
    """Return the responses to one technique that the actor may see."""
    around = neighbours(desk, actor, one.ids)
    ids = [edge.start for edge in around.edges if edge.label in MITIGATIONS and edge.end in one.ids]
    held = [said.value for stix_id in dict.fromkeys(ids) for said in show(desk, actor, stix_id).statements]
    return tuple(_response(name, values) for name, values in sorted(_by_code(iter(held)).items()))


def technique(found: Framework, name: str) -> Technique:
    """Return one technique by its code; raises NotFound."""
    for one in found.techniques:
        if one.code.casefold() == name.strip().casefold():
            return one
    raise NotFound(
        "no-technique",
        _("There is no technique {code} of DISARM here: import its STIX bundle or its MISP clusters."),
        code=name[:40],
    )


def _values(desk: Desk, actor: Actor, kind: str) -> Iterator[Mapping[str, Any]]:
    asked = Question(type=kind)
    start = None
    while True:
        with desk.store.read() as tx:
            page, rows = matching(tx, desk, actor, asked, start, PAGE, visible(tx, desk, actor))
        for row in rows:
            if row.raw is not None and not row.revoked:
                yield msgspec.json.decode(row.raw)
        if page.next is None:
            return
        start = page.next


def _by_code(values: Iterator[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for value in values:
        name = code(value)
        if name:
            found.setdefault(name, []).append(value)
    return found


def _technique(name: str, held: list[Mapping[str, Any]], responses: tuple[Response, ...]) -> Technique:
    fullest = max(held, key=lambda one: len(str(one.get("description") or "")))
    return Technique(
        code=name,
        name=str(fullest.get("name") or ""),
        ids=tuple(sorted({str(one["id"]) for one in held})),
        tactics=tuple(dict.fromkeys(tactic for one in held for tactic in tactics(one))),
        description=str(fullest.get("description") or ""),
        part_of=name.partition(".")[0] if "." in name else "",
        responses=responses,
    )


def _response(name: str, held: list[Mapping[str, Any]]) -> Response:
    labels = dict.fromkeys(str(label) for one in held for label in one.get("labels") or [])
    return Response(
        name, str(held[0].get("name") or ""), tuple(sorted({str(one["id"]) for one in held})), tuple(labels)
    )
