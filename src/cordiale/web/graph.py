"""The graph around an object: what its page draws, asked for piece by piece, as far as the reader sees it."""

from __future__ import annotations

from typing import Any, Final

from litestar import MediaType, Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.answers.graph import Graph
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import display
from cordiale.stix.relation_words import relation_word
from cordiale.web.context import Site
from cordiale.web.labels import path_label, type_label
from cordiale.web.lines import href, short, titles_of
from cordiale.web.marks import banner, carried, chips

LONGEST: Final = 4000


def handlers(site: Site) -> list[Any]:
    """Return the routes of a graph's parts."""

    @get("/objects/{stix_id:str}/neighbours", media_type=MediaType.JSON, sync_to_thread=True)
    def around(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        stix_id = str(request.path_params["stix_id"])
        found = verbs.neighbours(site.desk, site.actor(request), [stix_id])
        return answered(request, found)

    @get("/objects/{stix_id:str}/path", media_type=MediaType.JSON, sync_to_thread=True)
    def path(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        goal = str(request.query_params.get("to") or "")[:LONGEST]
        found = verbs.path(site.desk, site.actor(request), str(request.path_params["stix_id"]), goal)
        return answered(request, found)

    def answered(request: Request[Any, Any, Any], found: Graph) -> Response[dict[str, Any]]:
        shown = str(request.query_params.get("with") or "")[:LONGEST]
        values = drawn(site.desk, site.actor(request), site.language(request), found, shown)
        return Response(values, headers={"vary": "Cookie, Accept-Language"})

    return [around, path]


def drawn(desk: Desk, actor: Actor, lang: str, found: Graph, shown: str = "") -> dict[str, Any]:
    """Return a graph for a page; `shown` is the marking of what the page shows already, which its banner covers too."""
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    names = {node.id: node.name or short(node.id, node.type, lang) for node in found.nodes}
    marking = [carried(shown), *(n.marking for n in found.nodes), *(e.marking for e in found.edges)]
    over = banner(marking, show, lang)
    return {
        "nodes": [
            {
                "id": node.id,
                "name": names[node.id],
                "type": node.type,
                "typeLabel": type_label(node.type, lang),
                "source": titles.get(node.source, node.source),
                "marking": " // ".join(chip.word for chip in chips(node.marking, show)),
                "href": href(node.id),
            }
            for node in found.nodes
        ],
        "edges": [
            {
                "start": edge.start,
                "end": edge.end,
                "label": relation_word(edge.label, lang) if edge.via else path_label(edge.label, lang),
                "href": href(edge.via) if edge.via else "",
                "startName": names.get(edge.start, ""),
                "endName": names.get(edge.end, ""),
            }
            for edge in found.edges
        ],
        "more": found.more,
        "banner": {"text": over.text, "style": over.style, "atoms": "\n".join(over.atoms)},
    }
