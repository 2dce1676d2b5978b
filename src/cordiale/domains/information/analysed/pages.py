"""The pages of datasets of posts: what there is, clusters of copies, and networks of accounts synchronised beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.analysis.analyses import KIND
from cordiale.desk.analysis.datasets import dataset_list, dataset_show
from cordiale.desk.domain import Page
from cordiale.desk.jobs import jobs
from cordiale.desk.views.when import when
from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.tabs import ROOT, tabs
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, day, number, percent, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.analysis.datasets import DatasetView
    from cordiale.desk.answers import JobView
    from cordiale.desk.desk import Desk
    from cordiale.domains.information.copies.view import Cluster, Copies, Member
    from cordiale.domains.information.synchrony.view import Edge, Network, Synchrony

TEMPLATES: Final = Path(__file__).parent / "templates"
POSTS: Final = "posts"
"""The kind of dataset that these analyses read (its schema needs the extra `analysis`, its name does not)."""

SHOWN: Final = 50
"""Lines of one page."""

NAMES: Final = {"copies": _("Copies"), "synchrony": _("Synchrony")}
STATES: Final = {
    "running": _("running"),
    "done": _("done"),
    "stopped": _("stopped"),
    "interrupted": _("interrupted"),
    "failed": _("failed"),
}
DIFFERS: Final = {"negation": _("negation"), "number": _("number"), "name": _("name")}
NETWORKS: Final = {
    "text": _("Texts"),
    "link": _("Links"),
    "tag": _("Hashtags"),
    "image": _("Images"),
    "reply": _("Replies"),
    "repost": _("Reposts"),
}


def posts(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the datasets of posts that somebody may know of, and the analyses of them that run or ran."""
    found = [one for one in dataset_list(desk, actor) if one.kind == POSTS and one.state == "open"]
    names = {one.id: one.name for one in found}
    ran = [one for one in jobs(desk, actor) if one.kind == KIND and one.params.get("dataset") in names]
    values = {
        "tabs": tabs(actor, "posts", lang),
        "may": may(actor, "dataset"),
        "problem": query.get("problem", ""),
        "analyses": [{"key": key, "word": text(lang, words)} for key, words in NAMES.items()],
        "rows": [_dataset(one, lang) for one in found],
        "jobs": [_job(one, names, lang) for one in ran[:12]],
        "going": any(one.state == "running" for one in ran),
    }
    return Page(TEMPLATES / "posts.html", values, tuple(one.marking for one in found))


