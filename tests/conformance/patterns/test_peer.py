"""Our matcher beside the one of OASIS (`stix2-matcher`): on its published cases, and on whatever Hypothesis makes up."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
import stix2matcher.matcher as peer
import stix2matcher.test.v20
import stix2matcher.test.v21
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from stix2patterns.exceptions import ParseException

from cordiale.platform.clock import format_instant
from cordiale.stix.patterns import PatternError, parse, tree
from cordiale.stix.patterns.matching import match
from cordiale.stix.patterns.observations import Observation, observation, observations
from tests.conformance.patterns import generated

# Where the peer ends with an error because of what an observation holds, the standard has an answer: a value of another
# kind than the constant is unequal to it (9.6.1), and ours gives that.
ANSWERED = {
    ("test_basic_ops", "test_basic_ops_string_err"),
    ("test_timestamps", "test_ts_json_error"),
}


class Refused(ParseException, peer.MatcherException):  # type: ignore[misc]
    """A pattern that is refused: the peer finds some faults while it reads, others while it matches."""


def as_the_peer(pattern: str, data: Any, verbose: bool = False, stix_version: str = "2.0") -> list[Any]:
    """Match as the peer's function does, with its arguments and its answer."""
    try:
        read = parse(pattern, "2.0" if stix_version == "2.0" else "2.1")
    except PatternError as error:
        raise Refused(str(error)) from error
    found = [observation(one) for one in data] if stix_version == "2.0" else observations(data)[0]
    usable = [one for one in found if isinstance(one, Observation)]
    assert len(usable) == len(found)
    outcome = match(read, usable)
    chosen = outcome.observations[:1] if isinstance(read.observation, tree.Observed) else outcome.observations
    return [
        {
            "id": usable[place].id,
            "objects": [{"id": usable[place].id}],
            "first_observed": format_instant(usable[place].first)[:19] + "Z",
        }
        for place in (chosen if outcome.matched else ())
    ]


def _published() -> list[Any]:
    cases = []
    for package in (stix2matcher.test.v20, stix2matcher.test.v21):
        version = package.__name__.rpartition(".")[2]
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            if not hasattr(module, "match"):
                continue
            for name, function in vars(module).items():
                if name.startswith("test_") and callable(function):
                    cases.append(pytest.param(module, name, id=f"{version}-{found.name}-{name}"))
    return cases


@pytest.mark.parametrize(("module", "name"), _published())
def test_the_published_cases_of_the_peer(module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "match", as_the_peer)
    function = getattr(module, name)
    marks = [mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
    names = marks[0].args[0].split(",") if marks else []
    for case in marks[0].args[1] if marks else ((),):
        arguments = dict(zip(names, case if len(names) > 1 else (case,), strict=False)) if names else {}
        if (module.__name__.rpartition(".")[2], name) in ANSWERED:
            found = as_the_peer(arguments["pattern"], module._observations, stix_version=module._stix_version)
            assert bool(found) is ("!=" in arguments["pattern"])
        else:
            function(**arguments)


@given(pattern=generated.patterns(), data=generated.observed())
@hypothesis_settings(max_examples=150)
def test_both_say_the_same_of_patterns_and_observations(pattern: str, data: list[dict[str, Any]]) -> None:
    bundle = generated.bundled(data)
    theirs = bool(peer.match(pattern, [bundle], stix_version="2.1"))
    old, new = (observations(one)[0] for one in (data, [bundle]))
    assert match(parse(pattern), old).matched is theirs
    assert match(parse(pattern), new).matched is theirs
