"""What is hidden adds nothing to correlation: no neighbour, no count, no hotness, no order, no instant.

Two worlds differ only in what is hidden from the person who asks: what they are told of every value and object is equal,
byte for byte, while the hidden part fills networks, names and digests up to where values count as carried by too many.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.desk.actor import Actor, house
from cordiale.desk.views.carriers import MOST
from cordiale.domains.cyber.correlation.found import of_object, of_value
from cordiale.domains.cyber.correlation.shared import standing
from tests.leaks.scene import PERSON, SECRETS, Scene, granular, later, sdo
from tests.simulation.world import World

CLERK: Final = Actor("clerk", frozenset({"analyst", "operator"}), PERSON.recipient)
DIGEST: Final = "12:ODhYCpSpobjgCc+oW8lRw3T1nX4gaVltEd1kaIAdl2arUn:OercMW8QDNozPtsddlDUn"
LIKE: Final = DIGEST.replace("l2arUn", "l25Un")
HIDDEN: Final = ("tlp:red", "compartment:can/HALCYON tlp:clear", "level:CAN/SECRET tlp:clear")

PATTERNS: Final = (
    "[ipv4-addr:value = '198.51.100.7']",
    "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
    "[domain-name:value = 'mail.evil.example']",
    "[url:value = 'http://www.evil.example/x']",
    f"[file:hashes.SSDEEP = '{DIGEST}']",
    f"[file:hashes.SSDEEP = '{LIKE}']",
    "[ipv4-addr:value = '198.51.100.9' OR domain-name:value = 'evil.example']",
)
ASKED: Final = (
    ("ipv4-addr", "198.51.100.7"),
    ("cidr", "198.51.0.0/16"),
    ("cidr", "198.51.100.0/28"),
    ("domain-name", "mail.evil.example"),
    ("domain-name", "evil.example"),
    ("url", "http://www.evil.example/x"),
    ("ssdeep", DIGEST),
)


def indicator(name: str, n: int, **more: Any) -> dict[str, Any]:
    return sdo("indicator", name, pattern=PATTERNS[n % len(PATTERNS)], **more)


def publish(scene: Scene, n: int) -> None:
    """Something that the person reads; every fifth in part."""
    value = indicator(f"seen {n % 9}", n % 9)
    part = {"description": "x"} | granular(["description"], "tlp:red") if n % 5 == 0 else {}
    scene.put(later(value | part, 1 + n % 50))


def hide(scene: Scene, n: int) -> None:
    """Something that nobody who asks may see, with a value that is asked for."""
    scene.hide(indicator(f"halcyon {n}", n), marking=HIDDEN[n % len(HIDDEN)])


def crowd(scene: Scene, n: int) -> None:
    """So much of it that the value would count as carried by too many."""
    many = [indicator(f"kestrel {n} {i}", n) for i in range(MOST + 5)]
    scene.hide(*many, marking=HIDDEN[n % len(HIDDEN)])


def resolve(scene: Scene, n: int) -> None:
    """A hidden name that stands on the same address as what is seen."""
    address = sdo("ipv4-addr", "x", value="198.51.100.7")
    del address["created"], address["modified"]
    address.pop("name", None)
    hidden = sdo("domain-name", f"halcyon{n}", resolves_to_refs=[address["id"]])
    scene.hide(hidden, marking="tlp:red")


def opened(scene: Scene) -> None:
    """Two names on one address, which everybody sees."""
    address = sdo("ipv4-addr", "x", value="198.51.100.7")
    for gone in ("created", "modified", "name"):
        address.pop(gone, None)
    scene.put(address, *(sdo("domain-name", f"open{n}", resolves_to_refs=[address["id"]]) for n in (1, 2)))


def told(scene: Scene) -> list[bytes]:
    """Return everything that the person is told, as bytes."""
    said = [msgspec.json.encode(of_value(scene.desk, CLERK, kind, value)) for kind, value in ASKED]
    for n in range(9):
        value = indicator(f"seen {n}", n)
        try:
            said.append(msgspec.json.encode(of_object(scene.desk, CLERK, value["id"])))
        except Exception as refused:
            said.append(repr((type(refused), str(refused))).encode())
    said.append(msgspec.json.encode(standing(scene.desk, CLERK, [sdo("domain-name", "open1")["id"]])))
    return said


steps = st.lists(st.tuples(st.sampled_from(["publish", "publish", "hide", "crowd", "resolve"]), st.integers(0, 59)), max_size=10)  # fmt: skip


def played(script: list[tuple[str, int]], *, shut: bool) -> Scene:
    scene = Scene(World(1))
    opened(scene)
    for name, n in script:
        if name == "publish":
            publish(scene, n)
        elif shut:
            {"hide": hide, "crowd": crowd, "resolve": resolve}[name](scene, n)
    return scene


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps)
def test_correlation_tells_the_same_whatever_is_hidden(script: list[tuple[str, int]]) -> None:
    without, with_ = (played(script, shut=shut) for shut in (False, True))
    before, after = told(without), told(with_)
    assert before == after
    for said in after:
        for word in (*SECRETS, *(one.encode() for one in with_.hidden)):
            assert word not in said.lower()
    without.close()
    with_.close()


def test_the_test_would_notice() -> None:
    """Whoever may see it all is told something else: what is hidden does touch what is asked."""
    scene = Scene(World(1))
    opened(scene)
    crowd(scene, 0)
    seen = of_value(scene.desk, CLERK, "ipv4-addr", "198.51.100.7")
    whole = of_value(scene.desk, house("owner"), "ipv4-addr", "198.51.100.7")
    assert [one.line.type for one in seen.neighbours] == ["ipv4-addr"]
    assert (seen.hot, [one.count for one in whole.hot]) == ((), [MOST + 1])
    scene.close()
