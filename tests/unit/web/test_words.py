"""Codes are shown as words in the reader's language; the code itself stands behind them, and in addresses."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from cordiale.desk.actor import Actor, house
from cordiale.node import Node
from cordiale.web.app import app
from cordiale.web.fields import Reading, row
from tests.unit.web.asgi import ask


@pytest.mark.parametrize(
    ("kind", "name", "value", "english", "french"),
    [
        ("identity", "identity_class", "organization", "organisation", "organisation"),
        ("threat-actor", "sophistication", "strategic", "strategic", "stratégique"),
        ("location", "region", "south-eastern-asia", "South-eastern Asia", "Asie du Sud-Est"),
        ("location", "country", "CA", "Canada", "Canada"),
        ("location", "country", "de", "Germany", "Allemagne"),
        ("report", "lang", "fr-CA", "French (Canada)", "français (Canada)"),
        ("indicator", "pattern_type", "sigma", "sigma", "sigma"),
        ("threat-actor", "sophistication", "of-our-own", "of-our-own", "of-our-own"),
        ("report", "country", "CAN", "CAN", "CAN"),
    ],
)
def test_a_word_of_a_vocabulary(kind: str, name: str, value: str, english: str, french: str) -> None:
    for lang, said in (("en", english), ("fr", french)):
        shown = row(name, value, Reading(lang, lambda _id: None, type=kind)).value
        assert shown.text == said
        assert shown.exact in (value, "")
        assert (shown.exact == value) == (said != value or bool(shown.exact))


def test_words_in_a_list_each_have_their_code_behind_them() -> None:
    shown = row("malware_types", ["wiper", "odd"], Reading("fr", lambda _id: None, type="malware")).value
    assert [(one.text, one.exact) for one in shown.items] == [("effaceur (wiper)", "wiper"), ("odd", "")]
    sectors = row("sectors", ["energy", "ca:health"], Reading("fr", lambda _id: None, type="identity")).value
    assert [one.text for one in sectors.items] == ["énergie", "Santé (Canada)"]


@pytest.mark.parametrize(
    ("lang", "act", "detail"), [("en", "import", "files"), ("fr", "importer", "fichiers")]
)
def test_the_audit_is_read_in_words_and_narrowed_by_codes(
    node: Node, lang: str, act: str, detail: str
) -> None:
    pages: Any = app(node, actor=house("tester"))
    page = ask(pages, "/administration/audit?verb=import", accept_language=lang).text
    assert f'<a href="/administration/audit?verb=import" title="import">{act}</a>' in page
    assert f'<option value="import" selected>{act}</option>' in page
    assert f'title="files">{detail}</span>' in page
    unknown = ask(pages, "/administration/audit?verb=of-a-later-node", accept_language=lang).text
    assert '<option value="of-a-later-node" selected>of-a-later-node</option>' in unknown


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "nina may not do this here: see as somebody else. It needs one of these roles: release officer."),
        ("fr", "nina ne peut pas faire cela ici\u00a0: voir comme quelqu’un d’autre. Il faut l’un de ces rôles\u00a0: responsable de la diffusion."),
    ],
)  # fmt: skip
def test_what_somebody_may_not_do_and_who_may_are_said_in_words(node: Node, lang: str, said: str) -> None:
    nina = Actor("nina", roles=frozenset({"analyst"}))
    refused = ask(app(node, actor=nina), "/see-as", accept_language=lang)
    assert refused.status == 403
    assert said in unescape(refused.text)
