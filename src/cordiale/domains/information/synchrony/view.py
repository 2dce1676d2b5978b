"""What people are shown of synchrony: networks, their edges with the posts behind them, communities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cordiale.desk.analysis import analyses
from cordiale.desk.analysis.datasets import dataset_show
from cordiale.desk.answers import Answer
from cordiale.domains.information.synchrony.owners import common, owners
from cordiale.domains.information.synchrony.profile import KINDS
from cordiale.platform.clock import Instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.jobs import Progress


class Shown(Answer, frozen=True, kw_only=True):
    """A post behind an edge."""

    network: str
    account: str
    post: str
    at: Instant
    line: int
    text: str


class Meeting(Answer, frozen=True, kw_only=True):
    """Two posts that share one thing; `apart` in seconds."""

    one: Shown
    other: Shown
    apart: float


class Edge(Answer, frozen=True, kw_only=True):
    """Two accounts that are synchronised beyond chance.

    They met on `occasions`, of which chance explains at most `expected`; `probability` is that of as many by chance, `rate`
    the least rate of false discoveries at which the edge is kept; `apart` is the mean distance of their posts in seconds.
    `owner` is who both are known to belong to, empty where nothing is known: then nothing is secret about the tie.
    """

    one: str
    other: str
    occasions: int
    items: int
    expected: float
    probability: float
    rate: float
    apart: float
    meetings: tuple[Meeting, ...] = ()
    owner: str = ""


class Network(Answer, frozen=True, kw_only=True):
    """One network: what is shared in it, and how many edges are `kept` of so many pairs `tested`; `edges` are those asked for.

    `minute` where some times are whole minutes: accounts meet in the same or the next one. `set_aside` items met too often to say
    anything about two accounts. `communities` are lists of accounts, the largest first.
    """

    kind: str
    accounts: int
    shares: int
    tested: int
    kept: int
    minute: bool
    set_aside: int
    edges: tuple[Edge, ...]
    communities: tuple[tuple[str, ...], ...]


class Synchrony(Answer, frozen=True, kw_only=True):
    """Accounts of a dataset that are synchronised beyond chance, under a profile and a seal."""

    dataset: str
    dataset_name: str
    marking: tuple[str, ...]
    seal: str
    analysis: str
    version: int
    profile: dict[str, Any]
    networks: tuple[Network, ...]


def synchrony(
    desk: Desk,
    actor: Actor,
    dataset: str,
    *,
    kind: str | None = None,
    account: str | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
    anew: bool = True,
) -> Synchrony:
    """Find synchrony in a dataset, as far as it is not known, and return its networks with the least probable edges first.

    `kind` and `account` (as `NETWORK/NAME`) choose; `limit` is the most edges of a network. Without
    `anew` it is what was found last, also where rows were added since, and NotFound where nothing was. Raises what `analyses.analyse` raises.
    """
    if anew:
        analyses.analyse(desk, actor, dataset, "synchrony", progress=progress)
    found, _rows = analyses.found(desk, actor, dataset, "synchrony")
    held = dataset_show(desk, actor, dataset)
    table = {
        stage: analyses.found(desk, actor, dataset, "synchrony", stage)[1]
        for stage in ("edges", "communities", "evidence", "census", "posts")
    }
    posts = {row["said"]: row for row in table["posts"].to_pylist()}
    names = {row["who"]: f"{row['network']}/{row['account']}" for row in posts.values()}
    meetings: dict[tuple[int, int, int], list[Meeting]] = {}
    for row in table["evidence"].to_pylist():
        meeting = Meeting(
            one=_shown(posts[row["left_said"]]),
            other=_shown(posts[row["right_said"]]),
            apart=abs(row["apart"]) / 1e6,
        )
        meetings.setdefault((row["kind"], row["left"], row["right"]), []).append(meeting)
    known = owners(desk, actor)
    networks = [
        _network(row, table["edges"], table["communities"], names, meetings, account, limit, known)
        for row in table["census"].to_pylist()
        if kind in (None, KINDS[row["kind"]])
    ]
    return Synchrony(
        dataset=found.dataset,
        dataset_name=found.dataset_name,
        marking=held.marking,
        seal=found.seal,
        analysis=found.analysis,
        version=found.version,
        profile=found.profile,
        networks=tuple(networks),
    )


def _network(
    census: dict[str, Any],
    edges: pa.Table,
    communities: pa.Table,
    names: dict[int, str],
    meetings: dict[tuple[int, int, int], list[Meeting]],
    account: str | None,
    limit: int | None,
    known: Mapping[str, frozenset[str]],
) -> Network:
    kind = census["kind"]
    rows = [row for row in edges.to_pylist() if row["kind"] == kind]
    rows.sort(key=lambda row: (row["probability"], names[row["left"]], names[row["right"]]))
    kept = [
        Edge(
            one=names[row["left"]],
            other=names[row["right"]],
            occasions=row["occasions"],
            items=row["items"],
            expected=row["expected"],
            probability=row["probability"],
            rate=row["rate"],
            apart=row["apart"] / 1e6,
            meetings=tuple(meetings.get((kind, row["left"], row["right"]), ())),
            owner=common(known, names[row["left"]], names[row["right"]]),
        )
        for row in rows
        if account is None or account in (names[row["left"]], names[row["right"]])
    ]
    groups: dict[int, list[str]] = {}
    for row in communities.to_pylist():
        if row["kind"] == kind:
            groups.setdefault(row["community"], []).append(names[row["who"]])
    return Network(
        kind=KINDS[kind],
        accounts=census["accounts"],
        shares=census["tokens"],
        tested=census["tests"],
        kept=len(rows),
        minute=census["minute"],
        set_aside=census["set_aside"],
        edges=tuple(kept[:limit]),
        communities=tuple(tuple(sorted(groups[number])) for number in sorted(groups)),
    )


def _shown(row: dict[str, Any]) -> Shown:
    return Shown(
        network=row["network"],
        account=row["account"],
        post=row["post"],
        at=round(row["at"].timestamp() * 1_000_000),
        line=row["line"],
        text=row["text"],
    )
