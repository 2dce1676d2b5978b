"""Cues: what a word says about how sure, how many, when, or by whom.

| class | meaning |
|---|---|
| `modality:1..9` | how firmly an act is announced: 9 must, 8 will, 7 commits to, 5 plans, 3 hopes, 2 is considering, 1 is reluctant |
| `hedge:1..9` | how firmly a statement is made: 9 certainly, 6 probably, 4 according to, 3 perhaps, 2 allegedly, 1 rumour |
| `frequency:1..9` | how often: 9 always, 6 often, 4 sometimes, 2 rarely, 1 never |
| `quantity:low..high` | a number between the two, both included; `/share` is a part of a whole, `/times` a factor |
| `bound:over` | what the number beside it is: over, at_least, under, at_most, about, almost, exactly |
| `scope:all` | how far a statement reaches: all, most, some, only, none |
| `negation` | denies, refuses or takes away |
| `number:7`, `multiplier:1000`, `ordinal:3` | a number in words |
| `month:1..12`, `weekday:1..7` (1 is Monday) | a name in the calendar |
| `date:-1`, `date:1w` | relative to the day of the text: days, or weeks (w), months (m), years (y); `date` alone: about time |
| `unit:day` | what is counted |
| `speech:deny` | a verb of speech: neutral, announce, claim, confirm, deny, warn, accuse, criticise, praise, question |
| `speaker` | a person by function; `institution`, `country`, `capital`, `city`, `region`, `water`, `nationality` are names |
"""

from __future__ import annotations

import re

import msgspec

STRENGTHS = frozenset({"modality", "hedge", "frequency"})
NUMBERS = frozenset({"number", "multiplier", "ordinal", "month", "weekday"})
VALUES: dict[str, frozenset[str] | None] = {
    "bound": frozenset({"over", "at_least", "under", "at_most", "about", "almost", "exactly"}),
    "scope": frozenset({"all", "most", "some", "only", "none"}),
    "speech": frozenset(
        "neutral announce claim confirm deny warn accuse criticise praise question".split()  # noqa: SIM905
    ),
    "unit": None,
    "date": None,
}
ALONE = frozenset(
    {
        "negation",
        "date",
        "speaker",
        "institution",
        "country",
        "capital",
        "city",
        "region",
        "water",
        "nationality",
    }
)

_RANGE = re.compile(r"([\d.]+)\.\.([\d.]+?)(?:/(share|times))?")


class Cue(msgspec.Struct, frozen=True):
    """One thing that a word says.

    `strength` (1 to 9) for modality, hedges and frequency, 0 otherwise; `low` and `high` bound a quantity or give a number;
    `value` is the word after the colon where it is no number, and "share" or "times" for such quantities.
    """

    kind: str
    value: str = ""
    strength: int = 0
    low: float = 0.0
    high: float = 0.0


def cue(written: str) -> Cue:
    """Return the cue that one class of an entry says; raises ValueError for what is no class."""
    kind, _colon, value = written.partition(":")
    if kind in STRENGTHS and value.isdigit() and 1 <= int(value) <= 9:
        return Cue(kind, strength=int(value))
    if kind in NUMBERS and value.isdigit():
        return Cue(kind, low=float(value), high=float(value))
    if kind == "quantity" and (found := _RANGE.fullmatch(value)):
        low, high = float(found[1]), float(found[2])
        if low <= high:
            return Cue(kind, found[3] or "", low=low, high=high)
    if not value and kind in ALONE:
        return Cue(kind)
    if value and kind in VALUES:
        allowed = VALUES[kind]
        if allowed is None or value in allowed:
            return Cue(kind, value)
    raise ValueError(f"{written!r} is no class of an entry")
