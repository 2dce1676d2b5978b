"""How well drift is told on the pairs: `python -m tests.corpus.drift.evaluate [NAME of a file] [--wrong] [--family NAME]`.

Of each family two texts are made, all sources in order and all retellings in order. Which sentences answer each other
is for the analysis to find, as in life: a pair whose source was not found counts as added.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from cordiale.domains.information.document import Block, Document
from cordiale.domains.information.drift.judge import Verdict, judge
from cordiale.domains.information.lineage.alignment import Match, align
from cordiale.domains.information.lineage.likeness import weights
from cordiale.domains.information.lineage.statement import Statement, statements
from tests.corpus.lineage.evaluate import LABELS, Share

HERE = Path(__file__).parent


class Pair(msgspec.Struct, frozen=True):
    """A sentence of a source, its retelling, and what became of the claim."""

    family: str
    source_lang: str
    source: str
    derived_lang: str
    derived: str
    label: str


class Judged(msgspec.Struct, frozen=True):
    """A pair with the match that the analysis found for its retelling, and its verdict; both None where it found none."""

    pair: Pair
    match: Match | None
    verdict: Verdict | None

    @property
    def label(self) -> str:
        """Return the label that the analysis gives."""
        return self.verdict.label if self.verdict else "unsupported_addition"


def pairs(name: str) -> list[Pair]:
    """Return the pairs of a file, family by family."""
    lines = (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [Pair(*line.split("\t")) for line in lines]


def judged(chosen: Sequence[Pair]) -> list[Judged]:
    """Return what the analysis says of pairs, each family as two texts."""
    families = [list(its) for _name, its in groupby(chosen, key=lambda one: one.family)]
    texts = [(_text(list(dict.fromkeys(p.source for p in its)), its[0].source_lang),
              _text([p.derived for p in its], its[0].derived_lang)) for its in families]  # fmt: skip
    known = weights(text for both in texts for text in both)
    found = []
    for its, (source, derived) in zip(families, texts, strict=True):
        matches = {match.derived: match for match in align(source, derived, known)}
        for number, pair in enumerate(its):
            # a retelling of two sentences is judged by the longer one
            own = max((s for s in derived if s.paragraph == number), key=lambda s: len(s.text))
            match = matches.get(own.place)
            verdict = judge(source[match.source], own, match) if match else None
            found.append(Judged(pair, match, verdict))
    return found


def _text(sentences: Sequence[str], lang: str) -> tuple[Statement, ...]:
    """Return sentences as those of one text, a paragraph each."""
    return statements(Document("text", tuple(Block(one, "body", lang) for one in sentences), lang))


def table(found: Sequence[Judged]) -> str:
    """Write precision and recall by label, with counts and 95 % intervals."""
    counted = Counter((one.pair.label, one.label) for one in found)
    lines = [f"{'':24}{'precision':32}recall"]
    for label in LABELS[1:]:
        hits = counted[label, label]
        said = sum(n for (_gold, own), n in counted.items() if own == label)
        had = sum(n for (gold, _own), n in counted.items() if gold == label)
        lines.append(f"{label:24}{Share(said, hits)!s:32}{Share(had, hits)}")
    left = sum(n for (_gold, own), n in counted.items() if own == "to_review")
    return "\n".join([*lines, f"left for a person: {left} of {len(found)}"])


def main(argv: list[str]) -> None:
    """Print the table, and with --wrong each pair that is judged otherwise than labelled."""
    family = argv[argv.index("--family") + 1] if "--family" in argv else None
    name = next((word for word in argv if (HERE / f"{word}.tsv").exists()), "pairs")
    found = [one for one in judged(pairs(name)) if family in (None, one.pair.family)]
    print(table(found))
    if "--wrong" in argv:
        for one in found:
            if one.label != one.pair.label:
                spans = [(c.kind, c.source_span, c.derived_span, c.direction, c.sure) for c in
                         (one.verdict.changes if one.verdict else ())]  # fmt: skip
                near = f"{one.match.likeness:.2f}" if one.match else "–"
                print(
                    f"\n{one.pair.label} → {one.label} ({near}) {spans}\n  {one.pair.source}\n  {one.pair.derived}"
                )


if __name__ == "__main__":
    main(sys.argv[1:])
