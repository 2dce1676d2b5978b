"""Who carries a value, and what lies near it: the same on every store, whatever is hidden, and after an upgrade."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations

from cordiale.platform.clock import format_instant
from cordiale.stix.near import KINDS, near_of
from cordiale.stix.version import Version
from cordiale.store import carriers
from cordiale.store.connection import Store
from cordiale.store.purge import bury
from tests.conformance.store.objects import AMBER, DAY, RED, START, address, keep, named, of
from tests.conformance.store.test_search import sees

NETWORK = ("network", "198.51.100.0/24")


def indicator(name: str, pattern: str, day: int = 0, **more: Any) -> Version:
    value: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": named("indicator", name),
        "created": format_instant(START),
        "modified": format_instant(START + day * DAY),
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": format_instant(START),
    }
    return of(value | more)


def carrying(store: Store, visible: Any, *pairs: tuple[str, str], **more: Any) -> dict[tuple[str, str], int]:
    with store.read() as tx:
        found = carriers.carrying(tx, pairs, visible, most=more.pop("most", 50), **more)
    return {pair: len(vids) for pair, vids in found.items()}


def test_an_object_is_found_by_the_network_and_the_names_it_lies_under(store: Store) -> None:
    keep(store, address("198.51.100.7"), indicator("a", "[domain-name:value = 'x.y.evil.example']"))
    keep(store, indicator("b", "[url:value = 'http://198.51.100.9/a']"))
    asked = (NETWORK, ("under", "evil.example"), ("under", "y.evil.example"), ("host", "198.51.100.9"), ("under", "example"))  # fmt: skip
    assert carrying(store, None, *asked) == {NETWORK: 2, asked[1]: 1, asked[2]: 1, asked[3]: 1}


def test_only_what_the_reader_passes_is_found_in_the_order_it_came(store: Store) -> None:
    many = [indicator(f"g{n}", "[ipv4-addr:value = '198.51.100.7']") for n in range(6)]
    keep(store, *many[:3])
    keep(store, indicator("hidden", "[ipv4-addr:value = '198.51.100.8']"), base=RED)
    keep(store, *many[3:], base=AMBER)
    green, both = sees(store, "tlp:green"), sees(store, "tlp:green", "tlp:amber")
    assert carrying(store, green, NETWORK) == {NETWORK: 3}
    assert carrying(store, both, NETWORK) == {NETWORK: 6}
    assert carrying(store, None, NETWORK) == {NETWORK: 7}
    assert carrying(store, frozenset(), NETWORK) == {}
    with store.read() as tx:
        first = carriers.carrying(tx, [NETWORK], both, most=4)[NETWORK]
        rest = carriers.carrying(tx, [NETWORK], both, most=4, beyond={NETWORK: first[-1]})[NETWORK]
        assert first == sorted(first)
        assert (len(first), len(rest), min(rest) > max(first)) == (4, 2, True)
        held = carriers.values(tx, first)
    assert set(held.values()) == {(("ipv4-addr", "198.51.100.7"),)}


def test_what_was_said_before_marked_anew_or_purged_is_found_no_more(store: Store) -> None:
    keep(store, indicator("a", "[ipv4-addr:value = '198.51.100.7']"))
    keep(store, indicator("a", "[ipv4-addr:value = '203.0.113.7']", day=1))
    assert carrying(store, None, NETWORK, ("network", "203.0.113.0/24")) == {("network", "203.0.113.0/24"): 1}
    with store.write() as tx:
        bury(tx, named("indicator", "a"), None, None, "gone", START, b"salt")
    assert carrying(store, None, NETWORK, ("network", "203.0.113.0/24")) == {}


def test_a_store_from_before_is_indexed_when_it_is_upgraded(store: Store) -> None:
    digest = "12:U+YL0cyOiry2eMfYx/w/twKgJJ0m1BwE0T+926Rs/ExOhIcc:fYL0coeMwx/99FwEAo26CCF"
    versions = [
        indicator("a", "[ipv4-addr:value = '198.51.100.7' OR email-addr:value = 'a@b.evil.example']"),
        indicator("b", f"[file:hashes.SSDEEP = '{digest}']"),
        address("192.0.2.1"),
    ]
    keep(store, *versions[:2])
    keep(store, versions[2], base=AMBER)

    def rows() -> list[tuple[Any, ...]]:
        with store.read() as tx:
            return sorted(map(tuple, tx.rows("SELECT vid, mid, key, value FROM observed")))

    new = rows()
    with store.write() as tx:
        kinds = [
            row[0]
            for row in tx.rows("SELECT no FROM terms WHERE space = 4 AND name IN TEXTS(?)", list(KINDS))
        ]
        tx.run("DELETE FROM observed WHERE kind_no IN INTS(?)", kinds)
    assert len(rows()) < len(new)
    with store.write() as tx:
        migration = import_module("cordiale.store.migrations.0006_near")
        with Operations.context(MigrationContext.configure(tx.connection)):
            migration.upgrade()
    assert rows() == new
    assert len(new) == sum(len(one.values) + len(near_of(one.values)) for one in versions)


def test_what_was_stored_before_gets_its_sectors(store: Store) -> None:
    """The migration adds the rows that a version stored now gets at once, and nothing where no sector is named."""
    versions = [
        indicator("a", "[ipv4-addr:value = '198.51.100.7']", labels=["sector:energy", "Secteur: water"]),
        indicator("b", "[ipv4-addr:value = '198.51.100.8']", labels=['critical-infrastructure:ca="health"']),
        indicator("c", "[ipv4-addr:value = '198.51.100.9']", labels=["bisector", "other"]),
    ]
    keep(store, *versions[:2])
    keep(store, versions[2], base=AMBER)

    def rows() -> list[tuple[Any, ...]]:
        with store.read() as tx:
            return sorted(map(tuple, tx.rows("SELECT vid, mid, n, key, value FROM observed")))

    new = rows()
    with store.write() as tx:
        tx.run(
            "DELETE FROM observed WHERE kind_no IN (SELECT no FROM terms WHERE space = 4 AND name = 'sector')"
        )
        tx.run("DELETE FROM terms WHERE space = 4 AND name = 'sector'")
    assert len(new) - len(rows()) == 4
    with store.write() as tx:
        migration = import_module("cordiale.store.migrations.0008_sectors")
        with Operations.context(MigrationContext.configure(tx.connection)):
            migration.upgrade()
    assert rows() == new
