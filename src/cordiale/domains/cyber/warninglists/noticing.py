"""What an import says of indicators whose values a warning list of this node holds; it takes all of them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from cordiale.desk.answers import Warned
from cordiale.domains.cyber.values import of_pattern
from cordiale.domains.cyber.warninglists.kept import held, register
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.stix.version import Version

VALUES: Final = 200
"""Values of one indicator that are looked up."""


def on_import(desk: Desk, versions: Iterable[Version]) -> Iterator[Warned]:
    """Yield a warning for each indicator and list that holds one of its values, the first of them named."""
    if not register(desk):
        return
    lists = held(desk)
    for version in versions:
        if version.type != "indicator":
            continue
        told: set[str] = set()
        for kind, value in version.values[:VALUES]:
            for hit in lists.look(*of_pattern(kind, value)):
                if hit.list not in told:
                    told.add(hit.list)
                    yield Warned(
                        object_id=version.id,
                        path="pattern",
                        code="warninglist",
                        message_id=_("{value} is on a warning list: {list}, {entry}. It may be a false positive."),
                        params={"value": value[:200], "list": hit.list, "entry": hit.entry},
                    )  # fmt: skip
