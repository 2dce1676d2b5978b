"""Search in English and French, by marking first, never ahead of what is held."""

import pytest

from cordiale.store.connection import Store
from cordiale.store.markings import all_markings
from cordiale.store.migrations import migrate
from cordiale.store.search import behind, counts, index_text, search
from cordiale.store.types import Visible
from cordiale.store.versions import purge, remark
from tests.conformance.store.objects import AMBER, GREEN, RED, RED_REF, START, index_all, keep, named, sdo


def sees(store: Store, *atoms: str) -> Visible:
    with store.read() as tx:
        return frozenset(mid for mid, marking in all_markings(tx).items() if marking <= set(atoms))


def found(store: Store, words: str, visible: Visible = None, **more) -> list[str]:
    with store.read() as tx:
        return [row.id for row in search(tx, words, visible, **more).rows]


ENGLISH = "The attackers were phishing ministries' employees through CVE-2021-44228 (T1059.001)."
FRENCH = (
    "L'opération d’hameçonnage visait les ministères, aujourd'hui l'Élysée ; œuvre d'un réseau coordonné."
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENGLISH, "attacker"),
        (ENGLISH, "PHISHING ministry"),
        (ENGLISH, "ministry's employee"),
        (ENGLISH, "CVE-2021-44228"),
        (ENGLISH, "t1059.001"),
        (FRENCH, "operations"),
        (FRENCH, "opération"),
        (FRENCH, "hameçonnages"),
        (FRENCH, "hameconnage"),
        (FRENCH, "un ministère"),
        (FRENCH, "elysee"),
        (FRENCH, "l’Élysée"),
        (FRENCH, "qu'aujourd'hui"),
        (FRENCH, "oeuvres"),
        (FRENCH, "réseaux coordonnés"),
        (FRENCH, "coordonnée"),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_words_find_their_inflections_with_and_without_accents(
    store: Store, text: str, words: str, known: bool
) -> None:
    more = {"lang": "en" if text is ENGLISH else "fr"} if known else {}
    keep(store, sdo("campaign", "x", description=text, **more))
    assert found(store, words) == [named("campaign", "x")]


def test_every_word_must_be_there(store: Store) -> None:
    keep(
        store, sdo("campaign", "one", description="tanker flag"), sdo("campaign", "two", description="tanker")
    )
    assert found(store, "tanker flag") == [named("campaign", "one")]
    assert found(store, "tanker nothing") == []
    assert found(store, "  ") == []
    assert found(store, '"flag" AND (tanker* OR NEAR _m1) NOT -x:') == []


@pytest.mark.parametrize(
    "words", ['"', "'", "a' | '", "* ^", "_m1", "_t3", "{a b}:", "\\", "\0", "a:b", "é" * 300]
)
def test_a_question_is_never_a_command(store: Store, words: str) -> None:
    keep(store, sdo("campaign", "tanker"), base=RED)
    assert found(store, words, sees(store, *GREEN)) == []


def test_last_stored_first_in_pages_and_by_type(store: Store) -> None:
    keep(store, *[sdo(("campaign", "tool")[n % 2], f"tanker {n}", day=-n) for n in range(9)])
    with store.read() as tx:
        got, after = [], None
        while True:
            page = search(tx, "tanker", None, after=after, limit=2)
            got += page.rows
            after = page.next
            if after is None:
                break
        assert [row.vid for row in got] == sorted((row.vid for row in got), reverse=True)
        assert len(got) == 9
    assert len(found(store, "tanker", type="tool")) == 4
    assert found(store, "tanker", type="report") == []


def test_text_under_a_granular_marking_has_a_row_of_its_own(store: Store) -> None:
    red = [{"marking_ref": RED_REF, "selectors": ["description"]}]
    keep(store, sdo("campaign", "visible", description="tanker", granular_markings=red), full=GREEN | RED)
    green, both = sees(store, *GREEN), sees(store, *GREEN, *RED)
    assert found(store, "tanker", green) == []
    assert found(store, "visible", green) == [named("campaign", "visible")]
    assert found(store, "tanker visible", both) == [named("campaign", "visible")], "words of both parts"


def test_a_raised_marking_hides_at_once_though_the_index_lags(store: Store) -> None:
    keep(store, sdo("campaign", "tanker"))
    green = sees(store, *GREEN)
    assert found(store, "tanker", green)
    with store.write() as tx:
        remark(tx, named("campaign", "tanker"), "can", RED)
    assert found(store, "tanker", green) == []
    index_all(store)
    assert found(store, "tanker", green) == []
    assert found(store, "tanker", sees(store, *GREEN, *RED)) == [named("campaign", "tanker")]


def test_the_index_lags_and_never_leads(store: Store) -> None:
    keep(store, sdo("campaign", "tanker"), index=False)
    assert found(store, "tanker") == []
    with store.read() as tx:
        assert behind(tx) == 1
    with store.write() as tx:
        assert index_text(tx, 10) == 1
        assert index_text(tx, 10) == 0
    assert found(store, "tanker") == [named("campaign", "tanker")]


def test_a_store_indexes_what_another_process_put(new_url) -> None:
    from contextlib import closing

    from cordiale.store.connection import open_store
    from cordiale.store.migrations import migrate

    url = new_url()
    with closing(open_store(url)) as first:
        migrate(first)
        keep(first, sdo("campaign", "tanker"), index=False)
        if url == "memory://":
            first.forget()
            index_all(first)
            assert found(first, "tanker")
            return
        with closing(open_store(url)) as second:
            index_all(second)
            assert found(second, "tanker")


