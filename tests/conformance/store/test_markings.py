"""An effective marking follows every inherent reference, in the transaction that changes one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.platform.errors import NotFound
from cordiale.store import changes, counting
from cordiale.store.connection import Store, open_store
from cordiale.store.markings import all_markings, atoms, intern, join
from cordiale.store.migrations import migrate
from cordiale.store.references import referrers, targets
from cordiale.store.search import counts
from cordiale.store.types import Marking, Put
from cordiale.store.versions import get, purge, put, remark
from tests.conformance.store.objects import (
    AMBER,
    GREEN,
    RED,
    START,
    UNRESOLVED,
    address,
    keep,
    named,
    relationship,
    sdo,
    sighting,
)

A, B = named("campaign", "a"), named("malware", "b")


def effective(store: Store, stix_id: str, source: str = "can") -> Marking:
    with store.read() as tx:
        [row] = [row for row in get(tx, stix_id, None) if row.source == source]
        return atoms(tx, row.effective_mid)


def test_markings_are_interned_once(store: Store) -> None:
    with store.write() as tx:
        mid = intern(tx, AMBER)
        assert intern(tx, frozenset(AMBER)) == mid
        assert atoms(tx, join(tx, mid, intern(tx, GREEN))) == AMBER | GREEN
        assert intern(tx, frozenset()) != mid
    with store.read() as tx:
        assert atoms(tx, mid) == AMBER
        assert set(all_markings(tx).values()) == {AMBER, GREEN, AMBER | GREEN, frozenset()}
        with pytest.raises(NotFound):
            atoms(tx, 999)


def test_an_atom_may_not_hold_a_line_feed(store: Store) -> None:
    with store.write() as tx, pytest.raises(ValueError):
        intern(tx, frozenset({"tlp:green\nrel:FRA"}))


def test_a_relationship_goes_only_when_both_ends_go(store: Store) -> None:
    keep(store, sdo("campaign", "a"), base=GREEN)
    keep(store, sdo("malware", "b"), base=RED)
    keep(store, relationship("r", A, B), base=GREEN)
    assert effective(store, named("relationship", "r")) == GREEN | RED


def test_a_relationship_that_came_before_its_ends_waits_for_them(store: Store) -> None:
    keep(store, relationship("r", A, B), base=GREEN)
    assert effective(store, named("relationship", "r")) == GREEN | UNRESOLVED
    keep(store, sdo("campaign", "a"), base=GREEN)
    assert effective(store, named("relationship", "r")) == GREEN | UNRESOLVED
    keep(store, sdo("malware", "b"), base=AMBER)
    assert effective(store, named("relationship", "r")) == GREEN | AMBER


def test_order_within_a_batch_does_not_matter(store: Store) -> None:
    keep(
        store,
        sighting("s", named("relationship", "r")),
        relationship("r", A, B),
        sdo("malware", "b"),
        sdo("campaign", "a"),
    )
    assert effective(store, named("sighting", "s")) == GREEN


def test_a_raised_marking_narrows_all_that_depend_on_it_at_once(store: Store) -> None:
    keep(
        store,
        sdo("campaign", "a"),
        sdo("malware", "b"),
        relationship("r", A, B),
        sighting("s", named("relationship", "r")),
    )
    with store.read() as tx:
        seq = changes.last(tx)
    keep(store, sdo("malware", "b", day=1), base=RED)
    assert effective(store, named("relationship", "r")) == GREEN | RED
    assert effective(store, named("sighting", "s")) == GREEN | RED
    with store.read() as tx:
        assert sorted(change.kind for change in changes.after(tx, seq, 10)) == ["put", "remark", "remark"]


def test_a_lowered_marking_lets_them_go_again(store: Store) -> None:
    keep(store, sdo("campaign", "a"), relationship("r", A, B))
    keep(store, sdo("malware", "b"), base=RED)
    keep(store, sdo("malware", "b", day=1), base=GREEN)
    assert effective(store, named("relationship", "r")) == GREEN


def test_a_source_means_its_own_statement_of_the_ends(store: Store) -> None:
    ip = address("192.0.2.7")
    keep(store, ip, sdo("campaign", "a"), source="fra", base=GREEN)
    keep(store, ip, source="can", base=RED)
    keep(store, relationship("r", A, ip.id), source="fra", base=GREEN)
    assert effective(store, named("relationship", "r"), "fra") == GREEN


def test_without_its_own_statement_it_means_everybody_s(store: Store) -> None:
    ip = address("192.0.2.7")
    keep(store, ip, source="gbr", base=AMBER)
    keep(store, ip, source="can", base=RED)
    keep(store, sdo("campaign", "a"), relationship("r", A, ip.id), source="fra", base=GREEN)
    assert effective(store, named("relationship", "r"), "fra") == GREEN | AMBER | RED
    keep(store, ip, source="fra", base=GREEN)
    assert effective(store, named("relationship", "r"), "fra") == GREEN


def test_a_cycle_carries_the_atoms_of_all_and_drops_them_again(store: Store) -> None:
    one, two = named("sighting", "1"), named("sighting", "2")
    keep(store, sighting("1", two), base=AMBER)
    keep(store, sighting("2", one), base=RED)
    assert effective(store, one) == effective(store, two) == AMBER | RED
    keep(store, sighting("2", one, day=1), base=GREEN)
    assert effective(store, one) == effective(store, two) == AMBER | GREEN


def test_a_version_that_refers_to_itself_ends(store: Store) -> None:
    keep(store, sighting("1", named("sighting", "1")), base=AMBER)
    assert effective(store, named("sighting", "1")) == AMBER


def test_an_end_that_is_purged_withholds_what_refers_to_it(store: Store) -> None:
    keep(store, sdo("campaign", "a"), relationship("r", A, B))
    [end] = keep(store, sdo("malware", "b"))
    with store.write() as tx:
        purge(tx, end.vid, "recalled", START, b"salt")
    assert effective(store, named("relationship", "r")) == GREEN | UNRESOLVED


def test_what_refers_to_a_purged_version_follows_the_one_before_it(store: Store) -> None:
    keep(store, sdo("campaign", "a"), sdo("malware", "b"), relationship("r", A, B))
    [newer] = keep(store, sdo("malware", "b", day=1), base=RED)
    with store.write() as tx:
        purge(tx, newer.vid, "recalled", START, b"salt")
    assert effective(store, named("relationship", "r")) == GREEN


def test_ordinary_references_lend_nothing(store: Store) -> None:
    keep(store, sdo("campaign", "a"), base=RED)
    keep(store, sdo("report", "x", published="2024-01-01T00:00:00Z", object_refs=[A, B]), base=GREEN)
    assert effective(store, named("report", "x")) == GREEN


def test_a_remark_can_only_make_stricter_and_holds_for_later_versions(store: Store) -> None:
    keep(store, sdo("campaign", "a"), sdo("malware", "b"), relationship("r", A, B), source="fra")
    with store.write() as tx:
        assert len(remark(tx, A, "fra", AMBER)) == 2
    assert effective(store, A, "fra") == GREEN | AMBER
    assert effective(store, named("relationship", "r"), "fra") == GREEN | AMBER
    with store.write() as tx:
        assert remark(tx, A, "fra", GREEN) == []
    keep(store, sdo("campaign", "a", day=1), source="fra")
    assert effective(store, A, "fra") == GREEN | AMBER
    with store.write() as tx, pytest.raises(NotFound):
        remark(tx, A, "gbr", AMBER)


def test_full_is_the_effective_marking_with_the_granular_ones(store: Store) -> None:
    keep(store, sdo("campaign", "a"), base=AMBER)
    keep(store, sdo("malware", "b"))
    keep(store, relationship("r", A, B), base=GREEN, full=GREEN | RED)
    with store.read() as tx:
        [row] = get(tx, named("relationship", "r"), None)
        assert atoms(tx, row.base_mid) == GREEN
        assert atoms(tx, row.effective_mid) == GREEN | AMBER
        assert atoms(tx, row.full_mid) == GREEN | AMBER | RED


# -- against a naive recomputation of everything --------------------------------------------------------------

NAMES = [named("sighting", str(n)) for n in range(6)]
MARKINGS = [GREEN, AMBER, RED, frozenset({"rel:CAN|FRA"})]
SOURCES = ["can", "fra", "gbr"]

puts = st.tuples(
    st.just("put"),
    st.sampled_from(SOURCES),
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.integers(0, 5),
            st.integers(0, 3),
            st.sampled_from(MARKINGS),
            st.sampled_from(MARKINGS),
        ),
        min_size=1,
        max_size=4,
    ),
)
ends = st.tuples(st.just("end"), st.sampled_from(SOURCES), st.integers(0, 5), st.sampled_from(MARKINGS))
remarks = st.tuples(st.just("remark"), st.sampled_from(SOURCES), st.integers(0, 5), st.sampled_from(MARKINGS))
purges = st.tuples(st.just("purge"), st.integers(0, 30))
scripts = st.lists(st.one_of(puts, puts, ends, remarks, purges, purges), min_size=1, max_size=14)


def play(store: Store, script) -> None:
    """Act a script out: sightings of sightings (so chains and cycles), plain objects under the same ids."""
    for step, action in enumerate(script):
        with store.write() as tx:
            if action[0] == "put":
                _put, source, objects = action
                items = []
                for who, of_whom, day, base, granular in objects:
                    version = sighting(str(who), NAMES[of_whom], day=day, count=step + 1)
                    items.append(Put(version, base, base | granular))
                put(tx, source, START + step, items)
            elif action[0] == "end":
                _end, source, who, base = action
                version = sighting(str(who), named("tool", "x"), day=4, count=step + 1)
                put(tx, source, START + step, [Put(version, base, base), Put(sdo("tool", "x"), GREEN, GREEN)])
            elif action[0] == "remark":
                _remark, source, who, overlay = action
                try:
                    remark(tx, NAMES[who], source, overlay)
                except NotFound:
                    continue
            else:
                purge(tx, action[1] % (step * 2 + 2) + 1, "recalled", START, b"salt%d" % step)


def check_against_naive(store: Store) -> None:
    with store.read() as tx:
        versions = tx.rows(
            "SELECT vid, oid, source_no, modified, received, base_mid, own_mid, effective_mid, full_mid, current, type_no"
            " FROM versions"
        )
        overlays = {
            (oid, source): atoms(tx, mid)
            for oid, source, mid in tx.rows("SELECT oid, source_no, overlay_mid FROM statements")
            if mid is not None
        }
        inherent: dict[int, list[int]] = {}
        for vid, target in tx.rows("SELECT vid, target FROM refs WHERE inherent = 1"):
            inherent.setdefault(vid, []).append(target)
        heads = {}
        for vid, oid, source, modified, received, *_ in versions:
            order = (received if modified is None else modified, received, vid)
            heads[oid, source] = max(heads.get((oid, source), (0, 0, 0)), order)
        heads = {key: order[2] for key, order in heads.items()}
        least = {row[0]: atoms(tx, row[5]) | overlays.get((row[1], row[2]), frozenset()) for row in versions}
        of = dict(least)
        changed = True
        while changed:
            changed = False
            for vid, _oid, source, *_ in versions:
                marking = least[vid]
                for target in inherent.get(vid, ()):
                    stated = {src: of[head] for (oid, src), head in heads.items() if oid == target}
                    if not stated:
                        marking |= UNRESOLVED
                    elif source in stated:
                        marking |= stated[source]
                    else:
                        marking = marking.union(*stated.values())
                if marking != of[vid]:
                    of[vid] = marking
                    changed = True
        newest: dict[tuple[int, int], int] = {}
        for vid, oid, source, m, r, _base, own, effective_mid, full_mid, is_current, type_no in versions:
            assert atoms(tx, effective_mid) == of[vid]
            assert atoms(tx, full_mid) == of[vid] | atoms(tx, own)
            assert bool(is_current) == (heads[oid, source] == vid)
            if is_current:
                at, place = r if m is None else m, (effective_mid, type_no)
                newest[place] = max(at, newest.get(place, at))
        assert counting.streams(tx, None, None) == newest
        assert sum(counts(tx, None).values()) == sum(bool(row[9]) for row in versions)
        mids = {row[0]: (row[7], row[8]) for row in versions}
        assert all(
            mid == mids[vid][strict] for vid, mid, strict in tx.rows("SELECT vid, mid, strict FROM refs")
        )


@settings(max_examples=60)
@given(script=scripts)
def test_markings_equal_a_naive_recomputation(script) -> None:
    store = open_store("memory://")
    try:
        migrate(store)
        play(store, script)
        check_against_naive(store)
    finally:
        store.close()


def test_markings_equal_a_naive_recomputation_on_every_backend(store: Store) -> None:
    script = [
        ("put", "can", [(0, 1, 0, GREEN, GREEN), (1, 2, 0, AMBER, GREEN), (2, 0, 0, RED, GREEN)]),
        ("put", "fra", [(3, 0, 0, GREEN, RED), (4, 3, 1, GREEN, GREEN)]),
        ("end", "can", 2, GREEN),
        ("remark", "fra", 3, AMBER),
        ("put", "gbr", [(0, 5, 0, RED, RED), (5, 4, 0, GREEN, GREEN)]),
        ("purge", 0),
        ("purge", 5),
        ("put", "can", [(0, 4, 3, GREEN, GREEN)]),
    ]
    for n in range(1, len(script) + 1):
        play(store, script[n - 1 : n])
        check_against_naive(store)


def test_references_are_followed_both_ways(store: Store) -> None:
    keep(
        store,
        sdo("campaign", "a", created_by_ref=named("identity", "x")),
        sdo("malware", "b"),
        relationship("r", A, B),
    )
    keep(store, sdo("note", "n", content="c", object_refs=[B, A]))
    with store.read() as tx:
        [row] = get(tx, named("note", "n"), None)
        assert [(link.path, link.target) for link in targets(tx, row.vid)] == [
            ("object_refs", B),
            ("object_refs", A),
        ]
        assert [row.id for row in referrers(tx, A, None).rows] == [
            named("note", "n"),
            named("relationship", "r"),
        ]
        first = referrers(tx, A, None, limit=1)
        assert first.next is not None
        assert [row.id for row in referrers(tx, A, None, after=first.next[1]).rows] == [
            named("relationship", "r")
        ]
