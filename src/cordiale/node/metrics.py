"""What monitors are told of the links, in Prometheus' text format: numbers of streams, never of what is held here.

Every figure follows from a partner's stream alone. Nothing counts objects, so nothing moves when something hidden does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cordiale.desk.partner.latency import BOUNDS_S, Histogram
from cordiale.desk.partner.latency.view import histograms
from cordiale.exchange.partners.pairing import partners
from cordiale.exchange.records.reaches import reaches
from cordiale.exchange.restore.rejoin import CODES, STATE
from cordiale.exchange.visit.state import links
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cordiale.desk.desk import Desk

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

MISSING = _(
    "Metrics need the extra 'metrics': run  pip install 'cordiale[metrics]'  (in a clone:  .tools/bin/uv sync --inexact --extra metrics)  and start again."
)


def exposition(desk: Desk) -> bytes:
    """Return the metrics of the moment as text; raises ConfigurationError when the extra is missing."""
    try:
        from prometheus_client import CollectorRegistry, generate_latest
    except ImportError:
        raise ConfigurationError("metrics-extra", MISSING) from None
    registry = CollectorRegistry()
    registry.register(_Links(desk))
    return bytes(generate_latest(registry))


class _Links:
    """Collect from the database when asked, so that a scrape is of one moment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

        with self._desk.store.read() as tx:
            found = {one.partner: one for one in links(tx)}
            known = [one for one in reaches(tx).values() if one.state != "invited"]
            visited = {
                one.node
                for one in partners(tx)
                if one.state == "confirmed" and one.assurance == "node" and one.kind == "two-way"
            }
            measured = histograms(tx)
        gauges = {
            "up": ("Whether the last visit to the partner succeeded.", lambda r, k: k.state == "up"),
            "closed": (
                "Whether the link waits for partner rejoin.",
                lambda r, k: r.link == STATE and r.code in CODES,
            ),
            "failures": ("Visits to the partner that failed in a row.", lambda r, k: k.failures),
            "last_contact_seconds": (
                "When the partner last answered (Unix time).",
                lambda r, k: (k.last_contact or 0) / SECOND,
            ),
            "clock_difference_seconds": (
                "The partner's clock minus ours.",
                lambda r, k: (k.clock_difference or 0) / SECOND,
            ),
            "sent_entries": ("Entries of the stream to the partner.", lambda r, k: r.last),
            "acknowledged_entries": ("Entries that the partner acknowledged.", lambda r, k: r.acknowledged),
            "queue_entries": (
                "Entries that the partner has not acknowledged yet.",
                lambda r, k: r.last - r.acknowledged,
            ),
            "received_entries": ("Entries of the stream from the partner.", lambda r, k: r.received),
        }
        for name, (says, value) in gauges.items():
            family = GaugeMetricFamily(f"cordiale_link_{name}", says, labels=["partner"])
            for reach in known:
                if name == "up" and reach.node not in visited:
                    continue  # nobody visits it: it would seem down for ever
                family.add_metric([reach.node], float(value(reach, found[reach.node])))  # type: ignore[no-untyped-call]
            yield family
        delays = HistogramMetricFamily(
            "cordiale_release_latency_seconds",
            "From the act (cut, acknowledged) or the partner's cut (received, visible) to each stage.",
            labels=["partner", "stage"],
        )
        for (partner, stage), one in sorted(measured.items()):
            delays.add_metric([partner, stage], _cumulated(one), one.total_us / SECOND)
        yield delays


def _cumulated(one: Histogram) -> list[tuple[str, float]]:
    ends = [*(str(bound) for bound in BOUNDS_S), "+Inf"]
    counts: list[tuple[str, float]] = []
    total = 0
    for end, count in zip(ends, one.counts, strict=True):
        total += count
        counts.append((end, float(total)))
    return counts
