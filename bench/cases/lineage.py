"""A thousand articles against each other: read, pruned, compared sentence by sentence, each sentence labelled."""

from __future__ import annotations

from typing import Any

from bench import child, measure
from bench.figure import Figure

NAME = "lineage"
MANY = 1_000
TARGET_SECONDS = 60.0
TARGET_FOUND = 0.95


def run(quick: bool) -> list[Figure]:
    """Measure in a process of its own. No tool beside this one traces claims; what is compared is the time allowed."""
    count = 100 if quick else MANY
    found = child.call("bench.cases.lineage:traced", count=count)
    label = f"{count:,} invented articles"
    return [
        Figure(
            bench=NAME, metric=f"{label}: from text to edges and labelled sentences", unit="CPU-s", better="less",
            ours=found["read"] + found["trace"], target=TARGET_SECONDS * count / MANY, memory_mb=found["memory_mb"],
        ),
        Figure(
            bench=NAME, metric=f"{label}: pairs compared after pruning, of all", unit="share", better="less",
            ours=found["compared"],
        ),
        Figure(
            bench=NAME, metric=f"{label}: retellings that hang on their story", unit="share", ours=found["found"],
            target=TARGET_FOUND,
        ),
        Figure(
            bench=NAME, metric=f"{label}: edges between different stories", unit="", better="less",
            ours=found["false"], target=0.0,
        ),
    ]  # fmt: skip


def traced(count: int) -> dict[str, Any]:
    """Trace articles and compare with how they were made."""
    from bench.articles import articles
    from cordiale.domains.information.lineage.candidates import pairs
    from cordiale.domains.information.lineage.trace import text_of, trace
    from cordiale.domains.information.plain import read_text

    made = list(articles(count))
    with measure.spent() as reading:
        documents = [
            one for n, article in enumerate(made) for one in read_text(str(n), article.text.encode())
        ]
    with measure.spent() as tracing:
        answer = trace(documents)
    stories = {str(n): article.story for n, article in enumerate(made)}
    hanging = {edge.derived for edge in answer.edges if stories[edge.source] == stories[edge.derived]}
    # the first and a retelling are joined either way round where they print one day
    hanging |= {edge.source for edge in answer.edges if stories[edge.source] == stories[edge.derived]}
    retold = [str(n) for n, article in enumerate(made) if not article.first]
    return {
        "read": reading.cpu,
        "trace": tracing.cpu,
        "memory_mb": measure.peak_mb(),
        "compared": len(pairs([text_of(n, one) for n, one in enumerate(documents)]))
        / (count * (count - 1) / 2),
        "found": sum(name in hanging for name in retold) / max(1, len(retold)),
        "false": sum(stories[edge.source] != stories[edge.derived] for edge in answer.edges),
    }