def copies(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the largest clusters of copies of a dataset, or the posts of one cluster."""
    from cordiale.domains.information.copies.view import copies as read

    held = dataset_show(desk, actor, query.get("dataset", ""))
    chosen = query.get("cluster") or None
    values = _over(desk, actor, held, "copies", lang)
    found: Copies | None
    try:
        found = read(desk, actor, held.id, cluster=chosen, limit=SHOWN, anew=False)
    except NotFound:
        found = None
    if found is not None:
        values |= {
            "found": True,
            "stale": found.seal != held.seal,
            "profile": f"{found.profile['name']} {found.profile['version']}",
            "least": number(lang, found.profile["jaccard"]),
            "total": found.total,
            "posts": found.posts,
            "clusters": [_cluster(one, held, lang) for one in found.clusters],
            "one": _whole(found, chosen, held, lang) if chosen else None,
        }
    return Page(TEMPLATES / "copies.html", values, (held.marking,))


def synchrony(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return one network of a dataset: its communities, who is tied to whom beyond chance, and by which posts."""
    from cordiale.domains.information.synchrony.view import synchrony as read

    held = dataset_show(desk, actor, query.get("dataset", ""))
    values = _over(desk, actor, held, "synchrony", lang)
    found: Synchrony | None
    try:
        found = read(desk, actor, held.id, anew=False)
    except NotFound:
        found = None
    if found is not None:
        networks = {one.kind: one for one in found.networks}
        wanted = query.get("kind", "")
        chosen = networks.get(wanted) or max(found.networks, key=lambda one: one.kept, default=None)
        values |= {
            "found": True,
            "stale": found.seal != held.seal,
            "profile": f"{found.profile['name']} {found.profile['version']}",
            "rate": percent(lang, found.profile["rate"]),
            "window": number(lang, found.profile["window_s"]),
            "choices": [
                {
                    "href": _address("synchrony", held, kind=one.kind),
                    "label": text(lang, NETWORKS[one.kind]),
                    "count": number(lang, one.kept),
                    "here": chosen is not None and one.kind == chosen.kind,
                }
                for one in found.networks
            ],
            "network": _network(chosen, held, query, lang) if chosen is not None else None,
        }
    return Page(TEMPLATES / "synchrony.html", values, (held.marking,))


def _over(desk: Desk, actor: Actor, held: DatasetView, analysis: str, lang: str) -> dict[str, Any]:
    """Return what every page of a dataset begins with."""
    going = any(
        one.state == "running" and one.params.get("dataset") == held.id
        for one in jobs(desk, actor)
        if one.kind == KIND
    )
    return {
        "tabs": tabs(actor, "posts", lang),
        "name": held.name,
        "dataset": held.id,
        "purpose": held.purpose,
        "rows": held.rows,
        "purge": day(lang, held.purge_on),
        "places": [
            {"href": _address(key, held), "label": text(lang, words), "count": "", "here": key == analysis}
            for key, words in NAMES.items()
        ],
        "may": may(actor, "dataset"),
        "going": going,
        "found": False,
        "analysis": analysis,
        "over": str(TEMPLATES / "over.html"),
    }


def _address(page: str, held: DatasetView, **more: str) -> str:
    return f"{ROOT}{page}?" + urlencode({"dataset": held.id, **more})


def _dataset(one: DatasetView, lang: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "purpose": one.purpose,
        "basis": one.basis,
        "owner": one.owner,
        "rows": one.rows,
        "purge": day(lang, one.purge_on),
        "links": [{"href": _address(key, one), "word": text(lang, words)} for key, words in NAMES.items()],
    }


def _job(one: JobView, names: Mapping[str, str], lang: str) -> dict[str, Any]:
    named = str(one.params.get("analysis", ""))
    return {
        "id": one.id,
        "name": names[one.params["dataset"]],
        "analysis": text(lang, NAMES[named]) if named in NAMES else named,
        "state": text(lang, STATES.get(one.state, one.state)),
        "style": {"done": "good", "failed": "bad"}.get(one.state, ""),
        "share": percent(lang, one.done / one.total) if one.total and one.state == "running" else "",
        "done": one.done,
        "total": one.total or 0,
        "stop": one.state == "running",
        "resume": one.state in ("stopped", "interrupted", "failed"),
        "note": one.note or "",
        "at": when(one.started, lang),
    }


def _cluster(one: Cluster, held: DatasetView, lang: str) -> dict[str, Any]:
    return {
        "id": one.cluster,
        "href": _address("copies", held, cluster=one.cluster),
        "text": legal(one.first.text),
        "lang": one.first.lang or "",
        "posts": one.posts,
        "accounts": one.accounts,
        "networks": ", ".join(one.networks),
        "languages": ", ".join(one.languages),
        "first": when(one.first.at, lang),
        "by": legal(one.first.account),
        "latest": when(one.latest, lang),
        "least": percent(lang, one.least_similarity),
        "differing": [
            {"word": text(lang, DIFFERS[what]), "n": count} for what, count in one.differing.items()
        ],
    }


def _whole(found: Copies, chosen: str | None, held: DatasetView, lang: str) -> dict[str, Any] | None:
    """Return a cluster with its posts, the one held earliest first."""
    if not found.clusters:
        return None
    (one,) = found.clusters
    ordered = sorted(one.members, key=lambda member: (member.at is None, member.at or 0, member.line))
    return {
        **_cluster(one, held, lang),
        "back": _address("copies", held),
        "moved": one.cluster != chosen,
        "formerly": ", ".join(one.formerly),
        "members": [_member(member, one.first, lang) for member in ordered[:500]],
        "more": max(0, len(ordered) - 500),
    }


def _member(one: Member, first: Member, lang: str) -> dict[str, Any]:
    return {
        "account": legal(one.account),
        "network": one.network,
        "post": one.post,
        "at": when(one.at, lang),
        "line": one.line,
        "text": legal(one.text),
        "lang": one.lang or "",
        "similarity": percent(lang, one.similarity),
        "first": one.post == first.post and one.network == first.network,
        "differs": [text(lang, DIFFERS[what]) for what in one.differs],
    }


def _network(one: Network, held: DatasetView, query: Mapping[str, str], lang: str) -> dict[str, Any]:
    from cordiale.domains.information.analysed.drawing import ring, timeline

    asked = query.get("community", "0")
    number_ = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    number_ = number_ if number_ < len(one.communities) else 0
    members = one.communities[number_] if one.communities else ()
    within = [edge for edge in one.edges if edge.one in members and edge.other in members]
    drawn = timeline(members, within)
    return {
        "kind": text(lang, NETWORKS[one.kind]),
        "accounts": one.accounts,
        "tested": one.tested,
        "kept": one.kept,
        "minute": one.minute,
        "set_aside": one.set_aside,
        "communities": [
            {
                "href": _address("synchrony", held, kind=one.kind, community=str(place)) + "#community",
                "label": text(lang, _("Community {n}"), n=place + 1),
                "count": number(lang, len(accounts)),
                "here": place == number_,
            }
            for place, accounts in enumerate(one.communities[:SHOWN])
        ],
        "number": number_ + 1,
        "ring": ring(members, within),
        "timeline": drawn,
        "first": when(drawn.first, lang),
        "last": when(drawn.last, lang),
        "edges": [_edge(edge, lang) for edge in within[:SHOWN]],
        "more": max(0, len(within) - SHOWN),
        "owned": sum(bool(edge.owner) for edge in within),
        "within": len(within),
    }


def _edge(edge: Edge, lang: str) -> dict[str, Any]:
    return {
        "one": legal(edge.one),
        "other": legal(edge.other),
        "occasions": edge.occasions,
        "items": edge.items,
        "expected": number(lang, round(edge.expected, 2)),
        "probability": f"{edge.probability:.1e}",
        "apart": number(lang, round(edge.apart, 1)),
        "owner": legal(edge.owner),
        "meetings": [
            {
                "posts": [
                    {
                        "account": legal(f"{post.network}/{post.account}"),
                        "at": when(post.at, lang),
                        "text": legal(post.text),
                        "line": post.line,
                    }
                    for post in (meeting.one, meeting.other)
                ],
                "apart": number(lang, round(meeting.apart, 1)),
            }
            for meeting in edge.meetings[:6]
        ],
    }
