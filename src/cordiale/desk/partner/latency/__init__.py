"""How long releases take on each link: measured by one clock at each end, kept as histograms."""

from cordiale.desk.partner.latency.histogram import BOUNDS_S, STAGES, Histogram
from cordiale.desk.partner.latency.measure import Measure
from cordiale.desk.partner.latency.view import latencies

__all__ = ["BOUNDS_S", "STAGES", "Histogram", "Measure", "latencies"]