def test_texts_are_let_go_of_once_indexed_superseded_or_purged(store: Store) -> None:
    [old] = keep(store, sdo("campaign", "x"), index=False)
    [gone] = keep(store, sdo("campaign", "y"), index=False)
    [new] = keep(store, sdo("campaign", "x", day=1), index=False)
    assert all(store.texts.get(outcome.vid) for outcome in (old, gone, new))
    with store.write() as tx:
        purge(tx, gone.vid, "recalled", START, b"salt")
    assert store.texts.get(gone.vid) is None
    index_all(store)
    assert store.texts.get(old.vid) is None
    assert store.texts.get(new.vid) is None


def test_only_current_versions_are_found(store: Store) -> None:
    keep(store, sdo("campaign", "x", description="tanker"))
    keep(store, sdo("campaign", "x", day=1, description="trawler"))
    assert found(store, "tanker") == []
    assert found(store, "trawler") == [named("campaign", "x")]


def test_what_is_purged_is_not_found_and_what_comes_back_is(store: Store) -> None:
    keep(store, sdo("campaign", "x", description="tanker"))
    [newer] = keep(store, sdo("campaign", "x", day=1, description="trawler"))
    with store.write() as tx:
        purge(tx, newer.vid, "recalled", START, b"salt")
    assert found(store, "trawler") == []
    index_all(store)
    assert found(store, "trawler") == []
    assert found(store, "tanker") == [named("campaign", "x")]


def test_an_index_made_by_other_rules_is_made_anew(store: Store) -> None:
    keep(store, sdo("campaign", "tanker"), sdo("campaign", "trawler"))
    with store.write() as tx:
        tx.run("UPDATE store_state SET value = 'older' WHERE name = 'text.rules'")
    index_all(store)
    assert found(store, "tanker") == [named("campaign", "tanker")]


def test_counts_are_sums_of_counters_per_marking(store: Store) -> None:
    keep(store, *[sdo("campaign", f"g{n}") for n in range(3)], sdo("tool", "t"))
    keep(store, *[sdo("campaign", f"r{n}") for n in range(5)], base=RED)
    keep(store, sdo("campaign", "g0", day=1))
    keep(store, sdo("campaign", "g1", day=1), base=AMBER)
    with store.read() as tx:
        assert counts(tx, None) == {"campaign": 8, "tool": 1}
        assert counts(tx, sees(store, *GREEN)) == {"campaign": 2, "tool": 1}
        assert counts(tx, frozenset()) == {}


def test_a_word_of_old_objects_is_found_beneath_many_newer_ones_by_a_reader_of_few_markings_and_of_many(
    store: Store,
) -> None:
    """Past what PostgreSQL walks of the newest, its index of words is asked."""
    many = [frozenset({"tlp:green", f"rel:N{n:02}"}) for n in range(20)]
    for n, marking in enumerate(many):
        keep(store, sdo("campaign", f"tanker {n}"), base=marking)
    keep(store, *[sdo("campaign", f"tanker hidden {n}") for n in range(30)], base=RED)
    keep(store, *[sdo("campaign", f"newer {n}") for n in range(600)], base=many[0])
    index_all(store)
    one, all_of_them = sees(store, *many[3]), sees(store, *frozenset().union(*many))
    assert found(store, "tanker", one) == [named("campaign", "tanker 3")]
    newest_first = [named("campaign", f"tanker {n}") for n in reversed(range(20))]
    assert found(store, "tanker", all_of_them) == newest_first
    assert found(store, "tanker", all_of_them, limit=7) == newest_first[:7]
    assert len(found(store, "tanker", None, limit=40)) == 40
    assert found(store, "newer", all_of_them, limit=2) == [
        named("campaign", f"newer {n}") for n in (599, 598)
    ]


def test_how_much_is_looked_at_for_a_rare_word_follows_nothing_hidden(new_store, backend: str) -> None:
    """Whoever measures how long a search takes learns nothing of texts under other markings."""
    if backend != "postgresql":
        pytest.skip("PostgreSQL counts what its statements look at")

    def looked_at(hidden: int) -> tuple[list[str], dict[str, int]]:
        store = new_store()
        keep(store, *[sdo("campaign", f"tanker {n}") for n in range(5)])
        keep(store, *[sdo("campaign", f"tanker hidden {n}") for n in range(hidden)], base=RED)
        keep(store, *[sdo("campaign", f"newer {n}") for n in range(600)])
        counted = (
            "SELECT relname, seq_tup_read + COALESCE(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('text_index', 'text_rows')"
        )
        visible = sees(store, *GREEN)
        with store.read() as tx:
            tx.run("SET LOCAL enable_seqscan = off")  # tables as small as these would be read whole
            before = dict(tx.rows(counted))
            ids = [row.id for row in search(tx, "tanker", visible).rows]
            return ids, {name: n - before[name] for name, n in tx.rows(counted)}

    assert looked_at(0) == looked_at(300)


def test_a_store_of_before_is_found_in_as_well_once_its_index_is_made_anew(new_store, backend: str) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite's index of words is as it was")
    store = new_store()
    keep(store, *[sdo("campaign", f"tanker {n}", description="l'Élysée") for n in range(3)], base=AMBER)
    keep(store, sdo("campaign", "tanker hidden"), base=RED)
    keep(store, *[sdo("campaign", f"newer {n}") for n in range(600)])
    with store.write() as tx:  # as it was before
        tx.run("DROP FUNCTION text_keys CASCADE")
        tx.run("CREATE INDEX ix_text_index ON text_index USING gin (words) WITH (fastupdate = off)")
        tx.run("UPDATE alembic_version SET version_num = 'store_0006'")
        tx.run("DELETE FROM store_state WHERE name = 'schema'")
    migrate(store)
    assert found(store, "tanker elysee", sees(store, *AMBER, *GREEN)) == [
        named("campaign", f"tanker {n}") for n in (2, 1, 0)
    ]
    assert found(store, "tanker elysee", sees(store, *GREEN)) == []
