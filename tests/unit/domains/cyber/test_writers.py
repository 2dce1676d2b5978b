"""Lists and rules out of indicators: read back by the tools they are for, whatever a value or a name holds."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Any

import dns.zone
import pytest
import yara
from sigma.collection import SigmaCollection

from cordiale.domains.cyber.indicators.held import Held
from cordiale.domains.cyber.readers.ruleset import Parsed, rules
from cordiale.domains.cyber.values import pattern
from cordiale.domains.cyber.writers.forms import FORMS, form_called
from cordiale.domains.cyber.writers.line import LEFT, Head
from cordiale.domains.cyber.writers.selection import Chosen, Wanted, chosen, pap_of
from cordiale.platform.clock import DAY, parse_instant
from cordiale.platform.errors import InputError

NOW = parse_instant("2026-11-22T12:00:00Z")
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HEAD = Head("can", "test", "TLP:GREEN", ("1 left\nout */ \x1b[31m",), 7)

HOSTILE = (
    ("domain-name", 'evil.example"; sid:1;) alert ip any any -> any any (msg:"x'),
    ("domain-name", "evil.example\n0.0.0.0 good.example"),
    ("domain-name", "evil.example IN CNAME good.example."),
    ("url", "http://evil.example/a\nhttp://good.example/"),
    ("url", 'http://evil.example/"; content:"x"; sid:5;) #'),
    ("url", "http://evil.example/|41|;\\"),
    ("user-agent", 'x"; sid:9;)\nalert ip any any -> any any (sid:3;)'),
    ("ipv4-addr", "198.51.100.7 any (sid:1;)"),
    ("file-name", '=cmd|" /C calc"!A0'),
    ("file-name", 'x: "y\n  z: [*'),
    ("windows-registry-key", 'HKEY_LOCAL_MACHINE\\a*?\\"\nlevel: low'),
    ("sha256", SHA[:-1] + '"'),
)
PLAIN = (
    ("domain-name", "evil.example"),
    ("domain-name", "xn--vil-9la.example"),
    ("ipv4-addr", "198.51.100.7"),
    ("ipv6-addr", "2001:db8::7"),
    ("cidr", "198.51.100.0/24"),
    ("cidr", "2001:db8:1::/48"),
    ("url", "https://evil.example/a/b?c=d;e%20é"),
    ("user-agent", 'Mozilla/4.0 (evil; "x")'),
    ("sha256", SHA),
    ("file-name", "a*b?.exe"),
    ("windows-registry-key", "HKEY_LOCAL_MACHINE\\Software\\Bad"),
)


def held(kind: str, value: str, n: int = 1, **given: Any) -> Held:
    return Held(
        **{
            "id": f"indicator--00000000-0000-4000-8000-{n:012x}",
            "pattern": pattern(kind, value),
            "pattern_type": "stix",
            "name": given.pop("name", value),
            "source": "can",
            "ours": True,
            "modified": NOW - DAY,
            "valid_from": NOW - DAY,
            "valid_until": None,
            "revoked": False,
            "confidence": 80,
            "labels": (),
            "marking": frozenset({"tlp:green"}),
            "value": {},
            **given,
        }
    )


def rule(language: str, text: str, n: int = 90) -> Held:
    return held("domain-name", "x.example", n, pattern=text, pattern_type=language, name=f"rule {n}")


def written(name: str, *given: Held, **named: Any) -> tuple[str, Chosen]:
    form = FORMS[name]
    found = chosen(given, form.wanted, NOW, **named)
    return form.write(found.lines, found.rules, HEAD, found.left).decode(), found


def lines(text: str, sign: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith(sign)]


def everything() -> list[Held]:
    hostile = 'x"; y\n*/ =1+1 \\ é'
    return [held(kind, value, n, name=hostile) for n, (kind, value) in enumerate((*PLAIN, *HOSTILE), 1)]


def test_lists_hold_one_plain_value_a_line() -> None:
    given = everything()
    assert set(lines(written("hosts", *given)[0], "#")) == {
        "0.0.0.0 evil.example",
        "0.0.0.0 xn--vil-9la.example",
    }
    assert lines(written("domains", *given)[0], "#") == ["evil.example", "xn--vil-9la.example"]
    assert lines(written("netset", *given)[0], "#") == ["198.51.100.0/24", "198.51.100.7", "2001:db8::7", "2001:db8:1::/48"]  # fmt: skip
    for url in lines(written("urls", *given)[0], "#"):
        assert re.fullmatch(r"[!-~]+", url)
        assert url.startswith("evil.example/")


def test_a_name_server_reads_the_policy_zone() -> None:
    text, found = written("rpz", *everything())
    zone = dns.zone.from_text(text, origin="rpz.example.", relativize=True)
    names = {str(name) for name in zone.nodes}
    assert names == {"@", "evil.example", "*.evil.example", "xn--vil-9la.example", "*.xn--vil-9la.example", "32.7.100.51.198.rpz-ip", "24.0.100.51.198.rpz-ip", "128.7.zz.db8.2001.rpz-ip", "48.zz.1.db8.2001.rpz-ip"}  # fmt: skip
    assert zone.get_rdataset("@", "SOA")[0].serial == 7
    assert found.left["shape"] > 0


def test_nothing_breaks_out_of_a_rule() -> None:
    for name in ("suricata", "snort"):
        text, _found = written(name, *everything())
        read = list(rules(text))
        assert read
        assert all(isinstance(one, Parsed) for one in read), [
            one for one in read if not isinstance(one, Parsed)
        ]
        assert len(read) == len(lines(text, "#"))
        parsed = [one for one in read if isinstance(one, Parsed)]
        assert len({one.sid for one in parsed}) == len(parsed)
        assert {one.action for one in parsed} == {"alert"}
        assert all(1_500_000_000 <= one.sid < 2_147_483_648 for one in parsed)


def test_rules_of_suricata_say_what_they_look_for() -> None:
    text, _found = written(
        "suricata", held("domain-name", "evil.example"), held("url", 'http://a.example/x"|;é', 2)
    )
    contents = re.findall(r'content:"([^"]*)"', text)
    assert ".evil.example" in contents
    assert "/x|22 7C 3B|%C3%A9" in contents
    again, _found = written("suricata", held("domain-name", "evil.example", 7))
    numbers = re.findall(r"sid:(\d+)", again)
    assert set(numbers) <= set(re.findall(r"sid:(\d+)", text))


def test_names_stand_in_snort_as_they_do_in_dns() -> None:
    text, _found = written("snort", held("domain-name", "evil.example"))
    assert 'content:"|04|evil|07|example|00|"' in text


def test_sigma_is_read_by_its_own_library() -> None:
    text, found = written("sigma", *everything())
    collection = SigmaCollection.from_yaml(text)
    assert collection.errors == []
    assert len(collection.rules) == len(
        {(one.kind, one.value) for one in found.lines if one.value.isprintable()}
    )
    titles = {one.title for one in collection.rules}
    assert "Cordiale domain-name evil.example" in titles
    assert {str(one.level) for one in collection.rules} == {"high"}


def test_yara_is_compiled_by_yara() -> None:
    own = 'import "pe"\nrule held : tag { meta: a = "}" strings: $a = "{ }" $b = /x{2}\\/[}]/ condition: any of them and pe.is_pe }'
    text, _found = written(
        "yara", *everything(), rule("yara", own), rule("yara", "rule held { condition: true }", 91)
    )
    compiled = yara.compile(source=text)
    names = [one.identifier for one in compiled]
    assert names == ["held", f"cordiale_sha256_{SHA[:24]}"]


def test_a_table_is_no_formula_and_says_its_marking() -> None:
    text, found = written("csv", *everything())
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(found.lines)
    assert {row["marking"] for row in rows} == {"tlp:green"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"revoked": True}, "revoked"),
        ({"valid_until": NOW}, "expired"),
        ({"valid_from": NOW + DAY}, "early"),
        ({"marking": frozenset({"tlp:green", "pap:amber"})}, "pap"),
        ({"labels": ("PAP:RED",)}, "pap"),
        ({"marking": frozenset({"pap:red"})}, "pap"),
    ],
)
def test_what_has_ended_or_may_not_be_acted_on_is_left_out(given: dict[str, Any], reason: str) -> None:
    text, found = written("hosts", held("domain-name", "evil.example", **given))
    assert (lines(text, "#"), dict(found.left)) == ([], {reason: 1})
    assert reason in LEFT


def test_pap_decides_by_use() -> None:
    amber = held("domain-name", "evil.example", marking=frozenset({"pap:amber"}))
    red = held("domain-name", "evil.example", marking=frozenset({"pap:red"}))
    green = held("domain-name", "evil.example", marking=frozenset({"pap:green", "pap:clear"}))
    uses = {name: [len(written(name, one)[1].lines) for one in (green, amber, red)] for name in ("rpz", "netset", "suricata", "snort", "sigma", "csv")}  # fmt: skip
    assert uses == {"rpz": [1, 0, 0], "netset": [0, 0, 0], "suricata": [1, 1, 0], "snort": [1, 1, 0], "sigma": [1, 1, 1], "csv": [1, 1, 1]}  # fmt: skip
    assert pap_of(green) == "green"


def test_the_strictest_statement_of_a_value_governs() -> None:
    """Blocking what one source asks to watch in silence would show that it is watched."""
    given = (
        held("domain-name", "evil.example"),
        held("domain-name", "evil.example", 2, marking=frozenset({"pap:red"})),
    )
    assert written("hosts", *given)[1].left == Counter({"pap": 2})
    ended = held("domain-name", "evil.example", 3, marking=frozenset({"pap:red"}), revoked=True)
    assert len(written("hosts", given[0], ended)[1].lines) == 1
    assert len(written("csv", *given)[1].lines) == 2


def test_false_positives_and_what_decayed_are_left_out() -> None:
    given = (
        held("domain-name", "evil.example"),
        held("domain-name", "good.example", 2),
        held("domain-name", "old.example", 3),
    )
    _text, found = written(
        "hosts",
        *given,
        warned=lambda kind, value: value == "good.example",
        decayed=lambda one, now: one.id.endswith("3"),
    )
    assert ([one.value for one in found.lines], dict(found.left)) == (
        ["evil.example"],
        {"warned": 1, "decayed": 1},
    )
    sure = chosen(given, Wanted(kinds=frozenset(("domain-name",)), confidence=90), NOW)
    assert sure.left == Counter({"unsure": 3})


def test_patterns_of_several_values_are_taken_apart_and_others_are_not() -> None:
    either = held(
        "domain-name", "x", pattern="[domain-name:value = 'a.example' OR domain-name:value = 'b.example']"
    )
    follows = held(
        "domain-name",
        "x",
        2,
        pattern="[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'c.example']",
    )
    _text, found = written("domains", either, follows)
    assert ([one.value for one in found.lines], found.left["shape"]) == (["a.example", "b.example"], 1)


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("suricata", 'drop ip any any -> any any (msg:"x"; sid:1;)', "unsafe"),
        ("suricata", 'alert http any any -> any any (msg:"x"; dataset:set,x,save /etc/x; sid:1;)', "unsafe"),
        ("suricata", "alert http any any -> any any (lua:x.lua; sid:1;)", "unsafe"),
        (
            "suricata",
            'alert ip any any -> any any (msg:"x"; sid:1;)\nalert ip any any -> any any (sid:2;)',
            "shape",
        ),
        ("suricata", "alert ip any any -> any any (msg:x", "shape"),
        ("yara", 'include "/etc/passwd"\nrule a { condition: true }', "shape"),
        ("yara", "rule a { condition: true } rule b { condition: true }", "shape"),
        ("yara", "rule a { condition: ", "shape"),
        ("sigma", "title: x\n---\ntitle: y\n", "shape"),
        ("sigma", "title: &a [*a]\nlogsource: {}\ndetection: {}", "shape"),
    ],
)
def test_rules_of_others_that_would_do_more_than_detect_are_left_out(
    language: str, text: str, reason: str
) -> None:
    made, found = written(language, rule(language, text))
    assert found.left == Counter({reason: 1})
    assert "passwd" not in made


def test_rules_of_others_are_carried_as_they_are() -> None:
    own = 'alert dns any any -> any any (msg:"of somebody \\; else"; dns.query; content:"x"; sid:2000001; rev:3;)'
    text, _found = written("suricata", rule("suricata", own), rule("suricata", own.replace("x", "y"), 91))
    assert lines(text, "#") == [own]


def test_the_same_indicators_make_the_same_bytes() -> None:
    given = everything()
    for name in FORMS:
        assert written(name, *given)[0] == written(name, *reversed(given))[0], name


def test_what_a_file_says_of_itself_ends_no_remark() -> None:
    for name, sign in (("hosts", "#"), ("rpz", ";"), ("suricata", "#"), ("yara", "//"), ("sigma", "#")):
        text, _found = written(name)
        head = text.splitlines()[:3]
        assert all(line.startswith(sign) for line in head), name
        assert "\x1b" not in text
    with pytest.raises(InputError, match="no format"):
        form_called("pdf")
