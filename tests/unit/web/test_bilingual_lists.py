"""A list of texts in both languages is read in the reader's own."""

from __future__ import annotations

from cordiale.web.fields import Reading, row


def test_a_list_of_texts_in_both_languages_is_shown_in_the_readers() -> None:
    texts = [{"en": "Measured twice", "fr": "Mesuré deux fois"}, {"en": "Seen once"}]
    for lang, said in (("fr", ["Mesuré deux fois", "Seen once"]), ("en", ["Measured twice", "Seen once"])):
        shown = row("reasons", texts, Reading(lang, lambda _id: None)).value
        assert [one.text for one in shown.items] == said
    assert [one.lang for one in shown.items] == ["en", "en"]
    # what is no such text is shown as it is
    odd = row("reasons", [{"en": "x", "de": "y"}, {"en": 1}, {}], Reading("fr", lambda _id: None)).value
    assert [one.kind for one in odd.items] == ["group", "group", "group"]
