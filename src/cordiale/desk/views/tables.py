"""What it means for a reader that a table of equivalences is not signed by both."""

from __future__ import annotations

from typing import Final

from cordiale.desk.answers import Reason, TableView
from cordiale.platform.languages import _

_NOT_HELD = _(
    "Refused: the rules ask for signed tables, and {waits} has not signed the equivalences between {nations}: they do not hold."
)

TABLES: Final = {
    ("unsigned", True): _(
        "Warning: nobody but this node answers for the equivalences between {nations}: {waits} has not signed them. See: cordiale rules tables"
    ),
    ("unsigned", False): _NOT_HELD,
    ("one-sided", False): _NOT_HELD,
    ("changed", False): _(
        "Refused: the equivalences between {nations} changed since they were signed: they do not hold until both sign them again."
    ),
    ("forged", False): _(
        "Refused: a signature of the equivalences between {nations} is false: they do not hold. Have them signed again."
    ),
}


def warning_of(table: TableView) -> Reason | None:
    """Return what to warn of about a table, None for one that is signed and for an example that holds."""
    if table.state == "signed" or (table.example and table.holds):
        return None
    return Reason(
        code=f"table-{table.state}",
        message_id=TABLES[table.state, table.holds],
        params={
            "nations": " – ".join(table.between),
            "waits": ", ".join(table.waits_for or table.between),
        },
    )
