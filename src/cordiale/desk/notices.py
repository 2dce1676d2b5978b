"""What domains find remarkable in what an import takes in; it is taken in all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cordiale.desk.domain import domains, load

if TYPE_CHECKING:
    from cordiale.desk.answers import Warned
    from cordiale.desk.desk import Desk
    from cordiale.store.types import Put


def noticed(desk: Desk, puts: Sequence[Put]) -> Iterator[Warned]:
    """Yield what every domain says of objects that are about to be stored."""
    for domain in domains():
        for reference in domain.notices:
            yield from load(reference)(desk, [put.version for put in puts])
