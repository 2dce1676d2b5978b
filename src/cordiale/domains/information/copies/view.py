"""What people are shown of copies: clusters by size, and the posts of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis import analyses
from cordiale.desk.analysis.datasets import dataset_show
from cordiale.desk.answers import Answer
from cordiale.platform.clock import Instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.jobs import Progress


class Member(Answer, frozen=True, kw_only=True):
    """A post of a cluster; `similarity` with the first (Jaccard, 0 to 1), `differs` among negation, number, name."""

    post: str
    network: str
    account: str
    at: Instant | None
    lang: str | None
    line: int
    text: str
    similarity: float
    differs: tuple[str, ...]


class Cluster(Answer, frozen=True, kw_only=True):
    """Posts that say nearly the same; `first` is the earliest held, `differing` how many say something otherwise, by what.

    `formerly` are ids of clusters that became part of this one. `members` are given where they were asked for.
    """

    cluster: str
    posts: int
    accounts: int
    networks: tuple[str, ...]
    languages: tuple[str, ...]
    first: Member
    latest: Instant | None
    least_similarity: float
    differing: dict[str, int]
    formerly: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()


class Copies(Answer, frozen=True, kw_only=True):
    """The clusters of a dataset under a profile and a seal, the largest first; `total` is how many there are."""

    dataset: str
    dataset_name: str
    seal: str
    analysis: str
    version: int
    profile: dict[str, Any]
    rows: int
    total: int
    posts: int
    clusters: tuple[Cluster, ...]


def copies(
    desk: Desk,
    actor: Actor,
    dataset: str,
    *,
    cluster: str | None = None,
    limit: int = 50,
    progress: Progress | None = None,
    anew: bool = True,
) -> Copies:
    """Find the copies of a dataset, as far as they are not known, and return the largest clusters or one with its posts.

    An id that leads to another cluster since two became one is followed. Without `anew` it is what was found last, also where
    rows were added since, and NotFound where nothing was. Raises what `analyses.analyse` raises.
    """
    if anew:
        analyses.analyse(desk, actor, dataset, "copies", progress=progress)
    held = dataset_show(desk, actor, dataset)
    found, members = analyses.found(desk, actor, dataset, "copies")
    _finding, moved = analyses.found(desk, actor, dataset, "copies", "redirects")
    into = dict(zip(moved["cluster"].to_pylist(), moved["into"].to_pylist(), strict=True))
    sizes = members.group_by("cluster").aggregate([("post", "count")])
    sizes = sizes.sort_by([("post_count", "descending"), ("cluster", "ascending")])
    if cluster is not None:
        chosen = [into.get(cluster, cluster)]
    else:
        chosen = sizes["cluster"].slice(0, limit).to_pylist()
    rows = members.filter(pc.is_in(members["cluster"], pa.array(chosen, pa.string())))
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_pylist():
        groups.setdefault(row["cluster"], []).append(row)
    return Copies(
        dataset=found.dataset,
        dataset_name=found.dataset_name,
        seal=found.seal,
        analysis=found.analysis,
        version=found.version,
        profile=found.profile,
        rows=held.rows,
        total=sizes.num_rows,
        posts=members.num_rows,
        clusters=tuple(
            _cluster(name, groups[name], into, whole=cluster is not None) for name in chosen if name in groups
        ),
    )


def _cluster(name: str, rows: list[dict[str, Any]], into: dict[str, str], *, whole: bool) -> Cluster:
    members = tuple(_member(row) for row in rows)
    flags = [flag for member in members for flag in member.differs]
    times = [member.at for member in members if member.at is not None]
    return Cluster(
        cluster=name,
        posts=len(members),
        accounts=len({(member.network, member.account) for member in members}),
        networks=tuple(sorted({member.network for member in members})),
        languages=tuple(sorted({member.lang for member in members if member.lang})),
        first=next(_member(row) for row in rows if row["first"]),
        latest=max(times, default=None),
        least_similarity=min(member.similarity for member in members),
        differing={flag: flags.count(flag) for flag in ("negation", "number", "name") if flag in flags},
        formerly=tuple(sorted(old for old, new in into.items() if new == name)),
        members=members if whole else (),
    )


def _member(row: dict[str, Any]) -> Member:
    at = row["at"]
    return Member(
        post=row["post"],
        network=row["network"],
        account=row["account"],
        at=None if at is None else round(at.timestamp() * 1_000_000),
        lang=row["lang"],
        line=row["line"],
        text=row["text"],
        similarity=round(row["similarity"], 4),
        differs=tuple(row["differs"]),
    )
