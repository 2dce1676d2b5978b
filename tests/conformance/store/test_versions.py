"""A version is keyed (id, source node, content hash); statements by different sources coexist."""

from cordiale.store import changes
from cordiale.store.connection import Store
from cordiale.store.types import Filter
from cordiale.store.versions import bodies, bury, by_vid, current, get, purge, tombstones, with_markings
from tests.conformance.store.objects import AMBER, GREEN, RED, START, address, keep, named, sdo


def kinds(outcomes):
    return [outcome.kind for outcome in outcomes]


def test_what_is_put_comes_back_byte_for_byte(store: Store) -> None:
    campaign = sdo("campaign", "Tempête", x_note={"é": 1})
    [outcome] = keep(store, campaign)
    with store.read() as tx:
        [row] = get(tx, campaign.id, None)
        assert (row.raw, row.hash, row.modified, row.source) == (
            campaign.raw,
            campaign.hash,
            campaign.modified,
            "can",
        )
        assert bodies(tx, [outcome.vid]) == {outcome.vid: campaign.raw}
        assert by_vid(tx, [outcome.vid, 999], None)[outcome.vid] == row


def test_putting_again_changes_nothing(store: Store) -> None:
    versions = [sdo("campaign", str(n)) for n in range(30)]
    assert kinds(keep(store, *versions)) == ["new"] * 30
    with store.read() as tx:
        before = changes.last(tx)
    assert kinds(keep(store, *versions)) == ["same"] * 30
    with store.read() as tx:
        assert changes.last(tx) == before


def test_one_batch_may_hold_the_same_version_twice(store: Store) -> None:
    campaign = sdo("campaign", "a")
    assert kinds(keep(store, campaign, campaign)) == ["new", "same"]


def test_statements_of_two_sources_coexist(store: Store) -> None:
    ip = address("192.0.2.7")
    keep(store, ip, source="can", base=AMBER)
    keep(store, ip, source="fra", base=GREEN)
    with store.read() as tx:
        assert {row.source for row in get(tx, ip.id, None)} == {"can", "fra"}


def test_the_latest_modified_is_current_whatever_the_order_of_arrival(store: Store) -> None:
    newer, older = sdo("campaign", "a", day=2), sdo("campaign", "a", day=1)
    keep(store, newer)
    keep(store, older, received=START + 5)
    with store.read() as tx:
        assert [row.modified for row in get(tx, newer.id, None)] == [newer.modified]
        assert [row.modified for row in get(tx, newer.id, None, history=True)] == [
            newer.modified,
            older.modified,
        ]
        assert [row.current for row in get(tx, newer.id, None, history=True)] == [True, False]


def test_several_versions_in_one_batch_leave_one_current(store: Store) -> None:
    keep(store, *[sdo("campaign", "a", day=day) for day in (1, 3, 2)])
    with store.read() as tx:
        assert len(get(tx, named("campaign", "a"), None, history=True)) == 3
        assert len(current(tx, Filter(), None, 10, None).rows) == 1
        assert get(tx, named("campaign", "a"), None)[0].modified == sdo("campaign", "a", day=3).modified


def test_two_contents_for_one_modified_conflict_when_their_creator_sends_them(store: Store) -> None:
    who = named("identity", "cse")
    first = sdo("campaign", "a", created_by_ref=who)
    second = sdo("campaign", "a", created_by_ref=who, description="other")
    keep(store, first, own=[who])
    [outcome] = keep(store, second, own=[who])
    assert outcome.kind == "conflict"
    assert outcome.reason
    with store.read() as tx:
        assert [row.hash for row in get(tx, first.id, None, history=True)] == [first.hash]


def test_two_contents_for_one_modified_coexist_when_someone_else_sends_them(store: Store) -> None:
    who = named("identity", "cse")
    first = sdo("campaign", "a", created_by_ref=who)
    second = sdo("campaign", "a", created_by_ref=who, description="other")
    assert kinds(keep(store, first)) == ["new"]
    assert kinds(keep(store, second, received=START + 1)) == ["new"]
    with store.read() as tx:
        assert [row.hash for row in get(tx, first.id, None)] == [second.hash]


def test_observables_without_modified_take_new_content_as_a_new_version(store: Store) -> None:
    who = named("identity", "cse")
    first, second = address("192.0.2.1"), address("192.0.2.1", defanged=True)
    assert kinds(keep(store, first, own=[who])) == ["new"]
    assert kinds(keep(store, second, received=START + 1, own=[who])) == ["new"]
    with store.read() as tx:
        assert [row.hash for row in get(tx, first.id, None)] == [second.hash]


def test_a_repeated_import_never_lowers_a_marking(store: Store) -> None:
    campaign = sdo("campaign", "a")
    keep(store, campaign, base=AMBER)
    [outcome] = keep(store, campaign, base=GREEN)
    assert (outcome.kind, outcome.remarked) == ("same", True)
    with store.read() as tx:
        assert marking(tx, campaign.id) == AMBER | GREEN


