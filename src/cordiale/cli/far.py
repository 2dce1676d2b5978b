"""The verbs of a node elsewhere, with the signatures and answers of those at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin, get_type_hints

from cordiale.desk import answers
from cordiale.desk.outgoing.release import instant_of
from cordiale.desk.written import marking_of, written
from cordiale.platform.clock import SECOND
from cordiale.sdk.wire import Told

if TYPE_CHECKING:
    from pathlib import Path

    from cordiale.desk.jobs import Progress
    from cordiale.sdk.client import Client

A = TypeVar("A", bound=answers.Answer)

SAID: Final = "{words}"
"""A sentence that the node wrote already."""


def search(client: Client, words: str, *, lang: str, **asked: Any) -> answers.Page:
    """Find objects; the node looks for words in every language it indexes."""
    del lang  # said once, for all that the client asks
    return answered(client.search(words, **asked).first, answers.Page)


def counts(client: Client) -> dict[str, int]:
    """Count objects by type."""
    return client.counts()


def show(client: Client, stix_id: str) -> answers.Shown:
    """Read an object."""
    return answered(client.show(stix_id), answers.Shown)


def why(client: Client, stix_id: str, partner: str) -> answers.Why:
    """Say why an object reached a partner or did not."""
    return answered(client.why(stix_id, partner), answers.Why)


def preview(
    client: Client, *, partner: str | None = None, ids: Sequence[str] | None = None
) -> list[answers.PartnerPreview]:
    """Say what partners would see."""
    return [
        answered(one, answers.PartnerPreview) for one in client.preview(partner=partner, ids=ids).partners
    ]


def mark(client: Client, stix_id: str, atoms: Iterable[str], *, source: str | None = None) -> answers.Marked:
    """Give an object another marking."""
    return answered(client.mark(stix_id, written(marking_of(atoms)), source=source), answers.Marked)


def release(client: Client, partner: str, *, until: str | None = None, **asked: Any) -> answers.Acted:
    """Approve objects for a partner."""
    ends = instant_of(until)
    at = None if ends is None else datetime.fromisoformat(until or "")
    return answered(client.release(partner, until=at, **asked), answers.Acted)


def confirm_act(client: Client, act: str) -> answers.Acted:
    """Confirm an approval as its second officer."""
    return answered(client.confirm_release(act), answers.Acted)


def import_(
    client: Client,
    file: Path | bytes,
    *,
    name: str,
    source: str | None = None,
    marking: Sequence[str] | None = None,
    progress: Progress,
) -> answers.ImportReport:
    """Send a file to be taken in, and wait for the report."""
    atoms = written(marking_of(marking)) if marking else None
    job = client.import_(file, name=name, marking=atoms, profile=source)
    client.wait(job.id, progress=lambda one: progress(one.done, one.total))
    return answered(client.import_report(job.id), answers.ImportReport)


VERBS: Final[Mapping[str, Callable[..., Any]]] = {
    one.__name__: one for one in (search, counts, show, why, preview, mark, release, confirm_act, import_)
}


def answered(value: Any, kind: type[A]) -> A:
    """Return what a node said as the answer that the desk at hand would give; its sentences stay as they came."""
    found: dict[str, Any] = {}
    hints = _hints(kind)
    for name, hint in hints.items():
        if name == "message_id":
            found[name] = SAID if "params" in hints else getattr(value, "message", "")
        elif name == "params" and hasattr(value, "message"):
            found[name] = {"words": value.message}
        elif hasattr(value, name):
            found[name] = _value(getattr(value, name), hint)
    return kind(**found)


@cache
def _hints(kind: type[answers.Answer]) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(value: Any, hint: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp() * SECOND)
    if isinstance(value, Told):
        return answered(value, _answer(hint))
    if isinstance(value, tuple) and get_origin(hint) is tuple:
        return tuple(_value(one, get_args(hint)[0]) for one in value)
    if isinstance(value, dict) and get_origin(hint) is dict:
        return {name: _value(one, get_args(hint)[1]) for name, one in value.items()}
    return value


def _answer(hint: Any) -> type[answers.Answer]:
    among = (hint, *get_args(hint))
    return next(one for one in among if isinstance(one, type) and issubclass(one, answers.Answer))
