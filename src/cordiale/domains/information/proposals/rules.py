"""Which signals speak for which technique of DISARM: a table with thresholds, reasons, and what would change our mind.

Codes are DISARM's own; sentences are ours. Where versions of the framework number a technique differently, the first code that
is held here counts; a technique that is not held is not proposed. Nothing here says who acted or what they intended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import msgspec

from cordiale.domains.information.proposals.signal import Kind
from cordiale.platform.languages import _

Confidence = Literal["low", "moderate", "high"]
Values = Mapping[str, float | int | str]

PROFILE: Final = "proposals 1"
"""Name and version of the thresholds below; they are written into what is accepted."""

CONFIDENCE: Final[Mapping[Confidence, int]] = {"low": 15, "moderate": 50, "high": 85}
"""Confidence as STIX 2.1 writes it (appendix A, None / Low / Med / High)."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table: when a signal of a kind holds, which technique it speaks for, how surely, and why."""

    name: str
    kind: Kind
    what: str
    codes: tuple[str, ...]
    holds: Callable[[Values], bool]
    confidence: Confidence
    because: str
    unless: str


def _at_least(name: str, least: float) -> Callable[[Values], bool]:
    def holds(values: Values) -> bool:
        found = values.get(name, 0)
        return isinstance(found, int | float) and found >= least

    return holds


def _both(*asked: Callable[[Values], bool]) -> Callable[[Values], bool]:
    return lambda values: all(one(values) for one in asked)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        name="copied-text",
        kind="copies",
        what="cluster",
        codes=("T0084.001", "T0084"),
        holds=_both(_at_least("accounts", 5), _at_least("posts", 5)),
        confidence="moderate",
        because=_("{accounts} accounts posted nearly the same text {posts} times (dataset {dataset}): “{name}”"),
        unless=_("It is a quotation, a slogan or a button of a site that fills the text in for everybody."),
    ),
    Rule(
        name="across-platforms",
        kind="copies",
        what="cluster",
        codes=("T0119.002", "T0119"),
        holds=_both(_at_least("networks", 2), _at_least("posts", 5)),
        confidence="moderate",
        because=_("The same text stands on {networks} platforms, {posts} posts (dataset {dataset}): “{name}”"),
        unless=_("One organisation posts its own text openly on all its accounts."),
    ),
    Rule(
        name="flooding",
        kind="copies",
        what="cluster",
        codes=("T0049.008", "T0049"),
        holds=_both(_at_least("posts", 100), _at_least("per_account", 4)),
        confidence="low",
        because=_("{accounts} accounts repeated one text {posts} times, {per_account} times each on average (dataset {dataset}): “{name}”"),
        unless=_("The dataset was gathered by that very text, so that nothing else could be in it."),
    ),
    Rule(
        name="swarming",
        kind="synchrony",
        what="text",
        codes=("T0049.005", "T0049.001"),
        holds=_at_least("accounts", 3),
        confidence="moderate",
        because=_("{accounts} accounts posted the same texts within {window} seconds of one another on {occasions} occasions, of which chance explains {expected} (dataset {dataset})"),
        unless=_("They post through one scheduler or belong to one known owner, or an event of that minute explains the moment."),
    ),
    Rule(
        name="automated-reposts",
        kind="synchrony",
        what="repost",
        codes=("T0049.003", "T0118"),
        holds=_both(_at_least("accounts", 3), _at_least("occasions", 10)),
        confidence="moderate",
        because=_("{accounts} accounts passed the same posts on within {window} seconds of one another on {occasions} occasions, of which chance explains {expected} (dataset {dataset})"),
        unless=_("They are followers who are notified at once, or one known owner's accounts."),
    ),
    Rule(
        name="hashtag",
        kind="synchrony",
        what="tag",
        codes=("T0049.002", "T0049"),
        holds=_at_least("accounts", 3),
        confidence="low",
        because=_("{accounts} accounts used the same hashtags within {window} seconds of one another on {occasions} occasions, of which chance explains {expected} (dataset {dataset})"),
        unless=_("A broadcast, a match or a call to post at an hour brings people to one hashtag at one moment."),
    ),
    Rule(
        name="amplified-links",
        kind="synchrony",
        what="link",
        codes=("T0118", "T0049.007"),
        holds=_at_least("accounts", 3),
        confidence="moderate",
        because=_("{accounts} accounts shared the same links within {window} seconds of one another on {occasions} occasions, of which chance explains {expected} (dataset {dataset})"),
        unless=_("The accounts are fed by one public feed, or one known owner runs them."),
    ),
    Rule(
        name="replies",
        kind="synchrony",
        what="reply",
        codes=("T0116.001", "T0116"),
        holds=_at_least("accounts", 3),
        confidence="low",
        because=_("{accounts} accounts answered the same posts within {window} seconds of one another on {occasions} occasions, of which chance explains {expected} (dataset {dataset})"),
        unless=_("The posts answered are so much read that answers pile up in the first seconds."),
    ),
    Rule(
        name="reused-article",
        kind="lineage",
        what="copy",
        codes=("T0084.002", "T0084"),
        holds=_at_least("share", 0.8),
        confidence="moderate",
        because=_("{derived} holds {percent} % of the sentences of {source}, which came before it"),
        unless=_("It says that it takes the text from there, or both print one agency's text."),
    ),
    Rule(
        name="translated-article",
        kind="lineage",
        what="translation",
        codes=("T0084.003", "T0084"),
        holds=_at_least("drifted", 1),
        confidence="moderate",
        because=_("{derived} is a version of {source} in another language in which {drifted} claims say something else"),
        unless=_("The publisher names the translation as its own, and says what it changed."),
    ),
    Rule(
        name="distorted-claims",
        kind="drift",
        what="claims",
        codes=("T0023",),
        holds=_at_least("drifted", 2),
        confidence="moderate",
        because=_("{drifted} claims of {derived} say something else than in {source}: strengthened {strengthened}, weakened {weakened}, altered {altered}, contradicted {contradicted}"),
        unless=_("A later statement of the same source corrects the earlier one, and the text follows it."),
    ),
    Rule(
        name="reframed",
        kind="drift",
        what="claims",
        codes=("T0023.001", "T0023"),
        holds=_both(_at_least("omitted", 3), _at_least("added", 3)),
        confidence="low",
        because=_("{derived} drops {omitted} statements of {source} and adds {added} that are in none of the compared sources"),
        unless=_("What it adds comes from a source that was not compared."),
    ),
    Rule(
        name="same-hand-sites",
        kind="kinship",
        what="group",
        codes=("T0098.001", "T0098"),
        holds=_both(_at_least("sites", 2), _at_least("strong", 1)),
        confidence="low",
        because=_("{sites} sites share marks that rarely two owners share ({marks}): {name}"),
        unless=_("The sites name their common owner, or one contractor built them for several."),
    ),
    Rule(
        name="look-alike",
        kind="kinship",
        what="look-alike",
        codes=("T0143.003", "T0099"),
        holds=_at_least("sites", 2),
        confidence="low",
        because=_("The name of {name} is written so that it is taken for another"),
        unless=_("Both names belong to one owner who keeps the second for those who mistype."),
    ),
)  # fmt: skip
"""In the order in which they are looked at."""
