"""Listings are narrowed, paged and limited to what the reader passes, inside the query."""

from msgspec import structs

from cordiale.store.connection import Store
from cordiale.store.markings import all_markings
from cordiale.store.references import referrers, targets
from cordiale.store.search import by_value, counts, search
from cordiale.store.types import Filter, Visible
from cordiale.store.versions import by_vid, current, get, summed
from tests.conformance.store.objects import (
    AMBER,
    DAY,
    GREEN,
    RED,
    RED_REF,
    START,
    address,
    keep,
    named,
    relationship,
    sdo,
)

A, B = named("campaign", "a"), named("malware", "b")
CSE, ANSSI = named("identity", "cse"), named("identity", "anssi")


def sees(store: Store, *atoms: str) -> Visible:
    """Return the markings that hold none but these atoms."""
    with store.read() as tx:
        return frozenset(mid for mid, marking in all_markings(tx).items() if marking <= set(atoms))


def ids(rows) -> list[str]:
    return [row.id for row in rows]


def fill(store: Store) -> None:
    keep(store, sdo("campaign", "a", day=1, created_by_ref=CSE), sdo("malware", "b", day=2, is_family=False))
    keep(store, relationship("r", A, B, day=3, created_by_ref=ANSSI), source="fra", base=AMBER)
    keep(store, address("192.0.2.7"), address("192.0.2.8"), received=START + 4 * DAY)
    keep(store, sdo("campaign", "secret", day=5, created_by_ref=CSE), base=RED)


def test_the_latest_modified_come_first(store: Store) -> None:
    fill(store)
    with store.read() as tx:
        rows = current(tx, Filter(), None, 100, None).rows
        assert [row.type for row in rows] == [
            "campaign",
            "ipv4-addr",
            "ipv4-addr",
            "relationship",
            "malware",
            "campaign",
        ]


def test_each_filter_narrows(store: Store) -> None:
    fill(store)
    expected = {
        Filter(types=("campaign",)): [named("campaign", "secret"), A],
        Filter(types=("campaign", "malware")): [named("campaign", "secret"), B, A],
        Filter(types=("tool",)): [],
        Filter(ids=(A, B, named("tool", "?"))): [B, A],
        Filter(sources=("fra",)): [named("relationship", "r")],
        Filter(sources=("nobody",)): [],
        Filter(creators=(CSE,)): [named("campaign", "secret"), A],
        Filter(creators=(CSE, ANSSI), types=("relationship",)): [named("relationship", "r")],
        Filter(since=START + 2 * DAY, until=START + 4 * DAY): [named("relationship", "r"), B],
        Filter(refers_to=B): [named("relationship", "r")],
        Filter(referred_by=named("relationship", "r")): [B, A],
        Filter(value=("ipv4-addr", "192.0.2.7")): [named("ipv4-addr", "192.0.2.7")],
        Filter(creators=(named("identity", "unknown"),)): [],
    }
    with store.read() as tx:
        for filter, wanted in expected.items():
            if filter.value:
                kind = tx.row("SELECT name FROM terms WHERE space = 4 ORDER BY no LIMIT 1")[0]
                filter = Filter(value=(kind, filter.value[1]))
            assert ids(current(tx, filter, None, 100, None).rows) == wanted, filter


def test_filters_by_marking(store: Store) -> None:
    fill(store)
    green, red = sees(store, *GREEN), sees(store, *RED)
    with store.read() as tx:
        assert ids(current(tx, Filter(markings=tuple(red)), None, 10, None).rows) == [
            named("campaign", "secret")
        ]
        assert current(tx, Filter(markings=tuple(red)), None, 10, green).rows == []


def test_pages_join_up_without_gap_or_repeat(store: Store) -> None:
    many = [
        sdo(("campaign", "tool", "report")[n % 3], str(n), day=n % 7, published="2024-01-01T00:00:00Z")
        for n in range(60)
    ]
    for n, version in enumerate(many):
        keep(store, version, base=(GREEN, AMBER, GREEN | AMBER)[n % 3 if n < 50 else 0], index=False)
    everything = sees(store, *GREEN, *AMBER)
    for visible in (None, everything):
        for filter in (Filter(), Filter(types=("campaign", "tool"))):
            with store.read() as tx:
                whole = current(tx, filter, None, 1000, visible)
                assert whole.next is None
                keys = [(row.modified, row.vid) for row in whole.rows]
                assert keys == sorted(keys, reverse=True)
                for limit in (1, 3, 7, 59, 60, 61):
                    got, after, more = [], None, True
                    while more:
                        page = current(tx, filter, after, limit, visible)
                        got += page.rows
                        after, more = page.next, page.next is not None
                    assert ids(got) == ids(whole.rows), limit


def test_types_that_are_left_out_are_in_no_answer_however_it_is_narrowed(store: Store) -> None:
    fill(store)
    with store.read() as tx:
        for asked in (Filter(), Filter(creators=(CSE,)), Filter(ids=(A, B))):
            whole = current(tx, asked, None, 100, None).rows
            without = structs.replace(asked, without=("campaign", "never-seen"))
            assert any(row.type == "campaign" for row in whole)
            assert ids(current(tx, without, None, 100, None).rows) == [
                row.id for row in whole if row.type != "campaign"
            ]


