"""Every act that the audit writes down, and every verb that a token may use, has a name for people."""

from __future__ import annotations

import ast
from pathlib import Path

from cordiale.desk.act_words import ACTS, VERBS, act_word, detail_word, verb_word
from cordiale.desk.actor import VERBS as ALLOWED
from cordiale.platform.languages import catalogue

SOURCE = Path(__file__).parents[3] / "src" / "cordiale"


def written() -> set[str]:
    """Return the acts that the code writes down under a name that stands in it."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        text = file.read_text("utf-8")
        for call in ast.walk(ast.parse(text)) if "acted(" in text else ():
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.acted" and len(call.args) > 3:
                act = call.args[3]
                found |= {act.value} if isinstance(act, ast.Constant) else set()
    return found


def test_every_act_has_a_name() -> None:
    acts = written()
    assert len(acts) > 80
    assert acts - ACTS.keys() == set()


def test_every_verb_has_a_name() -> None:
    assert {verb for verb in ALLOWED if verb not in VERBS and verb not in ACTS} == set()


def test_both_languages_have_them_and_codes_that_nobody_knows_stay() -> None:
    french = catalogue("fr")
    assert {words for words in (*ACTS.values(), *VERBS.values()) if words not in french} == set()
    assert act_word("key-rotate", "fr") == "changer les clés du nœud"
    assert verb_word("request", "en") == "ask partners and answer them"
    assert (act_word("later", "fr"), detail_word("later", "en")) == ("later", "later")
    assert detail_word("ids", "fr") == "objets"


def test_no_two_acts_are_called_alike() -> None:
    assert len(set(ACTS.values())) == len(ACTS) - 1, "what was set aside is retried by an act and by its work"
