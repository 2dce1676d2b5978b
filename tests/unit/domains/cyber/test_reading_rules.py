"""OpenIOC, Sigma, YARA, Suricata and Snort become indicators; what is damaged is set aside and the rest goes on."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.incoming.readers import Reader, reader_for, readers
from cordiale.domains.cyber.readers import openioc
from cordiale.domains.cyber.readers.rules import language_of, network_reader, sigma_reader, yara_reader
from cordiale.platform.errors import InputError
from cordiale.stix.ingress import Limits, SetAside
from cordiale.stix.version import read

SIGMA = """title: Office starts a shell
id: 8f2b2d5e-1f6a-4c53-9a0b-2f7c7c1d9e11
status: experimental
description: A document starts a command shell.
references:
    - https://a.example/report
author: Somebody
date: 2023/04/05
modified: 2024-05-06
tags:
    - attack.execution
    - attack.t1204.002
    - cve.2024-3400
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\cmd.exe'
    condition: selection
falsepositives:
    - Macros of accounting
level: high
---
title: Not a rule
---
title: Broken [
logsource: {
---
title: Bomb
a: &a [x, x]
b: [*a, *a]
logsource: {category: x}
detection: {condition: x}
---
title: Another
logsource: {category: dns}
detection: {s: {query: evil.example}, condition: s}
"""

YARA = """import "pe"
import "hash"
/* rule hidden { condition: true } */
rule First : apt ransom {
    meta:
        description = "It has a } and a \\"quote\\""
        author = "Somebody"
        reference = "https://a.example/report"
        score = 80
        date = "2023-04-05"
        technique = "T1059.001"
    strings:
        $a = "}" // not the end }
        $b = { 4D 5A [2-4] ?? }
        $c = /a{2}\\/\\}/i
    condition:
        pe.is_pe and any of them
}
private rule Second { condition: filesize < 10 / 2 }
include "other.yar"
rule Broken { strings: $a = "never closed
 condition: true
}
rule Third { condition: hash.md5(0, filesize) == "x" }
"""

RULES = r"""# remark
#alert tcp any any -> any any (msg:"switched off"; sid:9;)
alert http $HOME_NET any -> $EXTERNAL_NET any (msg:"ET MALWARE Bad\; thing CVE-2024-3400"; http.host; content:"evil.example"; reference:url,a.example/report; classtype:trojan-activity; sid:2030001; rev:4; metadata:created_at 2023_04_05, updated_at 2024_05_06, signature_severity Major, mitre_technique_id T1071;)
alert tcp any any -> any 80 (msg:"no end"; sid:3
alert tcp any any -> any 80 (msg:"no number";)
alert tcp $EXTERNAL_NET any -> $HOME_NET 80 (msg:"SERVER old"; flow:to_server,established; content:"x"; http_uri; \
  metadata:policy balanced-ips drop; sid:1234; rev:2; priority:1;)
"""

IOC = b"""<?xml version="1.0" encoding="utf-8"?>
<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="6d2a1b03-b216-4cd8-9a9e-8827af6ebf93" last-modified="2012-02-03T04:05:06">
  <short_description>Invented family</short_description><description>Words about it.</description>
  <authored_by>Somebody</authored_by><authored_date>2011-01-02T03:04:05</authored_date>
  <links><link rel="report">https://a.example/report</link></links>
  <definition><Indicator operator="OR" id="1">
    <IndicatorItem condition="is"><Context search="FileItem/Md5sum"/><Content type="md5">9f86d081884c7d659a2feaa0c55ad015</Content></IndicatorItem>
    <IndicatorItem condition="contains"><Context search="RegistryItem/Path"/><Content type="string">Software\\It's\\Run</Content></IndicatorItem>
    <IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content type="IP">198.51.100.7</Content></IndicatorItem>
    <Indicator operator="AND">
      <IndicatorItem condition="is"><Context search="FileItem/FileName"/><Content>a.exe</Content></IndicatorItem>
      <IndicatorItem condition="is"><Context search="FileItem/SizeInBytes"/><Content>1024</Content></IndicatorItem>
      <Indicator operator="OR">
        <IndicatorItem condition="is"><Context search="Network/DNS"/><Content>evil.example</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="Network/DNS"/><Content>bad.example</Content></IndicatorItem>
      </Indicator>
    </Indicator>
    <Indicator operator="AND">
      <IndicatorItem condition="is"><Context search="FileItem/FileName"/><Content>b.exe</Content></IndicatorItem>
      <IndicatorItem condition="is"><Context search="FileItem/PEInfo/ImportedModules"/><Content>x</Content></IndicatorItem>
    </Indicator>
  </Indicator></definition></ioc>"""


def taken(reader: Reader, content: bytes | str) -> tuple[list[dict[str, Any]], list[SetAside]]:
    data = content.encode() if isinstance(content, str) else content
    pieces = list(reader.read([data], Limits()))
    raws = [one for one in pieces if isinstance(one, bytes)]
    for raw in raws:
        assert [p for p in read(raw)[1] if p.severity == "error"] == []
    return [orjson.loads(raw) for raw in raws], [one for one in pieces if isinstance(one, SetAside)]


def codes(value: dict[str, Any], source: str) -> list[str]:
    return [
        one["external_id"] for one in value.get("external_references", ()) if one["source_name"] == source
    ]


def test_each_is_known_by_its_content() -> None:
    known = readers()
    for content, name in (
        (SIGMA, "Sigma"),
        (YARA, "YARA"),
        (RULES, "Suricata / Snort"),
        (IOC.decode(), "OpenIOC"),
    ):
        assert reader_for(content.encode()[:4096], known).name == name
    assert reader_for(b"// a remark\n\nprivate rule a : b { condition: true }", known).name == "YARA"


def test_a_sigma_rule_says_what_it_is() -> None:
    (first, second), aside = taken(sigma_reader, SIGMA)
    assert first["id"] == "indicator--8f2b2d5e-1f6a-4c53-9a0b-2f7c7c1d9e11"
    assert (first["name"], first["pattern_type"], first["confidence"]) == (
        "Office starts a shell",
        "sigma",
        65,
    )
    assert (first["created"], first["modified"]) == ("2023-04-05T00:00:00.000Z", "2024-05-06T00:00:00.000Z")
    assert (codes(first, "mitre-attack"), codes(first, "cve")) == (["T1204.002"], ["CVE-2024-3400"])
    assert first["kill_chain_phases"][0]["phase_name"] == "execution"
    assert "Macros of accounting" in first["description"]
    assert first["pattern"].startswith("title: Office starts a shell\n")
    assert second["name"] == "Another"
    assert [(one.code, one.path) for one in aside] == [("sigma-rule", "line 25"), ("sigma-damaged", "line 29"), ("sigma-bomb", "line 30")]  # fmt: skip


@pytest.mark.parametrize("bomb", ["[" * 500, "a: " * 300 + "b", "{a: " * 400, "- " * 10_000, "x: [" + "1," * 30_000 + "1]", "!!python/object/apply:os.system [true]"])  # fmt: skip
def test_yaml_that_would_grow_or_run_is_set_aside(bomb: str) -> None:
    objects, aside = taken(sigma_reader, f"title: x\nlogsource: {{}}\n---\n{bomb}")
    assert objects == []
    assert len(aside) == 2


def test_yara_rules_are_cut_at_their_ends() -> None:
    (first, second, third), aside = taken(yara_reader, YARA)
    assert (first["name"], first["confidence"], codes(first, "mitre-attack")) == ("First", 80, ["T1059.001"])
    assert first["pattern"].startswith('import "pe"\nrule First')
    assert first["pattern"].rstrip().endswith("any of them\n}")
    assert first["description"] == 'It has a } and a "quote"'
    assert (second["name"], third["name"]) == ("Second", "Third")
    assert third["pattern"].startswith('import "hash"\nrule Third')
    assert [one.code for one in aside] == ["yara-include", "yara-end"]


def test_network_rules_are_taken_one_by_one() -> None:
    (first, second), aside = taken(network_reader, RULES)
    assert first["name"] == "ET MALWARE Bad; thing CVE-2024-3400"
    assert (first["pattern_type"], first["confidence"], first["pattern_version"]) == ("suricata", 60, "4")
    assert (codes(first, "mitre-attack"), codes(first, "cve")) == (["T1071"], ["CVE-2024-3400"])
    assert first["modified"] == "2024-05-06T00:00:00.000Z"
    assert first["external_references"][0]["url"] == "https://a.example/report"
    assert (second["pattern_type"], second["confidence"], "\n" in second["pattern"]) == ("snort", 75, False)
    assert [(one.code, one.path) for one in aside] == [("rule-end", "line 4"), ("rule-sid", "line 5")]
    assert language_of("alert dns any any -> any any (dns.query; sid:1;)") == "suricata"


def test_openioc_becomes_patterns_that_say_no_more_than_it() -> None:
    objects, aside = taken(openioc.reader, IOC)
    assert [one["pattern"] for one in objects if one["type"] == "indicator"] == [
        "[file:hashes.MD5 = '9f86d081884c7d659a2feaa0c55ad015']",
        "[windows-registry-key:key LIKE '%Software\\\\It\\'s\\\\Run%']",
        "[ipv4-addr:value = '198.51.100.7']",
        "([(file:name = 'a.exe' AND file:size = 1024)] AND [(domain-name:value = 'evil.example' OR domain-name:value = 'bad.example')])",
    ]
    report = objects[-1]
    assert (report["type"], report["name"], len(report["object_refs"])) == ("report", "Invented family", 4)
    assert report["published"] == "2011-01-02T03:04:05.000Z"
    assert [one.params["search"] for one in aside] == ["FileItem/PEInfo/ImportedModules is"]


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE ioc [<!ENTITY a "b">]><ioc>&a;</ioc>',
        b'<!DOCTYPE ioc SYSTEM "file:///etc/passwd"><ioc/>',
        b"<ioc><definition>",
        b"<ioc>" + b"<Indicator>" * 100,
        b"<ioc/>",
    ],
)
def test_xml_that_could_read_files_or_never_ends_is_refused(hostile: bytes) -> None:
    with pytest.raises(InputError):
        list(openioc.read([hostile], Limits()))


@pytest.mark.parametrize("hostile", ["/*" * 50_000, '"' * 10_001, "rule a {" * 3_000, "rule " * 30_000, "/" * 50_000, 'alert tcp any any -> any any (' * 3_000, "a" * 70_000 + "\\\n", 'alert ip a any -> b any (msg:"' + "\\" * 50_000])  # fmt: skip
def test_hostile_rules_end(hostile: str) -> None:
    for reader in (yara_reader, network_reader, sigma_reader):
        try:
            list(reader.read([hostile.encode()], Limits()))
        except InputError:
            continue


def test_a_rule_that_says_one_thing_again_and_again_is_looked_over_once() -> None:
    """An expression that looks to the end of the rule from each of them would take minutes for this one."""
    assert language_of("alert tcp any any -> any any (" + "flow:" * 60_000) == "suricata"
