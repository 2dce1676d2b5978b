"""Write down how the node runs, as JSON lines or for a person, and never the content of an object.

What may be written is decided by kind, not by hope: numbers, truth values and short one-line texts pass; bytes,
structures and anything long become a note of their size; names that speak of content are always withheld. Of an
error its class, its code and where it happened are written, never its sentence, which may quote what it refused.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final, TextIO

LONGEST: Final = 200
"""Characters of a text that may be a name, a path or an id; what is longer is content."""

CONTENT: Final = frozenset(
    [
        "raw",
        "body",
        "bodies",
        "content",
        "object",
        "objects",
        "bundle",
        "value",
        "values",
        "name",
        "description",
        "pattern",
        "text",
        "texts",
        "title",
        "abstract",
        "password",
        "secret",
        "token",
        "key",
        "signature",
        "authorization",
        "cookie",
        "headers",
        "query",
        "words",
    ]
)
"""Fields that are never written, whatever they hold."""

_OWN: Final = frozenset({"event", "level", "timestamp", "room"})


class Logger:
    """Write records of one room."""

    def __init__(self, room: str) -> None:
        self._room = room

    def debug(self, event: str, **fields: object) -> None:
        """Write what helps to find a fault."""
        write("debug", self._room, event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Write what an operator wants to have seen."""
        write("info", self._room, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Write what an operator should look at."""
        write("warning", self._room, event, fields)

    def error(self, event: str, *, error: BaseException | None = None, **fields: object) -> None:
        """Write what failed; of the error its class, code and place are kept."""
        write("error", self._room, event, {**fields, **({} if error is None else _describe(error))})


_prepared: list[tuple[str, str, str]] = []


def prepare(level: str, format: str, process: str = "") -> None:
    """Say how records are written once there is one; a command that writes none never loads structlog.

    `process` stands in each of them, where several write into one log.
    """
    _prepared[:] = [(level, format, process)]


def write(level: str, room: str, event: str, fields: Mapping[str, object]) -> None:
    """Write one record; structlog is loaded with the first."""
    import structlog

    if _prepared:
        least, form, process = _prepared.pop()
        configure(least, form, process=process)

    getattr(structlog.get_logger(), level)(event, room=room, **fields)


def logger(room: str) -> Logger:
    """Return the log of a room."""
    return Logger(room)


def configure(
    level: str = "info", format: str = "auto", stream: TextIO | None = None, process: str = ""
) -> None:
    """Send records to a stream (standard error) as `json` or `console` lines; `auto` looks at the stream."""
    import structlog

    out = sys.stderr if stream is None else stream
    for_people = format == "console" or (format == "auto" and out.isatty())
    last: Any = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if for_people
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([_of(process)] if process else []),
            redact,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    # Libraries write through `logging`: their sentences may quote requests, so only warnings' places are kept.
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


def _of(process: str) -> Any:
    def named(_logger: object, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**record, "process": record.get("process", process)}

    return named


def redact(_logger: object, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace whatever could be content by a note of its size."""
    for field, value in record.items():
        if field not in _OWN:
            record[field] = _withheld(value) if field.lower() in CONTENT else _safe(value)
    return record


def _safe(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        line = " ".join(value)
        return line if len(line) <= LONGEST and line.isprintable() else _withheld(value)
    if not isinstance(value, str | PurePath):
        return _withheld(value)
    line = str(value)
    return line if len(line) <= LONGEST and line.isprintable() else _withheld(value)


def _withheld(value: object) -> str:
    size = (
        f" of {len(value)}" if isinstance(value, bytes | str | list | tuple | dict | set | frozenset) else ""
    )
    return f"[withheld: {type(value).__name__}{size}]"


def _describe(error: BaseException) -> dict[str, object]:
    described: dict[str, object] = {"error": f"{type(error).__module__}.{type(error).__qualname__}"}
    code = getattr(error, "code", None)
    if isinstance(code, str | int):
        described["code"] = code
    places = _places(error.__traceback__)
    if places:
        described["at"] = " < ".join(reversed(places[-4:]))[:LONGEST]
    return described


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places


class _Libraries(logging.Handler):
    """Note that a library complained, where, and with which error; not in which words."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, object] = {"library": record.name, "at": f"{record.module}:{record.lineno}"}
        if record.exc_info and record.exc_info[1] is not None:
            fields |= _describe(record.exc_info[1])
        level = "error" if record.levelno >= logging.ERROR else "warning"
        write(level, "platform", "a library complained", fields)
