"""Cells of tables for spreadsheets: nothing that somebody wrote elsewhere is taken for a formula."""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = re.compile(r"""(^|[;\t\r\n])(?=["'\s]*[=+\-@]|[\t\r])""")
"""Where a formula could begin (OWASP, CSV injection): in a cell, and after what divides cells for a spreadsheet elsewhere.

A spreadsheet set up for French opens a table with `;` between cells, whatever it was written with.
"""


def cell(said: str) -> str:
    """Return text as it goes into a cell, with an apostrophe before each place where a formula could begin."""
    return _FORMULA.sub(r"\1'", said)