def test_a_reader_sees_what_the_effective_marking_allows(store: Store) -> None:
    fill(store)
    green = sees(store, *GREEN)
    with store.read() as tx:
        assert named("campaign", "secret") not in ids(current(tx, Filter(), None, 100, green).rows)
        assert named("relationship", "r") not in ids(current(tx, Filter(), None, 100, green).rows)
        assert get(tx, named("campaign", "secret"), green) == []
        assert get(tx, named("campaign", "secret"), frozenset()) == []
        assert referrers(tx, A, green).rows == []
        assert ids(referrers(tx, A, sees(store, *GREEN, *AMBER)).rows) == [named("relationship", "r")]
        [secret] = get(tx, named("campaign", "secret"), None)
        assert by_vid(tx, [secret.vid], green) == {}
        assert counts(tx, green) == {"campaign": 1, "ipv4-addr": 2, "malware": 1}


def test_an_older_version_never_stands_in_for_one_that_was_raised(store: Store) -> None:
    keep(store, sdo("campaign", "a"))
    keep(store, sdo("campaign", "a", day=1), base=RED)
    green = sees(store, *GREEN)
    with store.read() as tx:
        assert get(tx, A, green) == []
        assert get(tx, A, green, history=True) == []
        assert current(tx, Filter(), None, 10, green).rows == []
        assert search(tx, "a", green).rows == []


def test_who_passes_only_the_effective_marking_gets_no_bytes(store: Store) -> None:
    red = [{"marking_ref": RED_REF, "selectors": ["description"]}]
    keep(store, sdo("campaign", "a", description="hidden words", granular_markings=red), full=GREEN | RED)
    with store.read() as tx:
        [row] = get(tx, A, sees(store, *GREEN))
        assert (row.raw, row.hash) == (None, b"")
        [row] = get(tx, A, sees(store, *GREEN, *RED))
        assert row.raw is not None


def test_a_reference_creator_or_value_under_a_granular_marking_does_not_find_its_object(store: Store) -> None:
    red = [{"marking_ref": RED_REF, "selectors": ["object_refs.[1]", "created_by_ref"]}]
    report = sdo(
        "report",
        "x",
        published="2024-01-01T00:00:00Z",
        object_refs=[A, B],
        created_by_ref=CSE,
        granular_markings=red,
    )
    keep(store, report, full=GREEN | RED)
    marked = address("192.0.2.9", granular_markings=[{"marking_ref": RED_REF, "selectors": ["value"]}])
    keep(store, marked, full=GREEN | RED)
    green, both = sees(store, *GREEN), sees(store, *GREEN, *RED)
    with store.read() as tx:
        kind = tx.row("SELECT name FROM terms WHERE space = 4 ORDER BY no LIMIT 1")[0]
        assert ids(referrers(tx, A, green).rows) == [report.id]
        assert referrers(tx, B, green).rows == []
        assert ids(referrers(tx, B, both).rows) == [report.id]
        [row] = get(tx, report.id, green)
        assert [link.target for link in targets(tx, row.vid, green)] == [A]
        assert current(tx, Filter(refers_to=B), None, 10, green).rows == []
        assert current(tx, Filter(creators=(CSE,)), None, 10, green).rows == []
        assert by_value(tx, kind, "192.0.2.9", green) == []
        assert ids(by_value(tx, kind, "192.0.2.9", both)) == [marked.id]


def test_answers_are_equal_in_two_worlds_that_differ_only_in_what_is_hidden(new_store) -> None:
    plain, crowded = new_store(), new_store()
    fill(plain)
    keep(crowded, *[sdo("campaign", f"hidden {n}", day=n, created_by_ref=CSE) for n in range(40)], base=RED)
    fill(crowded)
    keep(
        crowded,
        *[relationship(f"h{n}", A, B, day=n) for n in range(40)],
        address("192.0.2.7", defanged=False),
        base=RED,
        source="gbr",
    )
    traces = []
    for store in (plain, crowded):
        visible = sees(store, *GREEN, *AMBER)
        with store.read() as tx:
            kind = tx.row("SELECT name FROM terms WHERE space = 4 ORDER BY no LIMIT 1")[0]
            first = current(tx, Filter(), None, 2, visible)
            traces.append(
                [
                    ids(first.rows),
                    ids(current(tx, Filter(), first.next, 100, visible).rows),
                    ids(current(tx, Filter(creators=(CSE,)), None, 100, visible).rows),
                    ids(referrers(tx, A, visible).rows),
                    ids(by_value(tx, kind, "192.0.2.7", visible)),
                    ids(search(tx, "a", visible).rows),
                    counts(tx, visible),
                    [
                        ids(get(tx, name, visible, history=True))
                        for name in (A, B, named("campaign", "hidden 3"))
                    ],
                ]
            )
    assert traces[0] == traces[1]


def test_the_state_of_what_is_visible_moves_with_that_alone(store: Store) -> None:
    """What is hidden comes and goes without a trace in it; what is seen, and what it may refer to, does not."""
    fill(store)
    seen = sees(store, "tlp:green")

    def state(*types: str) -> object:
        with store.read() as tx:
            return summed(tx, types, seen)

    before = state("campaign")
    keep(store, sdo("campaign", "hidden", day=6), base=RED)
    assert state("campaign") == before
    keep(store, sdo("campaign", "open", day=7))
    assert len({repr(one) for one in (before, state("campaign"), state("malware"), state())}) == 4
    with store.read() as tx:
        assert summed(tx, ("campaign",), None) != state("campaign")
