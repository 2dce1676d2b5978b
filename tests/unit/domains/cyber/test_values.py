"""Values are compared in one form, whatever way they were written in."""

import pytest

from cordiale.domains.cyber.values import KINDS, folded, kind_of, of_pattern, pattern
from cordiale.stix.patterns import literals


@pytest.mark.parametrize(
    ("kind", "written", "compared"),
    [
        ("ipv4-addr", " 198.51.100.7 ", "198.51.100.7"),
        ("ipv4-addr", "198.51.100.7/32", "198.51.100.7"),
        ("cidr", "198.51.100.7/24", "198.51.100.0/24"),
        ("ipv6-addr", "2001:DB8:0:0::1", "2001:db8::1"),
        ("ipv4-addr", "not an address", "not an address"),
        ("domain-name", "WWW.Example.ORG.", "www.example.org"),
        ("domain-name", "élysée.example", "xn--lyse-9oad.example"),
        ("url", "HTTP://Example.org:80", "http://example.org/"),
        ("url", "https://example.org:8443/A?b=C#d", "https://example.org:8443/A?b=C"),
        ("url", "http://[2001:DB8::1]/x", "http://[2001:db8::1]/x"),
        ("email-addr", "Mallory@Example.ORG", "mallory@example.org"),
        ("mac-addr", "00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e"),
        ("md5", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
        ("ssdeep", "3:AbC:dEf", "3:AbC:dEf"),
        ("file-name", "Invoice.EXE", "Invoice.EXE"),
    ],
)
def test_values_are_folded_by_their_kind(kind: str, written: str, compared: str) -> None:
    assert folded(kind, written) == compared
    assert folded(kind, compared) == compared


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("198.51.100.7", "ipv4-addr"),
        ("198.51.100.0/24", "cidr"),
        ("2001:db8::/32", "cidr"),
        ("2001:db8::1", "ipv6-addr"),
        ("1.2.3", None),
        ("https://example.org/a", "url"),
        ("mallory@example.org", "email-addr"),
        ("example.org", "domain-name"),
        ("d41d8cd98f00b204e9800998ecf8427e", "md5"),
        ("00:1a:2b:3c:4d:5e", "mac-addr"),
        ("3:AbC:dEf", "ssdeep"),
        ("hello", None),
        ("two words.example", None),
        ("", None),
    ],
)
def test_a_bare_text_says_by_its_form_what_it_is(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind


def test_what_a_pattern_compares_gets_its_own_kind() -> None:
    assert of_pattern("ipv4-addr", "198.51.100.0/24") == ("cidr", "198.51.100.0/24")
    assert of_pattern("ipv4-addr", "198.51.100.7") == ("ipv4-addr", "198.51.100.7")
    assert of_pattern("hash", "a" * 64) == ("sha256", "a" * 64)
    assert of_pattern("hash", "3:AbC:dEf") == ("ssdeep", "3:AbC:dEf")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "user-agent"])
def test_the_pattern_of_a_value_says_it_back(kind: str) -> None:
    value = {"cidr": "2001:db8::/32", "autonomous-system": "64500"}.get(kind, "a'b\\c")
    found = literals(pattern(kind, value))
    assert [one for _kind, one in found] == [value]
