"""`cordiale version`."""

from __future__ import annotations

from cordiale.cli.output import emit
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(cls=Command, help=tr(_("Print the version.")))
def version() -> None:
    """Print the version."""
    import cordiale

    emit({"version": cordiale.__version__}, lambda: f"cordiale {cordiale.__version__}")
