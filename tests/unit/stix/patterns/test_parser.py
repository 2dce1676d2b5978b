"""Reading patterns: the grammar, what is said of a fault, and no text that takes long."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.errors import explain
from cordiale.stix.patterns import DEEP, LONGEST, PatternError, caret, normal, parse, parse_any, tree, written
from cordiale.stix.validate import validate
from tests.conformance.patterns import generated

SHARED = Path(__file__).parents[5] / "shared" / "data" / "stix" / "pattern-spec-examples.txt"


def comparison(said: str) -> tree.Comparison:
    observation = parse(f"[{said}]").observation
    assert isinstance(observation, tree.Observed)
    assert isinstance(observation.expression, tree.Comparison)
    return observation.expression


@pytest.mark.parametrize(
    ("said", "path", "operator", "values", "negated"),
    [
        ("file:size = 25", ("size",), "=", (25,), False),
        ("file:size == -25", ("size",), "=", (-25,), False),
        ("file:name <> 'a'", ("name",), "!=", ("a",), False),
        ("file:name NOT = 'it\\'s \\\\'", ("name",), "=", ("it's \\",), True),
        ("file:x<=.5", ("x",), "<=", (0.5,), False),
        ("file:x > +7.0", ("x",), ">", (7.0,), False),
        ("file:on = true", ("on",), "=", (True,), False),
        ("file:hashes.'SHA-256' = 'aa'", ("hashes", "SHA-256"), "=", ("aa",), False),
        ("file:extensions.'a-ext'.sections[*].entropy < 1", ("extensions", "a-ext", "sections", None, "entropy"), "<", (1,), False),
        ("file:a[0][12].b = 1", ("a", 0, 12, "b"), "=", (1,), False),
        ("file:'a b'.'c.d' = 1", ("a b", "c.d"), "=", (1,), False),
        ("file:m = h'fFd8'", ("m",), "=", (tree.Hex(b"\xff\xd8"),), False),
        ("file:m = b'AB\nI='", ("m",), "=", (tree.Binary(b"\x00\x12"),), False),
        ("file:t = t'1970-01-01T00:00:01.5Z'", ("t",), "=", (tree.Moment("1970-01-01T00:00:01.5Z", 1_500_000),), False),
        ("file:name IN ('a','b')", ("name",), "IN", ("a", "b"), False),
        ("file:size NOT IN (1, 2.5)", ("size",), "IN", (1, 2.5), True),
        ("file:size IN ()", ("size",), "IN", (), False),
        ("file:name LIKE '%a_'", ("name",), "LIKE", ("%a_",), False),
        ("file:name MATCHES'^a'", ("name",), "MATCHES", ("^a",), False),
        ("ipv4-addr:value ISSUBSET '10.0.0.0/8'", ("value",), "ISSUBSET", ("10.0.0.0/8",), False),
        ("ipv4-addr:value NOT ISSUPERSET '10.0.0.0/8'", ("value",), "ISSUPERSET", ("10.0.0.0/8",), True),
        ("EXISTS file:name", ("name",), "EXISTS", (), False),
        ("NOT EXISTS file:name", ("name",), "EXISTS", (), True),
        ("file\u00a0: /* so */ name . a\n[ 0 ] // why\n = 1", ("name", "a", 0), "=", (1,), False),
    ],
)  # fmt: skip
def test_every_form_of_a_comparison(
    said: str, path: tuple[object, ...], operator: str, values: object, negated: bool
) -> None:
    found = comparison(said)
    assert (found.path.steps, found.operator, found.values, found.negated) == (
        path,
        operator,
        values,
        negated,
    )


@pytest.mark.parametrize(
    ("said", "shape"),
    [
        ("[a:b=1 OR a:b=2 AND a:b=3]", "[a:b = 1 OR a:b = 2 AND a:b = 3]"),
        ("[(a:b=1 OR a:b=2) AND a:b=3]", "[(a:b = 1 OR a:b = 2) AND a:b = 3]"),
        ("[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3] AND [a:b=4]", "[a:b = 1] FOLLOWEDBY [a:b = 2] OR [a:b = 3] AND [a:b = 4]"),
        ("([a:b=1] FOLLOWEDBY [a:b=2]) OR [a:b=3]", "([a:b = 1] FOLLOWEDBY [a:b = 2]) OR [a:b = 3]"),
        ("(([a:b=1]) AND ([a:b=2]))WITHIN 5.5 SECONDS", "([a:b = 1] AND [a:b = 2]) WITHIN 5.5 SECONDS"),
        ("[a:b=1] AND [a:b=2] REPEATS 5 TIMES", "[a:b = 1] AND [a:b = 2] REPEATS 5 TIMES"),
        ("[a:b=1]START t'2026-01-01T00:00:00Z'STOP t'2026-01-02T00:00:00Z'", "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'"),
    ],
)  # fmt: skip
def test_and_binds_tighter_than_or_and_or_than_followed_by(said: str, shape: str) -> None:
    assert written(parse(said)) == shape


FAULTS = [
    ("", 1, 1), ("file:size = 1", 1, 1), ("[file:size = ]", 1, 14), ("[file:size 1]", 1, 12), ("[file.size = 1]", 1, 2),
    ("[file:hashes.MD5 = cead]", 1, 20), ("[file:name MATCHES /a/]", 1, 20), ("[a:b = 1] WITHIN 5 HOURS", 1, 20),
    ("[a:b = 1] WITHIN -5 SECONDS", 1, 18), ("[a:b = 1] WITHIN 0 SECONDS", 1, 18), ("[a:b = 1] REPEATS 0 TIMES", 1, 19),
    ("[a:b = 1] REPEATS 1.5 TIMES", 1, 19), ("[a:b ISSUBSET ]", 1, 15), ("[a:b =? 'x']", 1, 7), ("[a:b = t'2026-13-01T00:00:00Z']", 1, 8),
    ("[a:b = b'====']", 1, 8), ("[a:b = h'abc']", 1, 8), ("[a:b = 1] within 2 SECONDS", 1, 11), ("[a:b-c = 1]", 1, 4),
    ("[a:b = 1]\nAND\n [a:b = x]", 3, 9), ("[a:b = 'x]", 1, 8), ("[a:b = 'x\\q']", 1, 8), ("[a:b > true]", 1, 8),
    ("[a:b IN (1, 'x')]", 1, 13), ("[a:b IN (1, true)]", 1, 13), ("[a:b IN (1 2)]", 1, 12), ("[a:b IN 1]", 1, 9),
    ("[a:b = 01]", 1, 8), ("[a:b = 9007199254740993]", 1, 8), ("[a:b = 1", 1, 9), ("[a:b = 1]]", 1, 10), ("([a:b = 1]", 1, 11),
    ("[(a:b = 1]", 1, 10), ("[a:b = 1] AND", 1, 14), ("[a:b[-1] = 1]", 1, 5), ("[a:b = null]", 1, 8), ("[]", 1, 2), ("[a:b = 1] START 'x'", 1, 17),
    ("[a:b = 1] /* no end", 1, 11), ("[NOT a:b = 1]", 1, 6), ("[a:b like 'x']", 1, 6), ("[a:b = 1] REPEATS 2 TIMES" + " WITHIN 1 SECONDS" * 4, 1, 78),
]  # fmt: skip


@pytest.mark.parametrize(("said", "line", "column"), FAULTS)
def test_a_fault_is_where_it_is_said_to_be(said: str, line: int, column: int) -> None:
    with pytest.raises(PatternError) as caught:
        parse(said)
    error = caught.value
    assert (error.line, error.column) == (line, column), str(error)
    shown, mark = caret(said, error).splitlines()
    assert mark.index("^") == column - 1
    assert shown == said.splitlines()[line - 1] if said else True
    for lang in ("en", "fr"):
        assert "{" not in explain(error, lang)
    again = pickle.loads(pickle.dumps(error))
    assert (again.line, again.column, str(again)) == (line, column, str(error))


def test_the_place_is_shown_in_a_long_line() -> None:
    said = "[" + "a:b = 1 OR " * 1000 + "a:b = ]"
    with pytest.raises(PatternError) as caught:
        parse(said)
    shown, mark = caret(said, caught.value).splitlines()
    assert len(shown) < 110
    assert shown[mark.index("^")] == "]"


@pytest.mark.parametrize(
    "said",
    [
        "[a:b = 1] and [a:c-d LIKE 'x' Or a:b = TRUE]",
        "[a:b=1] START '2026-01-01T00:00:00Z' STOP '2026-01-02T00:00:00Z'",
    ],
)
def test_what_is_met_in_the_field_is_read_when_it_is_asked_for(said: str) -> None:
    with pytest.raises(PatternError):
        parse(said)
    assert parse(written(parse_any(said))) == parse_any(said)


def test_the_answers_that_made_the_reference_parser_fail() -> None:
    with pytest.raises(PatternError, match="64 levels"):
        parse("[" + "(" * 400 + "a:b = 1" + ")" * 400 + "]")
    assert parse("[" + "(" * DEEP + "a:b = 1" + ")" * DEEP + "]")
    many = parse("[" + " OR ".join(f"a:b = {n}" for n in range(3000)) + "]").observation
    assert isinstance(many, tree.Observed)
    assert isinstance(many.expression, tree.Any)
    assert len(many.expression.operands) == 3000
    with pytest.raises(PatternError, match="Write it in several parts"):
        parse("[a:b = '" + "a" * LONGEST + "']")


BOMBS = ["(", "[", "'", "a", "a:", "a:b", "a:b.", "a:b[", "/*", "//", "/* */", "*", "1", "-", "a:b IN (", "[a:b = 'x' AND ", "t'", "\\", " ", "NOT ",
         "[a:b = 1] AND ", "[a:b = 1] REPEATS 1 TIMES ", "([a:b=1] WITHIN 1 SECONDS)", "a:'", "/*a*/a:b", "a .a", "h'00", "[a:b = 'x\\'"]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_text_takes_long(bomb: str) -> None:
    for said in (
        bomb * (LONGEST // len(bomb)),
        "[" + bomb * 100_000,
        "[a:b = " + bomb * 100_000,
        "[a:b" + bomb * 100_000,
    ):
        with pytest.raises(PatternError):
            parse(said)


_pieces = st.sampled_from([*"[]()'=<>.:*,/\\ \n-+1tbh", "a:b", "AND", " OR ", "NOT ", "IN", "LIKE", "'x'", "FOLLOWEDBY", "WITHIN 1 SECONDS", "[*]", "é", "\ud800"])  # fmt: skip


@given(st.one_of(st.text(), st.lists(_pieces, max_size=30).map("".join)))
def test_any_text_is_read_or_refused(said: str) -> None:
    for edition in ("2.1", "2.0", "any"):
        try:
            found = parse(said, edition)  # type: ignore[arg-type]
        except PatternError as error:
            assert 0 <= error.offset <= len(said)
            assert caret(said, error)
        else:
            assert parse(written(found)) == found


@given(generated.patterns())
def test_what_is_written_is_read_back_and_the_normal_form_stays(said: str) -> None:
    found = parse(said)
    assert parse(written(found)) == found
    once = normal(found)
    assert parse(written(once)) == once
    assert normal(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[a:b = 2 OR a:b = 1 OR a:b = 2]", "[a:b = 1 OR (a:b = 2)]"),
        ("[a:b IN (1)]", "[a:b NOT != 1]"),
        ("[a:b IN ('y', 'x', 'y')]", "[a:b IN ('x', 'y')]"),
        ("[a:b = b'AA==']", "[a:b = h'00']"),
        ("[a:b = t'2026-01-01T00:00:00Z']", "[a:b = t'2026-01-01T00:00:00.000Z']"),
        ("[a:b = 1] OR ([a:b = 2] OR [a:b = 1])", "[a:b = 2] OR [a:b = 1]"),
        ("[a:b = 2] AND [a:b = 1]", "[a:b = 1] REPEATS 1 TIMES AND [a:b = 2]"),
        ("[a:b = 1.0]", "[a:b = 1]"),
    ],
)
def test_patterns_that_say_the_same_have_one_form(one: str, other: str) -> None:
    assert normal(parse(one)) == normal(parse(other))


def test_patterns_that_say_something_else_keep_their_form() -> None:
    for one, other in [
        ("[a:b=1] AND [a:b=1]", "[a:b=1]"),
        ("[a:b=1] FOLLOWEDBY [a:b=2]", "[a:b=2] FOLLOWEDBY [a:b=1]"),
        ("[a:b=1]", "[a:b=true]"),
    ]:
        assert written(normal(parse(one))) != written(normal(parse(other)))


def test_six_qualifiers_in_parentheses_are_written_so_that_they_are_read_back() -> None:
    said = "[a:b = 1]"
    for _more in range(3):
        said = f"({said} REPEATS 2 TIMES WITHIN 5 SECONDS)"
    assert parse(written(parse(said))) == parse(said)


@pytest.mark.skipif(
    not SHARED.exists(), reason="the examples of the standard are not here (../shared/data/stix)"
)
def test_every_example_of_the_standard_is_read() -> None:
    for said in filter(None, SHARED.read_text("utf-8").splitlines()):
        assert parse(written(parse(said))) == parse(said)


def indicator(pattern: str) -> dict[str, str]:
    return {
        "type": "indicator", "spec_version": "2.1", "id": "indicator--9a3bc4bc-1a0e-4c43-8f2f-e0a0ba04c7ee", "pattern_type": "stix",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "valid_from": "2026-01-01T00:00:00Z", "pattern": pattern,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("[file:name = 'a']", None),
        ("[file:hashes.SHA-256 = 'a']", "pattern-syntax"),
        ("[file:name = t'2026-02-30T00:00:00Z']", "pattern-value"),
        ("[file:hashes.MD5 = 'abc']", "pattern-hash"),
        ("[ipv4-addr:value = '999.1.1.1']", "pattern-never"),
        ("[ipv6-addr:value IN ('2001:db8::1', 'nowhere')]", "pattern-never"),
        ("[file:name = 'a' AND url:value = 'b']", "pattern-never"),
        ("[ipv4-addr:value ISSUBSET 'here']", "pattern-never"),
        ("[indicator:name = 'a']", "pattern-never"),
        ("[file:name = 'a'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-01T00:00:00Z'", "pattern-never"),
        ("[file:name = 'a'] REPEATS 2 TIMES REPEATS 2 TIMES", "pattern-qualifier"),
    ],
)
def test_an_indicator_is_kept_with_a_word_about_its_pattern(pattern: str, code: str | None) -> None:
    problems = validate(indicator(pattern))
    assert [(one.severity, one.code, one.path) for one in problems] == (
        [("warning", code, "pattern")] if code else []
    )
    for one in problems:
        assert "{" not in one.explain("fr") + one.explain("en")


def test_the_deepest_pattern_goes_through_everything() -> None:
    from cordiale.domains.cyber.patterns.words import words
    from cordiale.stix.patterns import equalities
    from cordiale.stix.patterns.matching import match
    from cordiale.stix.patterns.observations import Observation
    from cordiale.stix.patterns.remarks import remarks

    said = "[" + "(a:b = 0 AND a:b = 1 OR " * (DEEP // 2) + "a:b = 2" + ")" * (DEEP // 2) + "]"
    for _level in range(DEEP // 2):
        said = f"({said} AND [a:b=1] OR [a:b=2] FOLLOWEDBY [a:b=3])" + " REPEATS 1 TIMES WITHIN 9 SECONDS" * 2
    for one in (said, "[" + "(a:b = 0 AND a:b = 1 OR " * DEEP + "a:b = 2" + ")" * DEEP + "]"):
        read = parse(one)
        assert parse(written(read)) == read
        assert hash(normal(normal(read))) == hash(normal(read))
        assert equalities(read) is None
        assert words(read, "fr")
        assert remarks(read) is not None
        seen = [Observation(str(n), n, n, {"0": {"type": "a", "b": n % 4}}, 50) for n in range(40)]
        assert match(read, seen).matched is not False


def test_a_pattern_of_thousands_of_faults_is_not_a_report_of_thousands() -> None:
    found = validate(indicator("[" + " OR ".join(f"file:hashes.MD5 = '{n}'" for n in range(5000)) + "]"))
    assert {one.code for one in found} == {"pattern-hash"}
    assert len(found) == 20
