"""Give what is said in a case to who takes part in it, as an act of a release officer like any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from cordiale.desk.actor import may
from cordiale.desk.answers import Acted, Answer, Reason
from cordiale.desk.outgoing.release import release
from cordiale.desk.partnerships import partnership
from cordiale.platform.errors import Conflict, NotFound
from cordiale.platform.languages import _
from cordiale.release.mandate import Facts, governing
from cordiale.release.personal import names_somebody
from cordiale.release.recipient import addresses

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.marking import Marking

State = Literal["goes", "officer", "second", "withheld", "partner"]

WORST: Final = ("withheld", "partner", "officer", "second", "goes")
"""What may become of giving something, the least done first."""


class Sent(Answer, frozen=True, kw_only=True):
    """What became of giving objects to one node.

    `goes` with the next exchange; waits for an `officer` of this node or for the `second` one; is `withheld` wholly or in
    part for the reason given; or the node is no `partner` that could be given anything.
    """

    node: str
    state: State
    objects: int
    reason: Reason | None = None


def send(desk: Desk, actor: Actor, nodes: Iterable[str], ids: Sequence[str], reason: str) -> tuple[Sent, ...]:
    """Release objects to nodes, one act each; who may not release leaves that to an officer, and is told.

    What names somebody goes by the act of an officer that named it with its reason, which `require_named` asks for.
    """
    ids = [one for one in ids if not names_somebody(one)]
    others = [node for node in dict.fromkeys(nodes) if node != desk.node]
    if not may(actor, "release"):
        return tuple(Sent(node=node, state="officer", objects=len(ids)) for node in others)
    return tuple(_to(desk, actor, node, ids, reason) for node in others)


def worst(sent: Iterable[Sent]) -> str:
    """Return the least done of what became of giving something to several nodes: `here` where nobody was to be given it."""
    return min((one.state for one in sent), key=WORST.index, default="here")


def pass_on(
    desk: Desk, actor: Actor, nodes: Sequence[str], label: str, reason: str, marking: Marking
) -> tuple[Sent, ...]:
    """Approve for each of these nodes what the others say under a label and a marking, now and later.

    What a member says in a case reaches the other members through its chair: this is the chair's act that lets it. The
    marking and the rules still decide over each object; where no mandate of the rules speaks of it, that is said at once.
    Only who sees everything here can approve what is not there yet.
    """
    if not may(actor, "release") or actor.recipient is not None:
        return ()
    done = []
    for node in nodes:
        sources = tuple(one for one in nodes if one not in (node, desk.node))
        if node == desk.node or not sources:
            continue
        try:
            # whoever labels something so does not thereby let it go: only what is marked as the case is goes on
            release(
                desk,
                actor,
                node,
                labels=(label,),
                sources=sources,
                marking_within=sorted(marking),
                reason=reason,
            )
        except (NotFound, Conflict) as error:
            done.append(_refused(node, error, 0))
            continue
        uncovered = [one for one in sources if not _covered(desk, node, one, label, marking)]
        if uncovered:
            params = {"members": ", ".join(uncovered), "node": node}
            why = Reason(code="case-mandate", message_id=_NO_MANDATE, params=params)
            done.append(Sent(node=node, state="withheld", objects=0, reason=why))
    return tuple(done)


def _covered(desk: Desk, node: str, source: str, label: str, marking: Marking) -> bool:
    """Tell whether a mandate speaks of what a source says under a label, for a node."""
    with desk.store.read() as tx:
        one = partnership(tx, node, desk.node)
    facts = Facts("", "opinion", source, marking, labels=(label,))
    return governing(facts, addresses(one.recipient), one.rules.mandates, desk.clock()) is not None


def _to(desk: Desk, actor: Actor, node: str, ids: Sequence[str], reason: str) -> Sent:
    try:
        done: Acted = release(desk, actor, node, ids=ids, reason=reason)
    except (NotFound, Conflict) as error:
        return _refused(node, error, len(ids))
    if done.waiting_second:
        return Sent(node=node, state="second", objects=len(ids))
    if done.withheld or done.tear_lines:
        why = done.withheld[0].reason if done.withheld else Reason(code="tear-line", message_id=_IN_PART)
        return Sent(node=node, state="withheld", objects=len(ids), reason=why)
    return Sent(node=node, state="goes", objects=len(ids))


def _refused(node: str, error: NotFound | Conflict, objects: int) -> Sent:
    why = Reason(code=error.code, message_id=error.message_id, params=dict(error.params))
    return Sent(node=node, state="partner", objects=objects, reason=why)


_NO_MANDATE = _(
    "What {members} says in it cannot go on to {node}: no mandate of your rules speaks of it. Write one for the labels joint-* (see the guide, Working together)."
)
_IN_PART = _(
    "It would go in part only, and nobody can take a position on a part: release what it names first."
)
