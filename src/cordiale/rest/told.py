"""The desk's answers as they go over the wire: instants as dates, reasons as sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from cordiale.platform.errors import ProtocolError
from cordiale.platform.languages import _, text
from cordiale.sdk.wire import Told

T = TypeVar("T", bound=Told)
Teller = Callable[[Any, str], Any]

FAR: Final = _("{moment} is not between the years 1 and 9999 in UTC.")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def told(answer: Any, kind: type[T], lang: str, **given: Any) -> T:
    """Return an answer of the desk as the wire type `kind`, field by field of the same name; `given` ones instead.

    Where the wire has a `message`, the answer has a sentence of the catalogues and what fills it.
    """
    fields = ((name, tell) for name, tell in _fields(kind) if name not in given)
    return kind(**{name: tell(answer, lang) for name, tell in fields}, **given)


def moment(instant: int) -> datetime:
    """Return an instant as a date."""
    return _EPOCH + timedelta(microseconds=instant)


@cache
def _fields(kind: type[Told]) -> tuple[tuple[str, Teller], ...]:
    hints = get_type_hints(kind)
    return tuple((name, _message if name == "message" else _field(name, hints[name])) for name in hints)


def _message(answer: Any, lang: str) -> str:
    return text(lang, answer.message_id, **getattr(answer, "params", {}))


def _field(name: str, hint: Any) -> Teller:
    tell = _value(hint)
    if tell is None:
        return lambda answer, lang: getattr(answer, name)
    return lambda answer, lang: tell(getattr(answer, name), lang)


def _value(hint: Any) -> Teller | None:
    """Return what writes a value of a type; None where it stays as it is."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is datetime:
        return lambda value, lang: moment(value)
    if isinstance(hint, type) and issubclass(hint, Told):
        return lambda value, lang: told(value, hint, lang)
    if origin in (Union, UnionType):
        inner = [found for each in arguments if (found := _value(each)) is not None]
        return _or_none(inner[0]) if inner else None
    if origin in (tuple, dict):
        inner = [found for each in arguments if (found := _value(each)) is not None]
        if not inner:
            return None
        return _each_value(inner[0]) if origin is dict else _each(inner[0])
    return None


def _or_none(tell: Teller) -> Teller:
    return lambda value, lang: None if value is None else tell(value, lang)


def _each(tell: Teller) -> Teller:
    return lambda value, lang: tuple(tell(one, lang) for one in value)


def _each_value(tell: Teller) -> Teller:
    return lambda value, lang: {key: tell(one, lang) for key, one in value.items()}


def instant(moment: datetime | None) -> int | None:
    """Return a date as an instant, None for none; one without a zone is in UTC. Raises ProtocolError beyond the years 1 to 9999."""
    if moment is None:
        return None
    try:
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC) - _EPOCH
    except OverflowError:  # its zone puts it into a year that cannot be written
        raise ProtocolError("request", FAR, moment=moment.isoformat()) from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
