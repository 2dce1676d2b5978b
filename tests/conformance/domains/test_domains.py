"""Every domain found, and a trivial one, keeps what a declaration promises."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from cordiale.desk.domain import REFERENCES, Domain, domains, load, unique
from cordiale.desk.incoming.readers import reader_for, readers
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import read_catalogue
from cordiale.stix.ingress import Limits

HERE = "tests.conformance.domains.trivial"
TRIVIAL = Domain(
    name="trivial",
    types=("note",),
    readers=(f"{HERE}:reader",),
    analyses=(f"{HERE}:loudest",),
    actions=(f"{HERE}:applaud",),
    writers=(f"{HERE}:write",),
    pages=(f"{HERE}:page",),
)

EVERY = (*domains(), TRIVIAL)


@pytest.fixture(params=EVERY, ids=lambda domain: domain.name)
def domain(request: pytest.FixtureRequest) -> Domain:
    found: Domain = request.param
    return found


def test_every_reference_can_be_loaded(domain: Domain) -> None:
    for kind in REFERENCES:
        for reference in getattr(domain, kind):
            assert load(reference) is not None


def test_every_function_says_what_it_does(domain: Domain) -> None:
    for kind in ("analyses", "actions", "writers", "pages"):
        for reference in getattr(domain, kind):
            assert load(reference).__doc__, reference


def test_readers_recognise_by_content_and_give_the_same_twice(domain: Domain) -> None:
    for reference in domain.readers:
        reader = load(reference)
        assert reader.name
        assert not reader.recognise(b"")
        assert not reader.recognise(b"\x89PNG\r\n\x1a\n")
        sample = getattr(importlib.import_module(reference.partition(":")[0]), "SAMPLE", None)
        if sample is not None:
            assert reader.recognise(sample)
            first, second = (list(reader.read(iter((sample,)), Limits())) for _turn in range(2))
            assert first == second != []


def test_messages_are_there_in_french(domain: Domain) -> None:
    if domain.messages is not None:
        folder = Path(importlib.import_module(domain.messages).__path__[0])
        assert read_catalogue(folder / "fr.po")


def test_declaring_imports_nothing_heavy() -> None:
    code = (
        "import sys; from cordiale.desk.domain import domains; domains();"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in"
        " ('sqlalchemy', 'litestar', 'pyarrow', 'numpy', 'httpx')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_domain_s_reader_is_asked_before_our_own() -> None:
    among = readers((TRIVIAL,))
    assert [reader.name for reader in among] == ["applause", "STIX"]
    assert reader_for(b"APPLAUSE 3", among).name == "applause"
    assert reader_for(b'{"type": "bundle"}', among).name == "STIX"


WRONG: list[dict[str, object]] = [
    {"name": "Bad Name"},
    {"name": "fine", "readers": ("no colon",)},
    {"name": "fine", "pages": ("os.system('x'):y",)},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_declaration_that_cannot_be_used_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        Domain(**wrong)  # type: ignore[arg-type]


def test_two_domains_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="trivial"):
        unique((TRIVIAL, Domain(name="trivial")))


def test_what_cannot_be_loaded_says_which_declaration_is_wrong() -> None:
    with pytest.raises(ConfigurationError, match="cordiale.nowhere:thing"):
        load("cordiale.nowhere:thing")
