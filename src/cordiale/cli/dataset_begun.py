"""Begin a dataset with the first command that adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.cli.moment import instant_of
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.analysis.datasets import Kind
    from cordiale.desk.desk import Desk


def begun(
    desk: Desk,
    actor: Actor,
    kind: Kind,
    name: str,
    *,
    purpose: str | None,
    basis: str | None,
    purge_on: str | None,
    marking: list[str] | None,
) -> None:
    """Begin the dataset where there is none of this name and the command says what it is for; raises InputError where it does not."""
    from cordiale.desk.analysis.datasets import dataset_create, dataset_list

    if any(name in (one.name, one.id) for one in dataset_list(desk, actor)):
        return
    if not (purpose and basis and purge_on):
        raise InputError(
            "dataset-new",
            _("There is no dataset {name} yet: say --purpose, --basis and --purge-on to begin it."),
            name=name,
        )
    day = instant_of(purge_on, end=True)
    dataset_create(desk, actor, kind, name, purpose=purpose, basis=basis, purge_on=day, marking=marking)
