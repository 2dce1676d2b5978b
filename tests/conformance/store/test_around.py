"""Many objects at once: their statements, what is around them, and searches narrowed as lists are."""

from __future__ import annotations

from cordiale.store.connection import Store
from cordiale.store.references import referrers_of, targets_of, translations_of
from cordiale.store.search import search, under
from cordiale.store.types import Filter
from cordiale.store.versions import current, get, last, of_ids
from tests.conformance.store.objects import AMBER, DAY, GREEN, RED, START, keep, named, of, relationship, sdo
from tests.conformance.store.test_search import sees


def filled(store: Store) -> None:
    """Two campaigns seen by all, a hidden one, and what connects them."""
    keep(store, sdo("campaign", "one"), sdo("campaign", "two", day=2))
    keep(store, sdo("campaign", "one", day=1), source="fra")
    keep(store, sdo("campaign", "hidden"), base=RED)
    ids = {name: named("campaign", name) for name in ("one", "two", "hidden")}
    keep(store, relationship("seen", ids["one"], ids["two"]), relationship("not", ids["one"], ids["hidden"]))
    said = {"type": "language-content", "spec_version": "2.1", "id": named("language-content", "one"), "created": "2023-11-14T22:13:20.000Z", "modified": "2023-11-14T22:13:20.000Z", "object_ref": ids["one"], "contents": {"fr": {"name": "un"}}}  # fmt: skip
    keep(store, of(said))


def test_statements_of_many_ids_are_those_of_each(store: Store) -> None:
    filled(store)
    ids = [named("campaign", name) for name in ("one", "two", "hidden", "absent")]
    for visible in (None, sees(store, *GREEN)):
        with store.read() as tx:
            found = of_ids(tx, ids, visible)
            assert found == {i: rows for i in ids if (rows := get(tx, i, visible))}


def test_references_of_many_are_those_the_reader_sees(store: Store) -> None:
    filled(store)
    one, two = named("campaign", "one"), named("campaign", "two")
    for visible, names in ((sees(store, *GREEN), {"seen"}), (None, {"seen", "not"})):
        with store.read() as tx:
            rows = referrers_of(tx, [one, two], visible, limit=10)
            related = {row.id for row in rows if row.type == "relationship"}
            assert related == {named("relationship", name) for name in names}
            links = targets_of(tx, [row.vid for row in rows], visible)
            assert all({one} <= {link.target for link in found} for found in links.values())
            assert [row.id for row in translations_of(tx, [one, two], visible, limit=5)] == [
                named("language-content", "one")
            ]


def test_counts_by_marking_and_type_leave_out_what_is_hidden(store: Store) -> None:
    filled(store)
    with store.read() as tx:
        assert sum(under(tx, None, "campaign").values()) == 4
        assert sum(under(tx, sees(store, *GREEN), "campaign").values()) == 3


def test_words_are_narrowed_by_source_time_marking_and_what_is_new(store: Store) -> None:
    keep(store, sdo("campaign", "harbour one"), sdo("campaign", "harbour two", day=2))
    keep(store, sdo("campaign", "harbour three"), source="fra", base=AMBER)
    amber = tuple(sees(store, *AMBER) or ())
    with store.read() as tx:
        before = last(tx)
    keep(store, sdo("campaign", "harbour four"))

    def found(**more: object) -> set[str]:
        with store.read() as tx:
            return {row.id for row in search(tx, "harbour", None, within=Filter(**more)).rows}  # type: ignore[arg-type]

    def called(*names: str) -> set[str]:
        return {named("campaign", f"harbour {name}") for name in names}

    assert found() == called("one", "two", "three", "four")
    assert found(sources=("fra",)) == called("three")
    assert found(sources=("nobody",)) == set()
    assert found(since=START + DAY) == called("two")
    assert found(until=START + DAY) == called("one", "three", "four")
    assert found(markings=amber) == called("three")
    assert found(beyond=before) == called("four")
    with store.read() as tx:
        assert {row.id for row in current(tx, Filter(beyond=before), None, 9, None).rows} == called("four")


def test_narrowing_opens_nothing(store: Store) -> None:
    keep(store, sdo("campaign", "harbour"), base=RED)
    hidden = tuple(sees(store, *RED) or ())
    with store.read() as tx:
        assert search(tx, "harbour", sees(store, *GREEN), within=Filter(markings=hidden)).rows == []


def test_the_few_of_one_source_among_many_are_listed_by_their_own_index(store: Store) -> None:
    keep(store, *(sdo("campaign", f"many {n}", day=n % 9) for n in range(2100)))
    keep(store, *(sdo("campaign", f"few {n}", day=n) for n in range(5)), source="fra")
    keep(store, sdo("tool", "other"), source="fra")
    keep(store, sdo("campaign", "hidden"), source="fra", base=RED)
    seen = sees(store, *GREEN)

    def listed(visible: frozenset[int] | None, **more: object) -> list[str]:
        found, after = [], None
        while True:
            with store.read() as tx:
                page = current(tx, Filter(sources=("fra",), **more), after, 2, visible)  # type: ignore[arg-type]
            found += [row.id for row in page.rows]
            after = page.next
            if after is None:
                return found

    few = [named("campaign", f"few {n}") for n in (4, 3, 2, 1, 0)]
    assert listed(seen, types=("campaign",)) == few
    assert set(listed(seen)) == {*few, named("tool", "other")}
    assert set(listed(seen, without=("campaign",))) == {named("tool", "other")}
    assert set(listed(None)) == {*few, named("tool", "other"), named("campaign", "hidden")}
    assert set(listed(seen, since=START + 3 * DAY)) == set(few[:2])


def test_days_long_past_are_listed_in_order_from_many_markings(store: Store) -> None:
    """More markings and types than sources: each source's own index is entered instead, and says the same."""
    when = {}
    for mark in range(40):
        under_it = frozenset({"tlp:green", f"compartment:CAN/C{mark}"})
        for kind in ("campaign", "tool", "malware", "identity"):
            made = [sdo(kind, f"{mark} {n}", day=(mark * 7 + n * 11) % 40) for n in range(1 + mark % 3)]
            keep(store, *made, base=under_it)
            when |= {one.id: one.modified for one in made}
    keep(store, sdo("campaign", "hidden", day=5), base=RED)
    seen = frozenset(mid for mid in sees(store, *(f"compartment:CAN/C{m}" for m in range(40)), *GREEN) or ())
    bounds = {"since": START + DAY, "until": START + 12 * DAY}
    for more, wanted in (
        ({}, lambda stix_id: True),
        ({"without": ("tool",)}, lambda stix_id: not stix_id.startswith("tool")),
        ({"types": ("tool",)}, lambda stix_id: stix_id.startswith("tool")),
    ):
        found, after = [], None
        while True:
            with store.read() as tx:
                page = current(tx, Filter(**bounds, **more), after, 17, seen)  # type: ignore[arg-type]
            found += [row.id for row in page.rows]
            after = page.next
            if after is None:
                break
        expected = {
            i for i, at in when.items() if bounds["since"] <= (at or 0) < bounds["until"] and wanted(i)
        }
        assert len(found) == len(set(found))
        assert set(found) == expected
        assert [when[i] for i in found] == sorted((when[i] for i in expected), reverse=True)
