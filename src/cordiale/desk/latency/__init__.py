"""How long releases take on each link: measured by one clock at each end, kept as histograms."""

from cordiale.desk.latency.histogram import BOUNDS_S, STAGES, Histogram
from cordiale.desk.latency.measure import Measure
from cordiale.desk.latency.view import latencies

__all__ = ["BOUNDS_S", "STAGES", "Histogram", "Measure", "latencies"]
