"""Say what became of a statement: a label, the changes with their places and directions, the reason, and how sure that is.

Which label wins, when there are several changes, follows the definitions that the corpus is labelled by
(`tests/corpus/lineage/DEFINITIONS.md`, section 4): a negation contradicts; ups and downs together are for a person;
a direction strengthens or weakens; the rest alters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from cordiale.domains.information.drift import alterations, comparison, modality, named
from cordiale.domains.information.drift.denials import denials
from cordiale.domains.information.drift.ladders import climbs
from cordiale.domains.information.drift.qualifiers import qualified
from cordiale.domains.information.drift.reading import read
from cordiale.domains.information.lineage.alignment import Match
from cordiale.domains.information.lineage.statement import Statement
from cordiale.platform.languages import _

Label = Literal[
    "verbatim",
    "paraphrase",
    "strengthened",
    "weakened",
    "altered",
    "contradicted",
    "unsupported_addition",
    "to_review",
]
Kind = Literal["modality", "quantity", "date", "name", "negation", "speaker", "scope"]
Direction = Literal["up", "down", "none"]


class Change(msgspec.Struct, frozen=True):
    """One thing that a sentence says otherwise than its source; the spans are exact pieces of both."""

    kind: Kind
    source_span: str
    derived_span: str
    direction: Direction
    sure: float = 1.0


class Verdict(msgspec.Struct, frozen=True):
    """What became of a statement. `because` is a message id with its values in `facts`; `confidence` is 0 to 1."""

    label: Label
    changes: tuple[Change, ...]
    because: str
    facts: Mapping[str, str]
    confidence: float


class Profile(msgspec.Struct, frozen=True):
    """When a verdict is left to a person (set by what development texts gave when the rules first saw them: 0138, 0139)."""

    name: str = "drift-3"
    match: float = 0.36
    """A change is believed only where the two sentences match with at least this score."""
    least: float = 0.5
    """A change less sure than this is never believed: it is for a person."""
    change: float = 0.6
    """A change less sure than this is believed only where the sentences are alike by `alike` of themselves."""
    alike: float = 0.4
    fewer: float = 0.6
    """The same for a doubt that the derived sentence adds: retellings drop doubts more often than they add any."""
    across: float = 0.3
    """What `alike` and `fewer` are between two languages, where fewer words meet."""
    parts: float = 0.75
    """The same for a part that is said of the whole, or a whole of which a part is said."""


PROFILE: Final = Profile()


def judge(source: Statement, derived: Statement, match: Match, profile: Profile = PROFILE) -> Verdict:
    """Return what became of the source's statement in the derived text."""
    if match.verbatim or (source.key == derived.key and source.key):
        return Verdict("verbatim", (), _("Word for word as in the source."), {}, 1.0)
    one, other = read(source), read(derived)
    pairing = comparison.pair(source, derived)
    changes = [
        *modality.changes(one, other, pairing),
        *climbs(one, other, pairing),
        *qualified(one, other, pairing),
        *alterations.quantities(one, other, pairing),
        *denials(one, other, pairing),
        *named.dates(one, other, pairing),
        *named.names(one, other, pairing),
    ]
    if source.lang != derived.lang:
        profile = msgspec.structs.replace(profile, alike=profile.across, fewer=profile.across)
    return _verdict([change for change in changes if change.sure > 0], match, profile)


def _verdict(changes: Sequence[Change], match: Match, profile: Profile) -> Verdict:
    sure = min(1.0, match.score + 0.15)
    believed = tuple(change for change in changes if change.sure >= _least(change, match, profile))
    if not believed and changes:
        return _review(changes, _("Something may have changed; a person should read both."), sure)
    if not believed:
        return Verdict("paraphrase", (), _("The same statement in other words."), {}, round(sure * 0.9, 2))
    if match.score < profile.match and not any(change.kind == "negation" for change in believed):
        return _review(believed, _("The sentences may not be about the same thing."), sure)
    confidence = round(min(sure, *(change.sure for change in believed)), 2)
    main = believed[0]
    facts = {"source": main.source_span, "derived": main.derived_span}
    directions = {change.direction for change in believed} - {"none"}
    if negation := next((change for change in believed if change.kind == "negation"), None):
        facts = {"source": negation.source_span, "derived": negation.derived_span}
        return Verdict(
            "contradicted",
            believed,
            _("“{source}” became “{derived}”: it says the opposite."),
            facts,
            confidence,
        )
    if len(directions) == 2:
        return _review(believed, _("Some of it was strengthened and some weakened."), sure)
    if directions:
        main = next(change for change in believed if change.direction != "none")
        facts = {"source": main.source_span, "derived": main.derived_span}
        if directions == {"up"}:
            return Verdict(
                "strengthened",
                believed,
                _("“{source}” became “{derived}”: it claims more."),
                facts,
                confidence,
            )
        return Verdict(
            "weakened", believed, _("“{source}” became “{derived}”: it claims less."), facts, confidence
        )
    return Verdict("altered", believed, _("“{source}” became “{derived}”."), facts, confidence)


def _least(change: Change, match: Match, profile: Profile) -> float:
    """Return how sure a change must be to be believed."""
    alike = profile.alike
    if change.direction == "down" and change.kind == "modality":
        alike = profile.fewer
    elif change.kind == "quantity" and change.sure <= profile.change:
        return profile.least if match.likeness >= profile.parts else 1.0
    return profile.least if match.likeness >= alike else profile.change


def _review(changes: Sequence[Change], because: str, sure: float) -> Verdict:
    return Verdict("to_review", tuple(changes), because, {}, round(sure * 0.5, 2))
