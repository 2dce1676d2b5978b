"""Say what was wrong, where, and what to do, in one family of errors with one table of answers.

CordialeError
 ├── ConfigurationError   a setting, a rules file or the command line cannot be used as written
 ├── InputError           data given to the node cannot be read or taken
 ├── NotFound             there is no such thing, or not for this reader
 ├── NotAllowed           this actor may not do this
 ├── Conflict             it changed, or exists already, since the caller looked
 ├── Unavailable          a partner, a database or a service does not answer now
 ├── StorageFull          the disk or a quota is full; nothing was half written
 ├── IntegrityError       stored or signed bytes are not what they should be
 └── ProtocolError        a partner or client sent what the protocol does not allow
"""

from collections.abc import Mapping
from typing import Any, Final, Self

from cordiale.platform.languages import fill, text


class CordialeError(Exception):
    """Carry a stable code, an English sentence with named places, and what fills them.

    The sentence is the message id of the catalogues; `explain` gives it in the reader's language. `fields` are the names
    that what was asked goes by where the error is about one thing of it: the argument of the verb first, then fields of forms.
    """

    fields: tuple[str, ...] = ()

    def __init__(self, code: str, message_id: str, /, **params: Any) -> None:
        super().__init__(code, message_id)
        self.code = code
        self.message_id = message_id
        self.params: Mapping[str, Any] = params

    def at(self, *fields: str) -> Self:
        """Say what of what was asked the error is about, by each name that it goes by, and return the error."""
        self.fields = tuple(field for field in fields if field)
        return self

    def __str__(self) -> str:
        return fill(self.message_id, self.params)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, self.message_id, dict(self.params), self.fields)


class ConfigurationError(CordialeError):
    """Report a setting, rules file or command line that cannot be used as written."""


class InputError(CordialeError):
    """Report data that cannot be read or taken."""


class NotFound(CordialeError):
    """Report that there is no such thing, or not for this reader: the two are never told apart."""


class NotAllowed(CordialeError):
    """Report that this actor may not do this."""


class Conflict(CordialeError):
    """Report that something changed, or exists already, since the caller looked."""


class Unavailable(CordialeError):
    """Report that a partner, a database or a service does not answer now."""


class StorageFull(CordialeError):
    """Report that a disk or a quota is full; what was being written is whole or absent."""


class IntegrityError(CordialeError):
    """Report stored or signed bytes that are not what they should be."""


class ProtocolError(CordialeError):
    """Report what the protocol does not allow from a partner or a client."""


ANSWERS: Final[Mapping[type[CordialeError], tuple[int, int]]] = {
    CordialeError: (500, 1),
    ConfigurationError: (500, 3),
    InputError: (422, 4),
    NotFound: (404, 5),
    NotAllowed: (403, 6),
    Conflict: (409, 7),
    Unavailable: (503, 8),
    StorageFull: (507, 9),
    IntegrityError: (500, 10),
    ProtocolError: (400, 11),
}
"""HTTP status and exit code of each family; 0 is success, 2 wrong usage, 130 interrupted."""


def http_status(error: BaseException) -> int:
    """Return the HTTP status that answers an error; 500 for what is not ours."""
    return _answer(error)[0]


def exit_code(error: BaseException) -> int:
    """Return the exit code of a command that ended in an error; 1 for what is not ours."""
    return 130 if isinstance(error, KeyboardInterrupt) else _answer(error)[1]


def explain(error: CordialeError, lang: str) -> str:
    """Write the error's sentence in the reader's language."""
    return text(lang, error.message_id, **error.params)


def _answer(error: BaseException) -> tuple[int, int]:
    return next((ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS), (500, 1))


def _rebuild(
    kind: type[CordialeError],
    code: str,
    message_id: str,
    params: dict[str, Any],
    fields: tuple[str, ...] = (),
) -> CordialeError:
    return kind(code, message_id, **params).at(*fields)
