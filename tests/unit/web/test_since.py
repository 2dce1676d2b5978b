"""How long ago something was, in the reader's language, for a day; after that the date says more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cordiale.desk.actor import house
from cordiale.node import Node
from cordiale.web.app import app
from cordiale.web.since import drawing, since
from tests.unit.web.asgi import ask

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "english", "french"),
    [
        (timedelta(0), "just now", "à l’instant"),
        (timedelta(seconds=59), "just now", "à l’instant"),
        (timedelta(seconds=60), "1 min ago", "il y a 1\u00a0min"),
        (timedelta(minutes=59, seconds=59), "59 min ago", "il y a 59\u00a0min"),
        (timedelta(hours=1), "1 h ago", "il y a 1\u00a0h"),
        (timedelta(hours=23, minutes=59), "23 h ago", "il y a 23\u00a0h"),
        (timedelta(days=1), "", ""),
        (timedelta(seconds=-1), "", ""),
    ],
)
def test_an_age_is_said_in_words_for_a_day(age: timedelta, english: str, french: str) -> None:
    exact = (NOW - age).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    now = int(NOW.timestamp() * 1_000_000)
    assert (since("en", now)(exact)[0], since("fr-CA", now)(exact)[0]) == (english, french)


@pytest.mark.parametrize(("lang", "words", "month"), [("en", "just now|{n} min ago|{n} h ago", "2026"), ("fr", "à l’instant|il y a {n}\u00a0min|il y a {n}\u00a0h", "2026")])  # fmt: skip
def test_a_list_says_it_with_the_exact_instant_behind(node: Node, lang: str, words: str, month: str) -> None:
    pages: Any = app(node, actor=house("tester"))
    page = ask(pages, "/objects", accept_language=lang, cookie="cordiale_columns=modified.received").text
    assert f'data-ago="{words}"' in page
    recent = re.search(r'<time datetime="([^"]+Z)" title="([^"]+ UTC)" data-ago="\d+">([^<]+)</time>', page)
    assert recent, "what was just taken in"
    old = re.search(r'<time datetime="(20\d\d[^"]+Z)" title="[^"]+ UTC">([^<]+)</time>', page)
    assert old, "what its source changed long ago"
    assert month in old[2]


def test_what_nobody_knows_is_a_dash_and_a_mapping_is_as_good() -> None:
    now = int(NOW.timestamp() * 1_000_000)
    drawn = drawing("fr", now)
    given = {"exact": "2026-11-23T11:57:00.000Z", "text": "23 novembre 2026 11:57 UTC", "brief": "23 nov."}
    assert drawn(None) == '<span class="quiet">–</span>'
    assert drawn(given) == '<time datetime="2026-11-23T11:57:00.000Z" title="23 novembre 2026 11:57 UTC" data-ago="3">il y a 3\u00a0min</time>'  # fmt: skip
    assert drawn(given | {"exact": "2026-11-20T11:57:00.000Z"}).endswith(">23 nov.</time>")
