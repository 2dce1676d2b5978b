"""What kind of rows a dataset holds, declared by the domain that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = _(
    "Datasets and analyses need the extra 'analysis': run  pip install 'cordiale[analysis]'  (in a clone:  .tools/bin/uv sync --inexact --extra analysis)  and start again."
)


class Kind(NamedTuple):
    """Rows of one form: name, version of the columns, and by which column of time they are partitioned.

    `time` is a column of timestamps, `span` what of it one partition holds; rows without a time stand in the partition
    `unknown`. Without `time` everything is one partition.
    """

    name: str
    version: int
    schema: pa.Schema
    time: str | None = None
    span: Literal["day", "month"] = "month"


def available() -> None:
    """Raise ConfigurationError, naming the extra, where the libraries of datasets are not installed."""
    try:
        import numba  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError:
        raise ConfigurationError("analysis-extra", MISSING) from None
