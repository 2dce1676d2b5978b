"""Play the acts, wait until they have arrived, and find out what each partner holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from cordiale.demo import chapter as chapters
from cordiale.demo import checker, respond, story, timing
from cordiale.demo.checker import Compared, Held, Leak
from cordiale.demo.expectation import expectation
from cordiale.demo.given import Given
from cordiale.demo.outcome import Latency, Outcome, Reason, TearLine
from cordiale.demo.partnership import NODES, others, plan
from cordiale.demo.process import Nodes, Server, check, signed_in
from cordiale.demo.reference import LABELS, Reader, may_go
from cordiale.platform.languages import _

PATIENCE_S: Final = 30.0
QUIET_S: Final = 1.5


class Counts(Protocol):
    """What was taken in when the nodes were made."""

    imported: int
    set_aside: int


class Measured(msgspec.Struct):
    """The running nodes, what was measured so far, and whether the acts are still to be played."""

    nodes: Nodes
    servers: list[Server]
    latencies: list[float]
    fresh: bool
    say: Callable[..., None]
    doors: Mapping[str, str]


def measure_scenario(m: Measured, counts: Counts) -> Outcome:
    """Play the scenario's acts and compare every partner with the hand-written expectation."""
    if m.fresh:
        m.say(_("Applying the rules: what is TLP:GREEN or wider goes by a standing rule"))
        story.apply_rules(m.nodes)
        m.say(_("Exchanging invitations and comparing words"))
        story.introduce(m.nodes)
        m.say(_("The officers refuse what waits for a third party, and release the rest by name"))
        story.refuse(m.nodes)
        story.release(m.nodes)
        m.say(_("Releasing bulletins one by one, to measure"))
        _wait(m, lambda: not any(k for k in _missing(_compare(m.nodes.folder)) if "bulletins/" not in k))
        _time_bulletins(m)
        m.say(
            _(
                "France chairs a collective response to the content farm: assessments, positions on one text, agreement"
            )
        )
        respond.respond(m.nodes, lambda arrived: _wait(m, arrived))
    _wait(m, lambda: not _missing(_compare(m.nodes.folder)))
    m.say(_("Comparing every store with the expectation and searching every folder"))
    compared = _compare(m.nodes.folder)
    leaks = [leak for c in compared.values() for leak in c.leaks]
    leaks += checker.compare_said({n.name: checker.held(m.nodes.folder / n.name) for n in NODES})
    for node in NODES:
        strings = [*expectation().canaries[node.name], *_hidden_ids(node.name)]
        leaks += checker.search_folder(node.name, m.nodes.folder / node.name, strings)
    released: dict[str, dict[str, int]] = {n.name: {} for n in NODES}
    for (source, partner), found in compared.items():
        share = expectation().of(source, partner)
        released[partner][source] = len(set(share.verbatim) - set(found.missing))
    own = {n.name: [o["id"] for o in chapters.objects_of(n.name).values()] for n in NODES}
    return Outcome(
        imported=counts.imported,
        set_aside=counts.set_aside,
        released=released,
        tear_lines={
            n.name: sum(len(_expected(s, p, c)) for (s, p), c in compared.items() if p == n.name)
            for n in NODES
        },
        examples={n.name: _examples(n.name, compared) for n in NODES},
        withheld=_withheld(m.nodes, own),
        missing={
            n.name: tuple(k for (_s, p), c in compared.items() if p == n.name for k in c.missing)
            for n in NODES
        },
        leaks=tuple(leaks),
        latency=_latency(m.latencies),
        response=respond.outcome(m.nodes),
    )


def measure_input(m: Measured, counts: Counts, given: Given) -> Outcome:
    """Release real input from Canada and compare with what the reference evaluator lets go."""
    canada, partners = plan("canada"), others("canada")
    mine = [i for i in given.objects if not i.startswith("marking-definition--")]
    timed = given.timed()
    if m.fresh:
        m.say(_("Applying the rules: what is TLP:GREEN or wider goes by a standing rule"))
        story.apply_rules(m.nodes, [canada])
        m.say(_("Exchanging invitations and comparing words"))
        story.introduce(m.nodes)
        m.say(_("An officer releases the rest by name"))
        rest = [i for i in mine if i not in timed]
        story.each(lambda p: story.act_in_parts(m.nodes, canada, p, rest), partners)
        _wait(m, _quiet(m, [p.name for p in partners]))
        m.say(_("Releasing single objects one by one, to measure"))
        _time(m, [(i, str(given.objects[i]["name"])) for i in timed], partners)
    _wait(m, _quiet(m, [p.name for p in partners]))
    m.say(_("Comparing every store with the reference evaluator and searching every folder"))
    leaks: list[Leak] = []
    released, tear_lines = {}, {}
    for partner in partners:
        reader = Reader(
            LABELS["tlp:amber"], frozenset({partner.name, partner.nation, partner.organisation, "CFU"})
        )
        may = may_go(given.objects.values(), given.marking, reader)
        holding = checker.held(m.nodes.folder / partner.name)
        found, whole, in_part = checker.compare_input(partner.name, "canada", given.objects, may, holding)
        # a published example gives a malware and a relationship one UUID: such an id is compared in the store alone
        spoken = {i.partition("--")[2] for i in may.verbatim}
        hidden = {i for i in mine if i not in may.verbatim and i.partition("--")[2] not in spoken}
        leaks += found
        leaks += checker.search_folder(partner.name, m.nodes.folder / partner.name, hidden)
        released[partner.name], tear_lines[partner.name] = {"canada": whole}, in_part
    withheld = {p: r for p, r in _withheld(m.nodes, {"canada": mine}).items() if p in released}
    return Outcome(
        imported=counts.imported,
        set_aside=counts.set_aside,
        released=released,
        tear_lines=tear_lines,
        examples={},
        withheld=withheld,
        missing={},
        leaks=tuple(leaks),
        latency=_latency(m.latencies),
    )


