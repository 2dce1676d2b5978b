"""`/cyber/attack`: the matrix with what is held of each technique, and layers of the ATT&CK Navigator out and in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import Parameter

from cordiale.desk.actor import authorise
from cordiale.domains.cyber.attack import layer as layers
from cordiale.domains.cyber.attack.coverage import Technique, matrix
from cordiale.domains.cyber.attack.pages import marking_line
from cordiale.rest.asking import Asked, Asking, act, answer, asking, options, refusals, whole
from cordiale.rest.spooling import spooled
from cordiale.sdk import attack as wire

Of = Annotated[
    str | None,
    Parameter(
        pattern="^(enterprise-attack|mobile-attack|ics-attack)$",
        max_length=40,
        description="The domain of ATT&CK; without it, the first of which techniques are held.",
    ),
]
Source = Annotated[str, Parameter(max_length=200, description="Count only what this node or partner states.")]
Marking = Annotated[
    str,
    Parameter(max_length=400, description="Count only what carries this atom, such as `tlp:green`."),
]


@get("/cyber/attack", responses=refusals(), sync_to_thread=True, tags=["cyber"])
def attack(
    request: Asked,
    domain: Of = None,
    covered: Annotated[bool, Parameter(description="Only techniques that something held covers.")] = False,
    source: Source = "",
    marking: Marking = "",
) -> Response[wire.Matrix]:
    """Read the matrix of a domain: of each technique what is held, by whom it is stated and under which markings."""
    asked = asking(request)
    found = matrix(asked.desk, asked.actor, domain or "", source=source, marking=marking)
    return answer(
        request,
        wire.Matrix(
            domain=found.domain,
            version=found.version,
            tactics=tuple(asked.tell(one, wire.Tactic) for one in found.tactics),
            techniques=tuple(_technique(one) for one in found.techniques if one.count or not covered),
            domains=found.domains,
            source=found.source,
            marking=found.marking,
            sources=_counts(found.sources),
            markings=_counts(found.markings),
        ),
    )


@get("/cyber/attack/layer", responses=refusals(), sync_to_thread=True, tags=["cyber"])
def attack_layer(
    request: Asked, domain: Of = None, source: Source = "", marking: Marking = ""
) -> Response[dict[str, Any]]:
    """Download the matrix as a layer of the Navigator (format 4.5): how many objects cover each technique, and no more."""
    asked = asking(request)
    authorise(asked.actor, "export")
    found = matrix(asked.desk, asked.actor, domain or "", source=source, marking=marking)
    line = marking_line(asked.desk, asked.actor, found, asked.lang)
    return whole(request, layers.written(found, asked.desk.node, line), "application/json")


@post("/cyber/attack/layer", status_code=200, responses=refusals(413, 507), request_max_body_size=None, tags=["cyber"])  # fmt: skip
async def read_layer(
    request: Asked, domain: Of = None, source: Source = "", marking: Marking = ""
) -> Response[wire.Layer]:
    """Read a layer of the Navigator, which is the body, beside what is held; nothing is kept of it."""
    authorise(asking(request).actor, "search")
    async with spooled(request, "layer.json", layers.LARGEST) as came:
        content = came.path.read_bytes()

    def read(asked: Asking) -> wire.Layer:
        found = matrix(asked.desk, asked.actor, domain or "", source=source, marking=marking)
        return asked.tell(layers.read(content, found), wire.Layer)

    return await asyncio.to_thread(lambda: act(request, None, None, read))


@route("/cyber/attack/layer", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def layer_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


def _technique(one: Technique) -> wire.Technique:
    return wire.Technique(
        id=one.id,
        code=one.code,
        name=one.name,
        tactics=one.tactics,
        part_of=one.part_of,
        url=one.url,
        count=one.count,
        objects=one.cover.ids,
        types=_counts(one.cover.types),
        sources=_counts(one.cover.sources),
        markings=tuple(tuple(sorted(atoms)) for atoms in one.cover.markings),
    )


def _counts(found: Iterable[tuple[str, int]]) -> tuple[wire.Count, ...]:
    return tuple(wire.Count(name=name, count=count) for name, count in found)


HANDLERS: Final = (
    layer_options,
    attack,
    attack_layer,
    read_layer,
)
