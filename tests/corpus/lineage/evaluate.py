"""How well lineage and drift do on the corpus: `python -m tests.corpus.lineage.evaluate [development|held_out]`.

The part `sealed` is measured with `sealed --open` alone, once, for the last report: see `README.md`.

Every text of a part is traced with the others of that part, at once, knowing nothing of families. What counts is in
`README.md`: edges with `via` count neither for nor against, sentences labelled `to_review` by the first labeller are
left out of the labels' figures, and every edge between other texts is false.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from math import sqrt
from pathlib import Path
from typing import Any

import msgspec

from cordiale.domains.information.lineage.answer import Answer, Pair
from cordiale.domains.information.lineage.trace import trace
from cordiale.domains.information.plain import read_text

HERE = Path(__file__).parent
LABELS = (
    "verbatim",
    "paraphrase",
    "strengthened",
    "weakened",
    "altered",
    "contradicted",
    "unsupported_addition",
)
PARTS = ("development", "held_out", "sealed")
Line = dict[str, Any]


class Share(msgspec.Struct, frozen=True):
    """So many of so many, with the 95 % interval of Wilson (1927)."""

    of: int
    hits: int

    @property
    def value(self) -> float:
        """Return the share; 1 of nothing, so that nothing found where nothing is to be found is no fault."""
        return self.hits / self.of if self.of else 1.0

    def __str__(self) -> str:
        if not self.of:
            return "   –"
        z, n, p = 1.96, self.of, self.value
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = ((middle + way * half) / (1 + z * z / n) for way in (-1, 1))
        return f"{p:4.2f} ({self.hits}/{n}, {low:.2f}–{min(1.0, high):.2f})"


class Figures(msgspec.Struct):
    """What was measured on one part of the corpus."""

    edges: dict[str, tuple[Share, Share]]
    false_edges: list[str]
    on_decoys: list[str]
    missed: list[str]
    wrong_direction: list[str]
    labels: dict[str, tuple[Share, Share]]
    aligned: Share
    to_review: Share
    confusion: Counter[tuple[str, str]]


def texts_of(part: str) -> list[str]:
    """Return the numbers of the texts of a part, in order."""
    split = json.loads((HERE / "split.json").read_text(encoding="utf-8"))
    return sorted(number for family in split[part].values() for number in family)


def gold() -> list[Line]:
    """Return the lines of the first labeller."""
    return [json.loads(line) for line in (HERE / "labels" / "first.jsonl").read_text("utf-8").splitlines()]


def traced(numbers: list[str]) -> Answer:
    """Return what the analysis answers for texts of the corpus."""
    files = [(number, HERE / "texts" / f"{number}.txt") for number in numbers]
    return trace([one for number, file in files for one in read_text(number, file.read_bytes())])


def measure(part: str) -> Figures:
    """Measure a part."""
    numbers = texts_of(part)
    return figures(traced(numbers), [line for line in gold() if about(line, set(numbers))])


def about(line: Line, numbers: set[str]) -> bool:
    """Tell whether a line is about texts of a part."""
    names = {line.get(name) for name in ("from", "to", "derived_doc", "doc", "en", "fr")} - {None, "fr", "en"}
    return bool(names & numbers)


def figures(answer: Answer, lines: list[Line]) -> Figures:
    """Compare an answer with the first labeller's lines."""
    roles = json.loads((HERE / "documents.json").read_text(encoding="utf-8"))
    languages = {name: one["lang"] for name, one in roles.items()}
    known = {frozenset((e["from"], e["to"])): e for e in lines if e["kind"] == "edge"}
    wanted = {pair: e for pair, e in known.items() if not e["via"]}
    found = {frozenset((e.source, e.derived)): e for e in answer.edges if e.source != e.derived}
    edges = {}
    for name, across in (("one language", False), ("EN–FR", True)):
        its = [p for p in found if (len({languages[d] for d in p}) > 1) is across]
        mine = [p for p in wanted if (len({languages[d] for d in p}) > 1) is across]
        judged = [p for p in its if p not in known or not known[p]["via"]]
        edges[name] = (
            Share(len(judged), sum(p in wanted for p in judged)),
            Share(len(mine), sum(p in found for p in mine)),
        )
    false = sorted("–".join(sorted(p)) for p in found if p not in known)
    directions = [
        f"{e.source}→{e.derived}"
        for p, e in found.items()
        if p in known
        and e.direction == "known"
        and (known[p]["direction"] == "unknown" or known[p]["from"] != e.source)
        and known[p]["relation"] != "common_source"
    ]
    labels, aligned, review, confusion = _labels(answer, lines)
    return Figures(
        edges,
        false,
        [name for name in false if any(roles[d]["role"] == "decoy" for d in name.split("–"))],
        sorted("–".join(sorted(p)) for p in wanted if p not in found),
        directions,
        labels,
        aligned,
        review,
        confusion,
    )


