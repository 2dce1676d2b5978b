"""`cordiale cyber …`: indicators and what they match; every other file of the group is `cli/cyber_<noun>.py`."""

from __future__ import annotations

from cordiale.cli.tree import group
from cordiale.platform.languages import _

app = group(_("Read, check, match and write indicators, and see where they were met."))


@app.callback()
def cyber() -> None:
    """Keep the group a group however few commands it has."""


# the other files of the group register their commands with it
from cordiale.cli import (  # noqa: E402
    cyber_attack,  # noqa: F401
    cyber_correlate,  # noqa: F401
    cyber_duplicates,  # noqa: F401
    cyber_export,  # noqa: F401
    cyber_feed,  # noqa: F401
    cyber_match,  # noqa: F401
    cyber_misp,  # noqa: F401
    cyber_misp_instance,  # noqa: F401
    cyber_pattern,  # noqa: F401
    cyber_read,  # noqa: F401
    cyber_taxonomies,  # noqa: F401
)
