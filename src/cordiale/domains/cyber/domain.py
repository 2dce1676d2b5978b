"""What the domain of cyber defence declares; declaring imports nothing heavy."""

from __future__ import annotations

from cordiale.desk.domain import Domain
from cordiale.platform.languages import _

CYBER = Domain(
    name="cyber",
    readers=(
        "cordiale.domains.cyber.misp.reader:reader",
        "cordiale.domains.cyber.readers.plain:table_reader",
        "cordiale.domains.cyber.readers.plain:text_reader",
    ),
    messages="cordiale.domains.cyber.messages",
    title=_("Cyber"),
)
