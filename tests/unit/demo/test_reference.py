"""The reference evaluator on small inputs whose answer is plain."""

from cordiale.demo.reference import Reader, may_go

GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
READER = Reader(tlp=2, names=frozenset({"FRA", "france"}))


def note(key: str, *markings: str, **more: object) -> dict[str, object]:
    return {"type": "note", "id": f"note--{key}", "object_marking_refs": list(markings), **more}


def test_tlp_decides() -> None:
    assert may_go([note("a", GREEN), note("b", RED)], {}, READER).verbatim == {"note--a"}


def test_an_unknown_marking_stops_and_so_does_none() -> None:
    assert may_go([note("a", "marking-definition--x"), note("b")], {}, READER).verbatim == frozenset()


def test_a_statement_does_not_restrict_and_the_given_marking_counts() -> None:
    statement = {"type": "marking-definition", "id": "marking-definition--s", "definition_type": "statement"}
    objects = [statement, note("a", "marking-definition--s"), note("b")]
    given = {"note--a": frozenset({"tlp:green"}), "note--b": frozenset({"rel:CAN|FRA", "tlp:amber"})}
    assert may_go(objects, given, READER).verbatim == {"note--a", "note--b"}


def test_a_relationship_goes_only_when_both_ends_do() -> None:
    tie = {"type": "relationship", "id": "relationship--r", "object_marking_refs": [GREEN], "source_ref": "note--a", "target_ref": "note--b"}  # fmt: skip
    found = may_go([tie, note("a", GREEN), note("b", RED)], {}, READER)
    assert found.verbatim == {"note--a"}
    assert "relationship--r" not in found.in_part


def test_what_names_a_hidden_object_may_go_in_part_only() -> None:
    found = may_go([note("a", GREEN, object_refs=["note--b"]), note("b", RED)], {}, READER)
    assert (found.verbatim, found.in_part) == (frozenset(), {"note--a"})


def test_a_marked_property_lets_the_rest_go_in_part() -> None:
    marked = note("a", GREEN, granular_markings=[{"marking_ref": RED, "selectors": ["content"]}])
    assert may_go([marked], {}, READER).in_part == {"note--a"}
