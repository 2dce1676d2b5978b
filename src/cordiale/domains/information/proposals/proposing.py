"""Propose techniques for an incident or a set from the findings that somebody names; a person decides, not this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from msgspec import structs

from cordiale.desk.answers import Answer
from cordiale.desk.views.show import show
from cordiale.domains.information.framework.view import Response, Technique, responses_to, techniques
from cordiale.domains.information.proposals.decision import NAME, Decision, Reason
from cordiale.domains.information.proposals.rules import CONFIDENCE, RULES, Confidence, Rule
from cordiale.domains.information.proposals.signal import Signal
from cordiale.domains.information.proposals.signals import of_dataset, of_lineage
from cordiale.joint.held import Held, listed
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

SUBJECTS: Final = ("incident", "intrusion-set", "campaign", "threat-actor")
"""Objects of which a technique can be said (STIX 2.1 has `uses` for all but the incident; OpenCTI has it there too)."""

REASONS: Final = 8
"""Reasons that are shown for one technique, the surest first."""

State = Literal["proposed", "accepted", "rejected"]


class Proposal(Answer, frozen=True, kw_only=True):
    """A technique that findings speak for, or that was decided before.

    `decision` is the object that says so, `ours` whether this node decided; `responses` are what DISARM Blue offers against it.
    """

    code: str
    name: str
    tactics: tuple[str, ...]
    technique: str
    state: State
    confidence: Confidence
    reasons: tuple[Reason, ...]
    responses: tuple[Response, ...]
    marking: tuple[str, ...]
    decision: str = ""
    ours: bool = False
    node: str = ""
    because: str = ""


class Proposed(Answer, frozen=True, kw_only=True):
    """What is proposed for an object; `framework` is how many techniques are held here, `signals` how many were looked at.

    `missing` are techniques that signals speak for and that are not held: the framework is not imported, or an older one is.
    """

    subject: str
    name: str
    marking: tuple[str, ...]
    framework: int
    signals: int
    proposals: tuple[Proposal, ...]
    missing: tuple[str, ...]


def proposals(
    desk: Desk,
    actor: Actor,
    subject: str,
    *,
    datasets: Sequence[str] = (),
    lineages: Sequence[str] = (),
    sites: Sequence[str] = (),
) -> Proposed:
    """Return what findings propose for an object, and what was decided about it before, the surest first.

    `datasets` by name or id, `lineages` and `sites` (kinships) by the id of their report. Raises InputError for an object of
    which no technique can be said, NotFound for whatever the actor may not see.
    """
    about = show(desk, actor, subject)
    kind = subject.partition("--")[0]
    if kind not in SUBJECTS:
        raise InputError(
            "technique-subject",
            _("Of {kind} no technique is said. Give one of: {known}."),
            kind=kind,
            known=", ".join(SUBJECTS),
        )
    held = techniques(desk, actor)
    given = list(_signals(desk, actor, datasets, lineages, sites))
    own = frozenset(atom for one in about.statements for atom in one.effective_marking)
    decided = {one.said.code: one for one in decisions(desk, actor, subject)}
    found = {one.code: one for one in _spoken_for(given, held, own)}
    ordered = [_with(found.get(code), held, one, own) for code, one in decided.items()]
    ordered += [one for code, one in found.items() if code not in decided]
    missing = {rule.codes[0] for rule, _signal in _holding(given) if held.keys().isdisjoint(rule.codes)}
    ordered = [_answered(desk, actor, one, held) for one in ordered]
    return Proposed(
        subject=subject,
        name=str(about.statements[0].value.get("name") or subject),
        marking=tuple(sorted(own)),
        framework=len(held),
        signals=len(given),
        proposals=tuple(sorted(ordered, key=_order)),
        missing=tuple(sorted(missing)),
    )


def decisions(desk: Desk, actor: Actor, subject: str) -> list[Held[Decision]]:
    """Return what was decided about the techniques of an object, ours after a partner's of the same technique."""
    every = [one for one in listed(desk, actor, Decision, NAME) if one.said.subject_ref == subject]
    return sorted(every, key=lambda one: (one.ours, one.modified))


