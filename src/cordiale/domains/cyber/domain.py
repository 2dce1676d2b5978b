"""What the domain of cyber defence declares; declaring imports nothing heavy."""

from __future__ import annotations

from cordiale.desk.domain import Domain
from cordiale.platform.languages import _

CYBER = Domain(
    name="cyber",
    readers=(
        "cordiale.domains.cyber.misp.reader:reader",
        "cordiale.domains.cyber.readers.openioc:reader",
        "cordiale.domains.cyber.readers.rules:yara_reader",
        "cordiale.domains.cyber.readers.rules:network_reader",
        "cordiale.domains.cyber.readers.rules:sigma_reader",
        "cordiale.domains.cyber.readers.plain:table_reader",
        "cordiale.domains.cyber.readers.plain:text_reader",
    ),
    writers=(
        "cordiale.domains.cyber.writers.served:csv",
        "cordiale.domains.cyber.writers.served:hosts",
        "cordiale.domains.cyber.writers.served:rpz",
        "cordiale.domains.cyber.writers.served:netset",
        "cordiale.domains.cyber.writers.served:domains",
        "cordiale.domains.cyber.writers.served:urls",
        "cordiale.domains.cyber.writers.served:suricata",
        "cordiale.domains.cyber.writers.served:snort",
        "cordiale.domains.cyber.writers.served:sigma",
        "cordiale.domains.cyber.writers.served:yara",
        "cordiale.domains.cyber.writers.served:misp",
    ),
    jobs=(
        "cordiale.domains.cyber.matching.run:match",
        "cordiale.domains.cyber.misp.instance:misp_pull",
        "cordiale.domains.cyber.taxii:taxii_pull",
    ),
    pages=(
        "cordiale.domains.cyber.indicators.pages:indicators",
        "cordiale.domains.cyber.indicators.pages:indicator",
        "cordiale.domains.cyber.indicators.asking:correlations",
        "cordiale.domains.cyber.matching.pages:matches",
        "cordiale.domains.cyber.matching.pages:match",
        "cordiale.domains.cyber.warninglists.pages:warninglists",
        "cordiale.domains.cyber.incidents.pages:incidents",
        "cordiale.domains.cyber.incidents.pages:incident",
        "cordiale.domains.cyber.attack.pages:attack",
        "cordiale.domains.cyber.attack.pages:layer",
        "cordiale.domains.cyber.readers.pages:reading",
        "cordiale.domains.cyber.writers.pages:feeds",
        "cordiale.domains.cyber.writers.pages:saved",
    ),
    forms=(
        "cordiale.domains.cyber.matching.forms:matches",
        "cordiale.domains.cyber.matching.forms:match",
        "cordiale.domains.cyber.indicators.forms:indicator",
        "cordiale.domains.cyber.indicators.forms:correlations",
        "cordiale.domains.cyber.warninglists.forms:warninglists",
        "cordiale.domains.cyber.attack.forms:attack",
        "cordiale.domains.cyber.incidents.acts:incidents",
        "cordiale.domains.cyber.incidents.acts:incident",
        "cordiale.domains.cyber.readers.pasting:reading",
        "cordiale.domains.cyber.writers.serving:feeds",
    ),
    notices=("cordiale.domains.cyber.warninglists.noticing:on_import",),
    leads=("cordiale.domains.cyber.leading:own_page",),
    messages="cordiale.domains.cyber.messages",
    title=_("Cyber"),
)
