"""The log says how the node runs and never what an object contains."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from cordiale.platform import log
from cordiale.platform.errors import InputError

CANARY = "canary-7c1f"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Log JSON to memory, and put everything back afterwards."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    log.configure("info", "json", stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before[0]
    logging.getLogger().setLevel(before[1])


def records(stream: io.StringIO) -> list[dict[str, object]]:
    """Return what was written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_has_its_room_level_time_and_fields(lines: io.StringIO) -> None:
    log.logger("store").info(
        "opened", versions=3, path=Path("/srv/node"), ids=["a", "b"], late=True, rest=None
    )
    (record,) = records(lines)
    assert record.pop("timestamp")
    assert record == {
        "event": "opened", "level": "info", "room": "store", "versions": 3, "path": "/srv/node", "ids": "a b",
        "late": True, "rest": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {"raw": CANARY},
        {"Description": CANARY},
        {"data": CANARY.encode()},
        {"found": {"name": CANARY}},
        {"found": [{"name": CANARY}]},
        {"found": (CANARY, 1)},
        {"line": CANARY + "x" * 300},
        {"line": CANARY + "\nlevel=info forged"},
        {"thing": type("T", (), {"__repr__": lambda self: CANARY})()},
    ],
)
def test_content_is_never_written(lines: io.StringIO, fields: dict[str, object]) -> None:
    log.logger("stix").warning("set aside", **fields)
    assert "withheld" in lines.getvalue()
    assert CANARY not in lines.getvalue()


def test_of_an_error_class_code_and_place_are_written(lines: io.StringIO) -> None:
    try:
        raise InputError("import.bad", "{value} is not allowed", value=CANARY)
    except InputError as error:
        log.logger("desk").error("import failed", error=error, file="a.json")
    (record,) = records(lines)
    assert record["error"] == "cordiale.platform.errors.InputError"
    assert record["code"] == "import.bad"
    assert "test_log" in str(record["at"])
    assert CANARY not in lines.getvalue()


def test_libraries_complain_without_their_words(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("GET %s", CANARY)
    logging.getLogger("uvicorn").error("bad request %s", CANARY, exc_info=ValueError(CANARY))
    (record,) = records(lines)
    assert (record["library"], record["level"], record["error"]) == (
        "uvicorn",
        "error",
        "builtins.ValueError",
    )
    assert CANARY not in lines.getvalue()


def test_what_is_lighter_than_the_level_is_left_out(lines: io.StringIO) -> None:
    log.logger("store").debug("detail")
    assert lines.getvalue() == ""


def test_a_person_reads_lines_not_json() -> None:
    stream = io.StringIO()
    log.configure("info", "console", stream)
    log.logger("store").info("opened", versions=3)
    structlog.reset_defaults()
    assert "opened" in stream.getvalue()
    assert "{" not in stream.getvalue()
