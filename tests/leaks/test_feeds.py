"""What is hidden moves nothing of a feed: no byte, no digest, no instant, no length, no number in its health.

Two worlds differ only in what is hidden from the person whose token is sent. Feeds are fetched after every step, so that a
hidden change that moved a header would be seen as the time it happened.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.desk.actor import house
from cordiale.desk.outgoing.feeds import feed_add, feed_fetch
from cordiale.desk.views.search import Question
from cordiale.domains.cyber.writers.export import export
from cordiale.platform.clock import format_instant
from tests.leaks.faces import program
from tests.leaks.scene import OFFICER, PERSON, SECRETS, Scene, granular, later, sdo
from tests.simulation.world import START, World

BEGINS: Final = format_instant(START)
HIDDEN: Final = ("tlp:red", "compartment:can/HALCYON tlp:clear", "level:CAN/SECRET tlp:clear")
FORMATS: Final = ("csv", "rpz", "suricata", "sigma")
WORDS: Final = ("", "halcyon")
PATTERNS: Final = (
    "[domain-name:value = 'evil.example']",
    "[domain-name:value = 'mail.evil.example' OR domain-name:value = 'evil.example']",
    "[ipv4-addr:value = '198.51.100.7']",
    "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
    "[url:value = 'http://evil.example/x']",
)


def indicator(name: str, n: int, **more: Any) -> dict[str, Any]:
    return fresh(sdo("indicator", name, pattern=PATTERNS[n % len(PATTERNS)], **more))


def fresh(value: dict[str, Any]) -> dict[str, Any]:
    """Return an indicator of the day on which scenes begin: what is old is on no list that acts."""
    return value | {"valid_from": BEGINS}


def publish(scene: Scene, n: int) -> None:
    """Something that the person reads; every fifth in part, every seventh not to be acted on."""
    part = {"description": "halcyon"} | granular(["description"], "tlp:red") if n % 5 == 0 else {}
    marking = "tlp:green pap:amber" if n % 7 == 0 else "tlp:green"
    scene.put(later(indicator(f"openly {n % 6}", n % 6) | part, 1 + n % 50), marking=marking)


def hide(scene: Scene, n: int) -> None:
    """Something nobody who asks may see, with the values they are given; some of it asks that nobody acts on them."""
    pap = " pap:red" if n % 2 else ""
    scene.hide(indicator(f"halcyon {n}", n), marking=HIDDEN[n % len(HIDDEN)] + pap)


def revoke(scene: Scene, n: int) -> None:
    """What is hidden is revoked."""
    scene.hide(later(indicator(f"halcyon {n}", n) | {"revoked": True}, 1 + n % 50), marking=HIDDEN[n % 3])


def others(scene: Scene, _n: int) -> None:
    """Somebody who sees all of it fetches as well."""
    with scene.aside():
        for form in FORMATS:
            feed_fetch(scene.desk, house("owner"), form)


SHUT: Final = {"hide": hide, "revoke": revoke, "others": others}
steps = st.lists(
    st.tuples(
        st.sampled_from(["publish", "publish", "hide", "hide", "revoke", "others"]), st.integers(0, 59)
    ),
    max_size=8,
)


def fetch(scene: Scene) -> None:
    """Fetch every feed as the person's program."""
    get = program(scene, PERSON)
    for form in FORMATS:
        for words in WORDS:
            name = f"{form}-{words}".rstrip("-")
            get(f"/feeds/{name}.{form}", name)
            if not words:
                poll(scene, name, form)
    get("/feeds", *(f"{form}-halcyon" for form in FORMATS))


def poll(scene: Scene, name: str, form: str) -> None:
    """Ask again with what was given last, and note whether that had to be made anew: it may be seen by the time it takes."""
    question = f"polled {name}"
    last = next((said for asked, said in reversed(scene.trace) if asked == question), b"").partition(b" ")[0]
    found = feed_fetch(scene.desk, PERSON, name, form, has=lambda digest, _at: digest.hex().encode() == last)
    scene.note(question, f"{found.digest.hex()} {found.same} {found.changed}".encode(), name)


def played(script: list[tuple[str, int]], *, shut: bool) -> Scene:
    scene = Scene(World(1))
    scene.step()
    for form in FORMATS:
        for words in WORDS:
            name = f"{form}-{words}".rstrip("-")
            feed_add(scene.desk, OFFICER, name, form, Question(words=words), shared=True)
    for name, n in script:
        if name == "publish":
            publish(scene, n)
            fetch(scene)
        elif shut:
            SHUT[name](scene, n)
    fetch(scene)
    return scene


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps)
def test_a_feed_is_the_same_whatever_is_hidden(script: list[tuple[str, int]]) -> None:
    without, with_ = (played(script, shut=shut) for shut in (False, True))
    for (question, before), (_same, after) in zip(without.trace, with_.trace, strict=True):
        assert before == after, question
    for question, said in with_.trace:
        for word in (*SECRETS, *(one.encode() for one in with_.hidden)):
            assert word not in said.lower(), question
    without.close()
    with_.close()


def test_what_is_hidden_makes_no_poll_dearer() -> None:
    scene = played([("publish", 1), ("hide", 2), ("publish", 1), ("revoke", 3), ("hide", 5)], shut=True)
    hide(scene, 7)
    fetch(scene)
    polled = [said for question, said in scene.trace if question == "polled csv"]
    assert [b"True" in said for said in polled][-2:] == [True, True]
    scene.close()


def test_the_test_would_notice() -> None:
    """Whoever may see it is given something else, and what is seen does reach the person's feed."""
    scene = played([("publish", 1), ("hide", 2)], shut=True)
    seen = feed_fetch(scene.desk, PERSON, "csv").data
    whole = feed_fetch(scene.desk, house("owner"), "csv").data
    assert b"mail.evil.example" in seen
    assert (b"halcyon" in seen, b"halcyon" in whole) == (False, True)
    listed = [
        orjson.loads(said[said.index(b'{"items"') :])
        for question, said in scene.trace
        if question == "rest /feeds en"
    ]
    assert listed
    scene.close()


def test_a_file_for_a_partner_holds_what_goes_to_it_and_no_count_of_the_rest() -> None:
    """The marking alone does not let it go: what was refused to the partner is not handed over in a file."""
    scene = Scene(World(1))
    going, other, refused = (fresh(sdo("indicator", f"openly {n}", pattern=f"[domain-name:value = 'n{n}.example']")) for n in range(3))  # fmt: skip
    scene.put(going, other, refused)
    scene.hide(fresh(sdo("indicator", "halcyon", pattern="[domain-name:value = 'halcyon.example']")))
    scene.refuse(refused["id"])
    made = export(scene.desk, OFFICER, "domains", partner="fra")
    listed = [line for line in made.data.decode().splitlines() if not line.startswith("#")]
    assert (listed, made.withheld, made.left) == (["n0.example", "n1.example"], 1, {})
    assert made.data.startswith(b"# can: domains\n# TLP:GREEN\nn0")  # nothing of what it is not given
    mine = export(scene.desk, OFFICER, "domains").data
    assert all(name in mine for name in (b"n0.example", b"n1.example", b"n2.example", b"halcyon.example"))
    scene.close()