def test_a_sender_may_replace_the_marking_it_signed(store: Store) -> None:
    campaign = sdo("campaign", "a")
    keep(store, campaign, base=AMBER)
    keep(store, campaign, base=GREEN, markings="replace")
    with store.read() as tx:
        assert marking(tx, campaign.id) == GREEN
        assert [change.kind for change in changes.after(tx, 0, 10)] == ["put", "remark"]


def test_a_purge_leaves_a_tombstone_that_the_content_cannot_pass(store: Store) -> None:
    campaign, newer = sdo("campaign", "a"), sdo("campaign", "a", day=1)
    [outcome] = keep(store, campaign)
    with store.write() as tx:
        assert purge(tx, outcome.vid, "recalled", START, b"salt")
        assert not purge(tx, outcome.vid, "recalled", START, b"salt")
    with store.read() as tx:
        assert get(tx, campaign.id, None, history=True) == []
        assert bodies(tx, [outcome.vid]) == {}
        [tombstone] = tombstones(tx, campaign.id)
        assert (tombstone.vid, tombstone.source, tombstone.reason) == (outcome.vid, "can", "recalled")
        assert campaign.hash not in (tombstone.salt, tombstone.salted_hash)
    assert kinds(keep(store, campaign)) == ["tombstoned"]
    assert kinds(keep(store, campaign, source="fra")) == ["new"], (
        "another source's own statement is not recalled"
    )
    assert kinds(keep(store, newer)) == ["new"], "a newer version is not blocked"


def test_the_version_before_a_purged_one_is_current_again(store: Store) -> None:
    old, new = sdo("campaign", "a"), sdo("campaign", "a", day=1)
    keep(store, old)
    [outcome] = keep(store, new)
    with store.write() as tx:
        purge(tx, outcome.vid, "recalled", START, b"salt")
    with store.read() as tx:
        assert [row.hash for row in get(tx, old.id, None)] == [old.hash]
        assert [change.kind for change in changes.after(tx, 0, 10)] == ["put", "put", "purge", "revive"]


def test_a_number_is_never_given_twice(store: Store) -> None:
    [first] = keep(store, sdo("campaign", "a"))
    with store.write() as tx:
        purge(tx, first.vid, "recalled", START, b"salt")
    [second] = keep(store, sdo("campaign", "b"))
    assert second.vid > first.vid


def test_all_versions_of_an_id_may_be_buried_before_they_come(store: Store) -> None:
    campaign = sdo("campaign", "a")
    keep(store, campaign, sdo("campaign", "a", day=1))
    with store.write() as tx:
        assert len(bury(tx, campaign.id, "can", None, "recalled", START, b"salt")) == 2
        assert bury(tx, named("campaign", "unheard"), None, None, "recalled", START, b"salt") == []
    assert kinds(keep(store, sdo("campaign", "a", day=9))) == ["tombstoned"]
    assert kinds(keep(store, sdo("campaign", "a", day=9), source="fra")) == ["new"]
    assert kinds(keep(store, sdo("campaign", "unheard"))) == ["tombstoned"]


def test_one_content_may_be_buried_from_whoever_says_it(store: Store) -> None:
    campaign = sdo("campaign", "a")
    keep(store, campaign, source="fra")
    with store.write() as tx:
        assert len(bury(tx, campaign.id, None, campaign.hash, "recalled", START, b"salt")) == 1
    assert kinds(keep(store, campaign, source="gbr")) == ["tombstoned"]


def test_the_change_log_says_what_happened_in_order(store: Store) -> None:
    outcomes = keep(store, *[sdo("campaign", str(n)) for n in range(40)])
    with store.read() as tx:
        log = changes.after(tx, 0, 100)
        assert [change.vid for change in log] == [outcome.vid for outcome in outcomes]
        assert [change.seq for change in changes.after(tx, log[9].seq, 5)] == [
            change.seq for change in log[10:15]
        ]


def test_versions_are_found_by_marking_for_a_rule_that_widens(store: Store) -> None:
    keep(store, *[sdo("campaign", str(n)) for n in range(5)])
    keep(store, sdo("campaign", "red"), base=RED)
    with store.read() as tx:
        [mid] = {
            row.effective_mid
            for row in current(tx, Filter(), None, 10, None).rows
            if row.id != named("campaign", "red")
        }
        first = with_markings(tx, [mid], 0, 3)
        assert len(first) == 3
        assert len(with_markings(tx, [mid], first[-1][0], 3)) == 2


def marking(tx, stix_id):
    from cordiale.store.markings import atoms

    [row] = get(tx, stix_id, None)
    return atoms(tx, row.effective_mid)
