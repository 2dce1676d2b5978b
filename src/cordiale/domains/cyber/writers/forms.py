"""The formats that can be written, by name: what each takes, what it is used for, and the function that writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from cordiale.domains.cyber.values import KINDS
from cordiale.domains.cyber.writers import detections, lists, network
from cordiale.domains.cyber.writers.line import Head, Line, Rule
from cordiale.domains.cyber.writers.selection import Wanted
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

Write = Callable[[Sequence[Line], Sequence[Rule], Head, Counter[str]], bytes]
"""Values and rules in, in their order; bytes out. What cannot be said is counted in the last argument."""

TEXT: Final = "text/plain; charset=utf-8"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One format: its name, what it is in words, what its files end in, and what it takes."""

    name: str
    title: str
    suffix: str
    media_type: str
    wanted: Wanted
    write: Write


_NAMES: Final = frozenset(("domain-name",))
_DIGESTS: Final = frozenset(("md5", "sha1", "sha256"))
_WATCHED: Final = lists.ADDRESSES | {"domain-name", "url", "user-agent"}

FORMS: Final = {
    form.name: form
    for form in (
        Form(
            name="csv",
            title=_("a table with every value and its marking"),
            suffix="csv",
            media_type="text/csv",
            wanted=Wanted(kinds=frozenset(KINDS), use="data"),
            write=lists.table,
        ),
        Form(
            name="hosts",
            title=_("a hosts file that leads names nowhere"),
            suffix="hosts",
            media_type=TEXT,
            wanted=Wanted(kinds=_NAMES, use="block"),
            write=lists.hosts,
        ),
        Form(
            name="rpz",
            title=_("a response policy zone for name servers"),
            suffix="rpz",
            media_type=TEXT,
            wanted=Wanted(kinds=_NAMES | lists.ADDRESSES, use="block"),
            write=lists.policy_zone,
        ),
        Form(
            name="netset",
            title=_("addresses and networks, one a line"),
            suffix="netset",
            media_type=TEXT,
            wanted=Wanted(kinds=lists.ADDRESSES, use="block"),
            write=lists.network_list,
        ),
        Form(
            name="domains",
            title=_("names, one a line, for a firewall's list"),
            suffix="txt",
            media_type=TEXT,
            wanted=Wanted(kinds=_NAMES, use="block"),
            write=lists.domain_list,
        ),
        Form(
            name="urls",
            title=_("URLs, one a line, for a firewall's list"),
            suffix="txt",
            media_type=TEXT,
            wanted=Wanted(kinds=frozenset(("url",)), use="block"),
            write=lists.url_list,
        ),
        Form(
            name="suricata",
            title=_("rules of Suricata"),
            suffix="rules",
            media_type=TEXT,
            wanted=Wanted(kinds=_WATCHED, rules=frozenset(("suricata",)), use="network"),
            write=network.suricata,
        ),
        Form(
            name="snort",
            title=_("rules of Snort"),
            suffix="rules",
            media_type=TEXT,
            wanted=Wanted(kinds=_WATCHED - {"user-agent"}, rules=frozenset(("snort",)), use="network"),
            write=network.snort,
        ),
        Form(
            name="sigma",
            title=_("rules of Sigma for logs"),
            suffix="yml",
            media_type="application/yaml",
            wanted=Wanted(
                kinds=_WATCHED | _DIGESTS | {"file-name", "windows-registry-key"},
                rules=frozenset(("sigma",)),
                use="logs",
            ),
            write=detections.sigma,
        ),
        Form(
            name="yara",
            title=_("rules of YARA for files"),
            suffix="yar",
            media_type=TEXT,
            wanted=Wanted(kinds=_DIGESTS, rules=frozenset(("yara",)), use="logs"),
            write=detections.yara,
        ),
    )
}
"""Every format, in the order in which people are offered them."""


def form_called(name: str) -> Form:
    """Return a format by its name; raises InputError for one that is none."""
    form = FORMS.get(name.strip().lower())
    if form is None:
        raise InputError(
            "export-format",
            _("“{name}” is no format: choose among {known}."),
            name=name[:40],
            known=", ".join(FORMS),
        ).at("format")
    return form