def _compare(folder: Path) -> dict[tuple[str, str], Compared]:
    """Return (node, partner) → what the comparison found."""
    holding: Mapping[str, list[Held]] = {n.name: checker.held(folder / n.name) for n in NODES}
    return {
        (n.name, p.name): checker.compare(
            p.name, n.name, chapters.objects_of(n.name), expectation().of(n.name, p.name), holding[p.name]
        )
        for n in NODES
        for p in others(n.name)
    }


def _missing(compared: Mapping[tuple[str, str], Compared]) -> list[str]:
    return [key for c in compared.values() for key in c.missing]


def _hidden_ids(partner: str) -> Iterable[str]:
    """Yield the ids that must not stand anywhere at a partner: what is withheld, and what tear-lines were made of."""
    for source in others(partner):
        share, objects = expectation().of(source.name, partner), chapters.objects_of(source.name)
        for key in (*share.withheld, *share.in_part):
            yield objects[key]["id"]


def _examples(partner: str, compared: Mapping[tuple[str, str], Compared]) -> tuple[TearLine, ...]:
    found = []
    for source in others(partner):
        share, objects = expectation().of(source.name, partner), chapters.objects_of(source.name)
        for key, stix_id in _expected(source.name, partner, compared[source.name, partner]).items():
            parent = objects[key]
            name = _called(key, objects)
            found.append(TearLine(source.name, name, parent["id"], stix_id, share.tear_lines[key]))
    return tuple(found)


def _expected(source: str, partner: str, found: Compared) -> Mapping[str, str]:
    """Return the tear-lines that are there in every run, not those that somebody released by hand."""
    share = expectation().of(source, partner)
    return {key: stix_id for key, stix_id in found.tear_lines.items() if key in share.tear_lines}


def _called(key: str, objects: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what people call an object: its name, for a translation that of its original with the language."""
    value = objects[key]
    name = value.get("name") or value.get("abstract")
    if isinstance(name, str):
        return name
    original, dot, lang = key.rpartition(".")
    return f"{_called(original, objects)} ({lang})" if dot else key


def _withheld(nodes: Nodes, own: Mapping[str, Sequence[str]]) -> dict[str, tuple[Reason, ...]]:
    """Return by partner which of their own objects the nodes say they withhold, and why."""
    found: dict[str, dict[tuple[str, str, str], list[Any]]] = {n.name: {} for n in NODES}
    for source, answers in story.previews(nodes, own).items():
        for preview in answers:
            for item in preview["items"]:
                reason = item["reason"]
                if item["form"] == "withheld" and reason is not None:
                    kind = (source, reason["code"], repr(sorted(reason["params"].items())))
                    found[preview["partner"]].setdefault(kind, []).append(reason)
    return {
        name: tuple(
            Reason(source, code, reasons[0]["message_id"], reasons[0]["params"], len(reasons))
            for (source, code, _params), reasons in kinds.items()
        )
        for name, kinds in found.items()
    }


def _time_bulletins(m: Measured) -> None:
    bulletins = {
        k: o for k, o in chapters.objects_of("canada").items() if k.startswith(f"{story.BULLETINS}/")
    }
    _time(m, [(o["id"], o["abstract"]) for o in bulletins.values()], others("canada"))


def _time(m: Measured, objects: Iterable[tuple[str, str]], partners: Sequence[Any]) -> None:
    """Release objects one by one to every partner; remember the milliseconds from each commit until it is found."""
    at = {s.name: s for s in m.servers}
    browsers = {partner.name: signed_in(m.doors[partner.name]) for partner in partners}
    canada = plan("canada")
    for stix_id, words in objects:
        for partner in partners:
            watch = timing.Watch(at[partner.name], browsers[partner.name], words, stix_id)
            act = story.act(m.nodes, canada, partner, [stix_id])
            found_at = watch.wait()
            if found_at is not None:
                m.latencies.append(found_at * 1000 - act["at"] / 1000)


def _latency(values: list[float]) -> Latency:
    return Latency(
        round(timing.percentile(values, 0.5), 1), round(timing.percentile(values, 0.99), 1), len(values)
    )


def _quiet(m: Measured, names: Iterable[str]) -> Callable[[], bool]:
    """Return a question that is answered yes when nothing new has arrived for a while."""
    last: dict[str, tuple[int, float]] = {}

    def quiet() -> bool:
        now = time.monotonic()
        for name in names:
            count = checker.count(m.nodes.folder / name)
            if last.get(name, (-1, 0.0))[0] != count:
                last[name] = (count, now)
        return all(now - since >= QUIET_S and count > 0 for count, since in last.values())

    return quiet


def _wait(m: Measured, arrived: Callable[[], bool]) -> None:
    """Return when everything has arrived, or patience ends; what is missing then is reported as missing."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for server in m.servers:
            check(server)
        if arrived():
            return
        time.sleep(0.1)
