"""Play the acts, wait until they have arrived, and find out what each partner holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from cordiale.demo import chapter as chapters
from cordiale.demo import checker, story, timing
from cordiale.demo.checker import Compared, Held, Leak
from cordiale.demo.expectation import expectation
from cordiale.demo.given import Given
from cordiale.demo.outcome import Latency, Outcome, Reason, TearLine
from cordiale.demo.partnership import NODES, others, plan
from cordiale.demo.process import Server, check
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

    folder: Path
    servers: list[Server]
    latencies: list[float]
    fresh: bool
    say: Callable[..., None]


def measure_scenario(m: Measured, counts: Counts) -> Outcome:
    """Play the scenario's acts and compare every partner with the hand-written expectation."""
    if m.fresh:
        m.say(_("Applying the rules: what is TLP:GREEN or wider goes by a standing rule"))
        story.apply_rules(m.folder)
        m.say(_("The officers refuse what waits for a third party, and release the rest by name"))
        story.refuse(m.folder)
        story.release(m.folder)
        m.say(_("Releasing bulletins one by one, to measure"))
        _wait(m, lambda: not any(k for k in _missing(_compare(m.folder)) if "bulletins/" not in k))
        _time_bulletins(m)
    _wait(m, lambda: not _missing(_compare(m.folder)))
    m.say(_("Comparing every store with the expectation and searching every folder"))
    compared = _compare(m.folder)
    leaks = [leak for c in compared.values() for leak in c.leaks]
    for node in NODES:
        strings = [*expectation().canaries[node.name], *_hidden_ids(node.name)]
        leaks += checker.search_folder(node.name, m.folder / node.name, strings)
    released = {
        n.name: {
            source.name: sum(
                len(expectation().shares[c.name, n.name].verbatim)
                - len(
                    set(compared[c.name, n.name].missing) & set(expectation().shares[c.name, n.name].verbatim)
                )
                for c in chapters.chapters()
                if c.node == source.name
            )
            for source in others(n.name)
        }
        for n in NODES
    }
    return Outcome(
        imported=counts.imported,
        set_aside=counts.set_aside,
        released=released,
        tear_lines={
            n.name: sum(len(c.tear_lines) for (_c, p), c in compared.items() if p == n.name) for n in NODES
        },
        examples={n.name: _examples(n.name, compared) for n in NODES},
        withheld=_withheld(m.folder),
        missing={
            n.name: tuple(k.partition(": ")[2] for k in _missing(compared) if k.startswith(n.name + ":"))
            for n in NODES
        },
        leaks=tuple(leaks),
        latency=_latency(m.latencies),
    )


def measure_input(m: Measured, counts: Counts, given: Given) -> Outcome:
    """Release real input from Canada and compare with what the reference evaluator lets go."""
    canada, partners = plan("canada"), others("canada")
    timed = given.timed()
    if m.fresh:
        m.say(_("Applying the rules: what is TLP:GREEN or wider goes by a standing rule"))
        story.apply_rules(m.folder, [canada])
        m.say(_("An officer releases the rest by name"))
        rest = [i for i in given.objects if i not in timed and not i.startswith("marking-definition--")]
        story.each(lambda p: story.act_in_parts(m.folder, canada, p, rest), partners)
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
        holding = checker.held(m.folder / partner.name)
        found, whole, in_part = checker.compare_input(partner.name, "canada", given.objects, may, holding)
        hidden = {
            i for i in given.objects if i not in may.verbatim and not i.startswith("marking-definition--")
        }
        leaks += found
        leaks += checker.search_folder(partner.name, m.folder / partner.name, hidden)
        released[partner.name], tear_lines[partner.name] = {"canada": whole}, in_part
    withheld = {p: r for p, r in _withheld(m.folder, ("canada",)).items() if p in released}
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
    """Return (chapter, partner) → what the comparison found."""
    holding: Mapping[str, list[Held]] = {n.name: checker.held(folder / n.name) for n in NODES}
    return {
        (c.name, p.name): checker.compare(p.name, c, expectation().shares[c.name, p.name], holding[p.name])
        for c in chapters.chapters()
        for p in others(c.node)
    }


def _missing(compared: Mapping[tuple[str, str], Compared]) -> list[str]:
    return [f"{partner}: {chapter}/{key}" for (chapter, partner), c in compared.items() for key in c.missing]


def _hidden_ids(partner: str) -> Iterable[str]:
    """Yield the ids that must not stand anywhere at a partner: what is withheld, and what tear-lines were made of."""
    for written in chapters.chapters():
        if written.node != partner:
            share = expectation().shares[written.name, partner]
            for key in (*share.withheld, *share.tear_lines):
                yield written.objects[key]["id"]


def _examples(partner: str, compared: Mapping[tuple[str, str], Compared]) -> tuple[TearLine, ...]:
    found = []
    for written in chapters.chapters():
        if written.node == partner:
            continue
        share = expectation().shares[written.name, partner]
        for key, stix_id in compared[written.name, partner].tear_lines.items():
            parent = written.objects[key]
            name = parent.get("name") or parent.get("abstract") or f"{written.name}/{key}"
            found.append(TearLine(written.node, name, parent["id"], stix_id, share.tear_lines[key]))
    return tuple(found)


def _withheld(folder: Path, sources: Iterable[str] = ()) -> dict[str, tuple[Reason, ...]]:
    """Return by partner what each node says it withholds, and why."""
    chosen = [n for n in NODES if not sources or n.name in set(sources)]
    found: dict[str, list[Reason]] = {n.name: [] for n in NODES}
    for source, answers in story.previews(folder, chosen).items():
        for preview in answers:
            for part in preview["reasons"]:
                reason = part["reason"]
                found[preview["partner"]].append(
                    Reason(source, reason["code"], reason["message_id"], reason["params"], part["count"])
                )
    return {name: tuple(reasons) for name, reasons in found.items()}


def _time_bulletins(m: Measured) -> None:
    bulletins = {
        k: o for k, o in chapters.objects_of("canada").items() if k.startswith(f"{story.BULLETINS}/")
    }
    _time(m, [(o["id"], o["abstract"]) for o in bulletins.values()], others("canada"))


def _time(m: Measured, objects: Iterable[tuple[str, str]], partners: Iterable[Any]) -> None:
    """Release objects one by one to every partner; remember the milliseconds from each commit until it is found."""
    at = {s.name: s for s in m.servers}
    canada = plan("canada")
    for stix_id, words in objects:
        for partner in partners:
            watch = timing.Watch(at[partner.name], words, stix_id)
            act = story.act(m.folder, canada, partner, [stix_id])
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
            count = len(checker.held(m.folder / name))
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