def _labels(
    answer: Answer, lines: list[Line]
) -> tuple[dict[str, tuple[Share, Share]], Share, Share, Counter[tuple[str, str]]]:
    mine = dict(_keyed(answer))
    labelled: dict[tuple[str, str, int], Line] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line["kind"] == "pair":
            key = line["derived_doc"], " ".join(line["derived"].split())
            labelled[(*key, seen[key])] = line
            seen[key] += 1
    confusion: Counter[tuple[str, str]] = Counter()
    right = matched = 0
    for key, line in labelled.items():
        pair = mine.get(key)
        if line["region"] != "body" or line["label"] == "to_review":
            continue
        confusion[line["label"], pair.label if pair else "missing"] += 1
        if line["source"]:
            matched += 1
            right += bool(
                pair and pair.source and (pair.source in line["source"] or line["source"] in pair.source)
            )
    # texts that derive from nothing: whatever is said of their sentences but that they were added is wrong
    whole = {line["derived_doc"] for line in labelled.values()}
    for key, pair in mine.items():
        if key[0] not in whole and pair.region == "body":
            confusion["unsupported_addition", pair.label] += 1
    labels = {}
    for label in LABELS:
        hits = confusion[label, label]
        said = sum(n for (_gold, own), n in confusion.items() if own == label)
        had = sum(n for (own, _said), n in confusion.items() if own == label)
        labels[label] = Share(said, hits), Share(had, hits)
    total = sum(confusion.values())
    review = sum(n for (_gold, own), n in confusion.items() if own == "to_review")
    return labels, Share(matched, right), Share(total, review), confusion


def _keyed(answer: Answer) -> list[tuple[tuple[str, str, int], Pair]]:
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for pair in answer.pairs:
        key = pair.derived_doc, " ".join(pair.derived.split())
        found.append(((*key, seen[key]), pair))
        seen[key] += 1
    return found


def table(found: Figures) -> str:
    """Write figures as a table: precision, recall, counts and 95 % intervals."""
    lines = [f"{'':24}{'precision':32}recall"]
    for name, (precision, recall) in {**found.edges, **found.labels}.items():
        title = f"edges, {name}" if name in found.edges else name
        lines.append(f"{title:24}{precision!s:32}{recall!s}")
    lines += [
        f"false edges: {len(found.false_edges)} {found.false_edges}; on decoys: {len(found.on_decoys)}",
        f"edges missed: {found.missed}",
        f"directions stated wrongly: {found.wrong_direction}",
        f"sentences with the right source: {found.aligned}",
        f"left for a person: {found.to_review}",
    ]
    return "\n".join(lines)


def main(argv: list[str]) -> None:
    """Print the figures of a part, and where labels part with --confusion."""
    part = next((word for word in argv if not word.startswith("-")), "held_out")
    if part not in PARTS:
        raise SystemExit(f"There is no part {part}: name one of {', '.join(PARTS)}.")
    if part == "sealed" and "--open" not in argv:
        raise SystemExit(
            "The sealed part is measured once, for the last report: add --open if this is it, "
            "and write the day into tests/corpus/lineage/README.md."
        )
    found = measure(part)
    print(f"{part}\n{table(found)}")
    if "--confusion" in argv:
        columns = (*LABELS, "to_review", "missing")
        print(f"\n{'labelled, said':22}" + " ".join(f"{c[:8]:>8}" for c in columns))
        for row in LABELS:
            print(f"{row:22}" + " ".join(f"{found.confusion[row, c]:8}" for c in columns))


if __name__ == "__main__":
    main(sys.argv[1:])
