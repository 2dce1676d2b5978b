"""How far the two labellers agree: `python -m tests.corpus.lineage.agreement [development|held_out|sealed]`.

Without a part: on the development and the held-out texts together. Texts without second labels are left out.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
LABELS = HERE / "labels"
OPEN = ("development", "held_out")
Sentence = tuple[str, str, int]
"""Document, words of the sentence, and which of equal sentences of that document it is."""


def pairs(name: str) -> dict[Sentence, dict[str, object]]:
    """Return the pair lines of a labeller by sentence."""
    found: dict[Sentence, dict[str, object]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for line in (LABELS / name).read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        if one["kind"] == "pair":
            key = one["derived_doc"], " ".join(one["derived"].split())
            found[(*key, seen[key])] = one
            seen[key] += 1
    return found


def texts_of(parts: Iterable[str]) -> set[str]:
    """Return the numbers of the texts of some parts of `split.json`."""
    split = json.loads((HERE / "split.json").read_text(encoding="utf-8"))
    return {number for part in parts for family in split[part].values() for number in family}


def kappa(both: Sequence[tuple[object, object]]) -> float:
    """Return Cohen's kappa of two labellers' labels (Cohen 1960): agreement beyond what chance gives, 1 at most."""
    count = len(both)
    same = sum(one == other for one, other in both) / count
    first, second = (Counter(pair[side] for pair in both) for side in (0, 1))
    chance = sum(first[label] * second[label] for label in first) / count**2
    return (same - chance) / (1 - chance) if chance < 1 else 1.0


def edges(name: str) -> set[tuple[str, str, str]]:
    """Return the edges of a labeller that follow from no others."""
    lines = map(json.loads, (LABELS / name).read_text(encoding="utf-8").splitlines())
    return {(e["from"], e["to"], e["relation"]) for e in lines if e["kind"] == "edge" and not e.get("via")}


def table(both: Iterable[tuple[dict[str, object], dict[str, object]]]) -> list[str]:
    """Return the agreement on the labels of body sentences, overall and of each label against the rest."""
    body = [(a["label"], b["label"]) for a, b in both if a["region"] == b["region"] == "body"]
    lines = [f"labels of {len(body)} body sentences: kappa {kappa(body):.2f}"]
    for label in sorted({str(one) for one, _other in body}):
        rest = [(one == label, other == label) for one, other in body]
        held = sum(one for one, _other in rest), sum(other for _one, other in rest)
        lines.append(f"  {label}: kappa {kappa(rest):.2f} ({held[0]} and {held[1]} times)")
    return lines


def main(argv: Sequence[str]) -> None:
    """Print the agreement on edges, regions and labels, of the parts named or of all but the sealed one."""
    first, second = pairs("first.jsonl"), pairs("second.jsonl")
    labelled = texts_of(argv or OPEN) & {key[0] for key in second}
    first, second = ({k: v for k, v in one.items() if k[0] in labelled} for one in (first, second))
    shared = [(first[key], second[key]) for key in first if key in second]
    print(f"sentences: {len(first)} and {len(second)}, cut alike {len(shared)}")
    print(f"regions: kappa {kappa([(a['region'], b['region']) for a, b in shared]):.2f}")
    print("\n".join(table(shared)))
    one, other = ({e for e in edges(name) if e[1] in labelled} for name in ("first.jsonl", "second.jsonl"))
    print(f"edges: {len(one)} and {len(other)}, the same {len(one & other)}")
    print(f"  only the first: {sorted(one - other)}\n  only the second: {sorted(other - one)}")


if __name__ == "__main__":
    main(sys.argv[1:])