def _signals(
    desk: Desk, actor: Actor, datasets: Iterable[str], lineages: Iterable[str], sites: Iterable[str]
) -> Iterable[Signal]:
    for one in dict.fromkeys(datasets):
        yield from of_dataset(desk, actor, one)
    for one in dict.fromkeys(lineages):
        yield from of_lineage(desk, actor, one)
    for one in dict.fromkeys(sites):
        from cordiale.domains.information.kinship.signals import of_kinship

        yield from of_kinship(desk, actor, one)


def _holding(signals: Iterable[Signal]) -> list[tuple[Rule, Signal]]:
    return [
        (rule, signal)
        for signal in signals
        for rule in RULES
        if (rule.kind, rule.what) == (signal.kind, signal.what) and rule.holds(signal.values)
    ]


def _answered(desk: Desk, actor: Actor, one: Proposal, held: Mapping[str, Technique]) -> Proposal:
    """Return a proposal with the responses that DISARM Blue offers against its technique."""
    known = held.get(one.code)
    return one if known is None else structs.replace(one, responses=responses_to(desk, actor, known))


def _spoken_for(
    signals: Iterable[Signal], held: Mapping[str, Technique], own: frozenset[str]
) -> list[Proposal]:
    reasons: dict[str, list[tuple[Reason, Signal]]] = {}
    for rule, signal in _holding(signals):
        code = next((one for one in rule.codes if one in held), None)
        if code is not None:
            reasons.setdefault(code, []).append((_reason(rule, signal), signal))
    return [_proposal(held[code], given, own) for code, given in reasons.items()]


def _reason(rule: Rule, signal: Signal) -> Reason:
    return Reason(
        signal=signal.kind,
        rule=rule.name,
        words=_words(rule.because, signal),
        unless=Words(text("en", rule.unless), text("fr", rule.unless)),
        confidence=rule.confidence,
        evidence=signal.evidence,
    )


def _words(sentence: str, signal: Signal) -> Words:
    def said(lang: str) -> str:
        values = {
            name: value if isinstance(value, str) else number(lang, value)
            for name, value in signal.values.items()
        }
        return text(lang, sentence, **values)

    return Words(said("en"), said("fr"))


def _proposal(one: Technique, given: list[tuple[Reason, Signal]], own: frozenset[str]) -> Proposal:
    ordered = sorted((reason for reason, _signal in given), key=lambda reason: -CONFIDENCE[reason.confidence])
    marking = own | frozenset(atom for _reason, signal in given for atom in signal.marking)
    return Proposal(
        code=one.code,
        name=one.name,
        tactics=one.tactics,
        technique=one.ids[0],
        state="proposed",
        confidence=_together([reason for reason, _signal in given]),
        reasons=tuple(ordered[:REASONS]),
        responses=(),
        marking=tuple(sorted(marking)),
    )


def _together(reasons: Sequence[Reason]) -> Confidence:
    """Return how sure several reasons are together: findings of two kinds are worth one step more than the surest of them."""
    best = max((one.confidence for one in reasons), key=CONFIDENCE.__getitem__)
    if len({one.signal for one in reasons}) < 2 or best == "high":
        return best
    return "moderate" if best == "low" else "high"


def _with(
    found: Proposal | None, held: Mapping[str, Technique], decided: Held[Decision], own: frozenset[str]
) -> Proposal:
    said = decided.said
    one = held.get(said.code)
    reasons = said.reasons or (found.reasons if found else ())
    return Proposal(
        code=said.code,
        name=one.name if one else said.code,
        tactics=one.tactics if one else (),
        technique=said.technique_ref,
        state=said.state,
        confidence=_together(reasons) if reasons else "moderate",
        reasons=reasons,
        responses=(),
        marking=tuple(sorted(decided.marking | own | frozenset(found.marking if found else ()))),
        decision=decided.id,
        ours=decided.ours,
        node=decided.author,
        because=said.because,
    )


_ORDERS: Final[dict[State, int]] = {"proposed": 0, "accepted": 1, "rejected": 2}


def _order(one: Proposal) -> tuple[int, int, str]:
    return _ORDERS[one.state], -CONFIDENCE[one.confidence], one.code
