"""Every way a hidden object has been known to show, each as a script that would show it.

A path plants something hidden beside what is seen. It is run in two worlds: `worlds = (0, 1)` compares a world without
the hidden thing with one that has it; `worlds = (1, 2)` two hidden things that differ (where what is seen refers to
what is hidden, there is nothing to compare an absent thing with). Whoever reads, by whatever face, must be answered the
same bytes in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.leaks.scene import OPENLY, WHEN, Scene, granular, later, refs, sdo

SEEN: Final = sdo("indicator", "harbour", description="seen by all")
OTHER: Final = sdo("malware", "quay", description="phishing kit")
WORDS: Final = ("", "HALCYON", "KESTREL: a longer name than the other")


@dataclass(frozen=True)
class Path:
    """One leak path: its name, what is planted, and which worlds are compared."""

    name: str
    plant: Callable[[Scene, int], None]
    worlds: tuple[int, int]


PATHS: Final[dict[str, Path]] = {}


def path(worlds: tuple[int, int] = (0, 1)) -> Callable[[Callable[[Scene, int], None]], None]:
    """Enter a script in the list under its own name."""

    def enter(plant: Callable[[Scene, int], None]) -> None:
        name = plant.__name__.replace("_", " ")
        PATHS[name] = Path(name, plant, worlds)

    return enter


def hidden(n: int, kind: str = "threat-actor", **more: Any) -> dict[str, Any]:
    """Write the hidden object of world `n`."""
    return (
        sdo(kind, f"OPERATION {WORDS[n]}", **more)
        if kind != "domain-name"
        else sdo(kind, WORDS[n][:7], **more)
    )


@path((1, 2))
def object_refs_of_a_visible_container(scene: Scene, n: int) -> None:
    scene.hide(hidden(n))
    scene.put(SEEN, sdo("report", "weekly", object_refs=[SEEN["id"], hidden(n)["id"]]))


@path((1, 2))
def dependency_resolution(scene: Scene, n: int) -> None:
    scene.hide(hidden(n, "identity"))
    scene.put(SEEN | {"created_by_ref": hidden(n, "identity")["id"]})
    scene.put(sdo("note", "about it", object_refs=[SEEN["id"]]))


@path((1, 2))
def denormalised_values_beside_filtered_references(scene: Scene, n: int) -> None:
    scene.hide(hidden(n, "identity"))
    who = hidden(n, "identity")["id"]
    scene.put(OTHER, sdo("campaign", "autumn", created_by_ref=who))
    scene.put(sdo("grouping", "all", context="suspicious-activity", object_refs=[OTHER["id"], who]))


@path()
def a_relationships_visible_ends(scene: Scene, n: int) -> None:
    scene.put(SEEN, OTHER)
    if n:
        scene.hide(hidden(n))
        link = sdo("relationship", "x", source_ref=SEEN["id"], target_ref=hidden(n)["id"])
        scene.hide(link, marking="tlp:green")


@path()
def counts_and_statistics(scene: Scene, n: int) -> None:
    if n:
        scene.hide(*(sdo("indicator", f"halcyon {i}") for i in range(40)))
    scene.put(SEEN, OTHER)


@path()
def history_and_audit_text(scene: Scene, n: int) -> None:
    if n:
        scene.hide(SEEN | {"description": "HALCYON", "object_marking_refs": refs("tlp:red")})
        scene.hidden.clear()  # the id is seen, the first version is not
    scene.put(later(SEEN, 5), OTHER)


@path()
def correlation_hits(scene: Scene, n: int) -> None:
    seen = sdo("domain-name", "shared")
    scene.put(SEEN)
    if n:
        scene.hide(seen | {"id": "domain-name--00000000-0000-4000-8000-000000000001", "x_halcyon": 1})
        scene.hide(sdo("indicator", "halcyon", pattern="[domain-name:value = 'shared.example']"))
    scene.put(seen)


@path()
def a_reference_that_reads_a_restricted_sibling(scene: Scene, n: int) -> None:
    seen = sdo("domain-name", "both")
    scene.put(seen)
    if n:
        with scene.aside():
            scene.put(seen | {"x_said": "HALCYON"}, marking="tlp:red", node="gbr")
        scene.hide(sdo("note", "HALCYON", object_refs=[seen["id"]]))
    scene.put(sdo("note", "about both", object_refs=[seen["id"]]))


@path((1, 2))
def sub_objects_that_do_not_inherit(scene: Scene, n: int) -> None:
    links = [{"source_name": "open"}, {"source_name": "closed", "description": WORDS[n]}]
    scene.put(SEEN | {"external_references": links} | granular(["external_references.[1]"], "tlp:red"))
    nested = {"external_references": [{"source_name": "x", "hashes": {"SHA-256": f"{n:064x}"}, "url": f"https://{WORDS[n][:7]}.example/"}]}  # fmt: skip
    scene.put(
        OTHER
        | nested
        | granular(["external_references.[0].hashes", "external_references.[0].url"], "tlp:red")
    )


@path()
def attachments_by_direct_address(scene: Scene, n: int) -> None:
    scene.put(SEEN, OTHER)
    if n:
        with scene.aside():
            scene.secrets.append(
                scene.attach(SEEN["id"], b"HALCYON in a file", "halcyon.txt", "tlp:red").encode()
            )


@path()
def a_files_marking_lost_at_export(scene: Scene, n: int) -> None:
    scene.put(SEEN)
    if n:
        with scene.aside():
            sha = scene.attach(SEEN["id"], b"HALCYON leaves", "halcyon.pdf", "level:CAN/TOP SECRET")
            scene.secrets.append(sha.encode())
        scene.cut()
    else:
        scene.cut()
    scene.visit()


@path()
def every_export_format(scene: Scene, n: int) -> None:
    if n:
        kinds = (
            "threat-actor",
            "identity",
            "malware",
            "campaign",
            "intrusion-set",
            "tool",
            "note",
            "domain-name",
        )
        scene.hide(
            *(hidden(n, kind, **({"object_refs": [SEEN["id"]]} if kind == "note" else {})) for kind in kinds)
        )
    scene.put(SEEN, OTHER)


@path()
def search_sort_filter_rank(scene: Scene, n: int) -> None:
    if n:
        scene.hide(*(sdo("malware", f"phishing harbour quay halcyon {i}") for i in range(12)))
    scene.put(SEEN, OTHER, *(sdo("malware", f"phishing {i}") for i in range(5)))


@path()
def group_name_and_members_sent(scene: Scene, n: int) -> None:
    if n:
        scene.hide(hidden(n), marking="rel:gbr|usa tlp:green")
        scene.hide(hidden(n, "campaign"), marking="compartment:can/HALCYON tlp:green")
    scene.put(SEEN)


@path()
def a_filter_forgotten_on_increments(scene: Scene, n: int) -> None:
    for i in range(4):
        if n:
            scene.hide(sdo("indicator", f"halcyon {i}"), later(SEEN, 2 * i + 1, description="HALCYON") | {"id": f"indicator--00000000-0000-4000-8000-{i:012}"})  # fmt: skip
        scene.put(sdo("indicator", f"seen {i}"))
        scene.cut()
        scene.visit()


@path()
def exists_but_restricted_answers(scene: Scene, n: int) -> None:
    scene.put(SEEN)
    if n:
        scene.hide(hidden(n), marking="tlp:red")
        scene.hide(hidden(n, "campaign"), marking="level:CAN/SECRET tlp:green")
        scene.hide(hidden(n, "tool"), marking="compartment:can/OAK tlp:green")


@path((1, 2))
def placeholders_carrying_ids(scene: Scene, n: int) -> None:
    scene.hide(hidden(n))
    scene.put(SEEN, sdo("note", "both of them", object_refs=[SEEN["id"], hidden(n)["id"]]))
    scene.put(sdo("opinion", "o", opinion="agree", object_refs=[SEEN["id"], hidden(n)["id"]]))


@path()
def error_texts_urls_and_logs(scene: Scene, n: int) -> None:
    if n:
        scene.hide(hidden(n), SEEN | {"name": "HALCYON", "object_marking_refs": refs("tlp:red")})
        scene.hidden.remove(str(SEEN["id"]))
        with scene.aside():
            scene.put({"type": "indicator", "id": "no id", "name": "HALCYON"}, marking="tlp:red")
    scene.put(later(SEEN, 9))


@path()
def dashboards(scene: Scene, n: int) -> None:
    if n:
        scene.hide(*(hidden(n, kind) for kind in ("threat-actor", "campaign", "incident")))
    scene.put(OTHER)
    scene.cut()


@path()
def an_id_addressed_request_checked_against_the_wrong_parent(scene: Scene, n: int) -> None:
    scene.put(SEEN)
    if n:
        scene.hide(hidden(n))
        with scene.aside():
            sha = scene.attach(hidden(n)["id"], b"HALCYON under another", "halcyon.txt", "tlp:green")
            scene.secrets.append(sha.encode())


@path()
def unknown_marking_read_as_none(scene: Scene, n: int) -> None:
    scene.put(SEEN)
    if n:
        unknown = "marking-definition--00000000-0000-4000-8000-0000000000aa"
        scene.hide(hidden(n, object_marking_refs=[unknown]), marking="tlp:clear")
        nation = {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": "marking-definition--00000000-0000-4000-8000-0000000000bb",
            "created": WHEN,
            "definition_type": "halcyon",
            "definition": {"halcyon": "kestrel"},
        }
        scene.hide(nation, hidden(n, "campaign", object_marking_refs=[nation["id"]]), marking="tlp:clear")


@path()
def marking_applied_after_first_visibility(scene: Scene, n: int) -> None:
    scene.put(SEEN)
    scene.cut()
    if n:
        scene.hide(hidden(n), marking="")
        with scene.aside():
            scene.cut()
            scene.mark(hidden(n)["id"], "tlp:red")
    scene.cut()


@path()
def organisation_names_in_indexes(scene: Scene, n: int) -> None:
    if n:
        scene.hide(
            sdo("identity", "Halcyon Shipping", identity_class="organization", sectors=["transportation"])
        )
    scene.put(sdo("identity", "Harbour Authority", identity_class="organization"), SEEN)


@path()
def response_size_etag_more_totals_sequence_gaps(scene: Scene, n: int) -> None:
    for i in range(6):
        if n:
            scene.hide(*(sdo("indicator", f"halcyon {i} {k}", description="x" * 900) for k in range(3)))
            if i % 2:
                with scene.aside():
                    scene.cut()
        scene.put(sdo("indicator", f"open {i}"))
        scene.cut()


@path()
def modified_bumped_by_a_hidden_change(scene: Scene, n: int) -> None:
    value = SEEN | {"description": "HALCYON one", "labels": [OPENLY]} | granular(["description"], "tlp:red")
    scene.put(value)
    scene.cut()
    scene.visit()
    if n:
        with scene.aside():
            scene.put(later(value, 7, description="HALCYON two"))
            scene.cut()
    scene.cut()


@path((1, 2))
def guessable_deterministic_ids(scene: Scene, n: int) -> None:
    scene.put(SEEN, sdo("malware", "spring", description=WORDS[n]) | granular(["description"], "tlp:red"))
    scene.hide(hidden(n, "domain-name"))
    scene.put(sdo("report", "spring report", object_refs=[SEEN["id"], hidden(n, "domain-name")["id"]]))


@path((1, 2))
def free_text_and_external_references(scene: Scene, n: int) -> None:
    scene.hide(hidden(n))
    named = f"OPERATION {WORDS[n]}"
    scene.put(SEEN, sdo("report", "summary", description=f"More on {named} next week.", object_refs=[SEEN["id"], hidden(n)["id"]]))  # fmt: skip
    link = [{"source_name": "wiki", "description": named, "external_id": str(hidden(n)["id"])}]
    scene.put(
        sdo("note", "see the link", object_refs=[SEEN["id"], hidden(n)["id"]], external_references=link)
    )


@path((1, 2))
def a_translation_of_a_hidden_property(scene: Scene, n: int) -> None:
    value = SEEN | {"description": WORDS[n], "lang": "en"} | granular(["description"], "tlp:red")
    scene.put(value)
    contents = {"fr": {"name": "port", "description": f"{WORDS[n]} en français"}}
    scene.put(sdo("language-content", "t", object_ref=SEEN["id"], object_modified=WHEN, contents=contents))


@path()
def marking_definitions_that_name_a_compartment(scene: Scene, n: int) -> None:
    scene.put(SEEN)
    if n:
        scene.hide(
            hidden(n, object_marking_refs=refs("tlp:green", "compartment:can/HALCYON")), marking="tlp:green"
        )
        scene.hide(hidden(n, "tool"), marking="tlp:green level:CAN/TOP SECRET compartment:can/KESTREL")


@path()
def conflict_and_dead_letter_answers(scene: Scene, n: int) -> None:
    if n:
        scene.hide(hidden(n, "indicator"))
        with scene.aside():
            scene.put(hidden(n, "indicator") | {"description": "HALCYON again"}, marking="tlp:red")
    scene.put(SEEN)


@path()
def orders_and_ties(scene: Scene, n: int) -> None:
    """Hidden objects that share every instant with the seen ones, before, between and after them."""
    objects = [sdo("indicator", f"tie {i}") for i in range(6)]
    for i, one in enumerate(objects):
        if n:
            scene.hide(sdo("indicator", f"halcyon tie {i}"))
        scene.put(one)
    scene.cut()


@path()
def a_hidden_referrer(scene: Scene, n: int) -> None:
    scene.put(SEEN, OTHER)
    if n:
        scene.hide(sdo("report", "HALCYON report", object_refs=[SEEN["id"], OTHER["id"]]))
        scene.hide(sdo("sighting", "s", sighting_of_ref=SEEN["id"], count=14, description="HALCYON"))
        scene.hide(sdo("opinion", "HALCYON", opinion="disagree", object_refs=[SEEN["id"]]))
    scene.put(later(SEEN, 3))


@path()
def a_hidden_place_on_a_map(scene: Scene, n: int) -> None:
    """A hidden place beside a seen one, named by a relationship and a report that are seen."""
    seen = sdo("location", "breakwater", latitude=47.0, longitude=-9.0)
    scene.put(SEEN, seen, sdo("relationship", "there", source_ref=SEEN["id"], target_ref=seen["id"], relationship_type="located-at"))  # fmt: skip
    if n:
        place = sdo("location", "HALCYON", latitude=12.5, longitude=34.5)
        scene.hide(place, sdo("note", "HALCYON", object_refs=[SEEN["id"], place["id"]]))
        tie = sdo("relationship", "hidden", source_ref=SEEN["id"], target_ref=place["id"], relationship_type="located-at")  # fmt: skip
        scene.hide(tie, marking="tlp:green")


@path()
def a_refused_object(scene: Scene, n: int) -> None:
    """An object kept from France by name, and its decision, are not told to France; others see it as it is."""
    scene.put(SEEN)
    if n:
        scene.hide(hidden(n, "indicator"))
        with scene.aside():
            scene.refuse(hidden(n, "indicator")["id"])
    scene.cut()
