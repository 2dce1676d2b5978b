"""Send spans to a collector by OTLP over HTTP, where the settings name one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cordiale import __version__
from cordiale.platform import tracing
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.node.node import Node

MISSING = _(
    "Traces (monitor.traces_to) need the extra 'otel': run  pip install 'cordiale[otel]'  (in a clone:  .tools/bin/uv sync --inexact --extra otel)  and start again."
)


def start(node: Node) -> Callable[[], None]:
    """Begin to trace where the settings say so; return what ends it.

    Raises ConfigurationError when the extra is missing.
    """
    endpoint = node.settings.monitor.traces_to
    if not endpoint:
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError("traces-extra", MISSING) from None
    resource = Resource.create({"service.name": "cordiale", "service.instance.id": node.desk.node})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    tracing.install(provider.get_tracer("cordiale", __version__))

    def end() -> None:
        tracing.install(None)
        provider.shutdown()

    return end
