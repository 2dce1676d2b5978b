"""What the domain of information declares; declaring imports nothing heavy."""

from __future__ import annotations

from cordiale.desk.domain import Domain
from cordiale.platform.languages import _

INFORMATION = Domain(
    name="information",
    messages="cordiale.domains.information.messages",
    title=_("Information"),
)
