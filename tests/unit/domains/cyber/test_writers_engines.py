"""What is written for tools, by the word of the tools: their own programs load it, and find by it what it is for."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yara
from sigma.backends.test import TextQueryTestBackend
from sigma.collection import SigmaCollection
from sigma.validation import SigmaValidator
from sigma.validators.core import validators

from cordiale.domains.cyber.indicators.held import Held
from tests.unit.domains.cyber import packets
from tests.unit.domains.cyber.test_writers import HOSTILE, PLAIN, SHA, everything, held, written

SURICATA = shutil.which("suricata")
CHECKZONE = shutil.which("named-checkzone")
engine = pytest.mark.skipif(SURICATA is None, reason="suricata is not installed here")

SETTINGS = """%YAML 1.1
---
vars:
  address-groups: {HOME_NET: "[10.0.0.0/8]", EXTERNAL_NET: "!$HOME_NET"}
  port-groups: {HTTP_PORTS: "80"}
default-log-dir: LOGS
classification-file: CLASSES
reference-config-file: REFERENCES
outputs: [{eve-log: {enabled: yes, filetype: regular, filename: eve.json, types: [alert]}}]
app-layer: {protocols: {http: {enabled: yes}, tls: {enabled: yes}, dns: {udp: {enabled: yes, detection-ports: {dp: 53}}, tcp: {enabled: yes}}}}
"""
"""The least that Suricata runs with: nothing of what a machine has configured."""


def run(tmp_path: Path, rules: str, *more: str) -> str:
    """Run Suricata with rules; return what it says."""
    assert SURICATA is not None
    logs = tmp_path / "logs"
    logs.mkdir(exist_ok=True)
    (tmp_path / "classes").write_text("config classification: bad-unknown,Potentially Bad Traffic, 2\n")
    (tmp_path / "references").write_text("config reference: url http://\n")
    settings = SETTINGS.replace("LOGS", str(logs)).replace("CLASSES", str(tmp_path / "classes"))
    (tmp_path / "suricata.yaml").write_text(settings.replace("REFERENCES", str(tmp_path / "references")))
    (tmp_path / "given.rules").write_text(rules)
    command = [SURICATA, "-c", str(tmp_path / "suricata.yaml"), "-S", str(tmp_path / "given.rules"), "-l", str(logs), "-v", *more]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def many() -> list[Held]:
    """Return indicators of every kind with signs that mean something to rules, a thousand of them, the same each time."""
    chance = random.Random(20261122)
    signs = "abc.-_/\\\"';:|$!()[]{}<>*?%&=+~#,@ \t\n\r\x00é漢0123456789"
    made = everything()
    kinds = [kind for kind, _value in (*PLAIN, *HOSTILE)]
    for number in range(1000):
        kind = kinds[number % len(kinds)]
        word = "".join(chance.choice(signs) for _sign in range(chance.randint(1, 40)))
        value = {"url": f"http://evil{number}.example/{word}", "domain-name": f"evil{number}.{word}"}.get(
            kind, word
        )
        made.append(held(kind, value, 1000 + number, name=word, confidence=number % 101))
    return made


@engine
def test_suricata_loads_every_rule(tmp_path: Path) -> None:
    text, _found = written("suricata", *many())
    rules = [line for line in text.splitlines() if line.startswith("alert")]
    assert len(rules) > 100
    said = run(tmp_path, text, "-T")
    assert f"{len(rules)} rules successfully loaded, 0 rules failed" in said, said


SEEN = {
    "name": ("domain-name", "evil.example", packets.question("www.EVIL.example", 1), packets.question("notevil.example", 2)),
    "host": ("domain-name", "host.example", packets.request("a.host.example", "/", 1), packets.request("nohost.example", "/", 2)),
    "url": ("url", 'http://page.example/a "b";c|é?x=1#here', packets.request("page.example", '/a%20"b";c|%C3%A9?x=1', 3), packets.request("page.example", "/a", 4)),
    "url of an address": ("url", "http://192.0.2.9/x.exe", packets.request("192.0.2.9", "/x.exe", 5, there="192.0.2.9"), packets.request("192.0.2.9", "/y.exe", 6, there="192.0.2.9")),
    "agent": ("user-agent", 'Evil/4 ("x"; y|z)', packets.request("plain.example", "/", 7, 'Evil/4 ("x"; y|z)'), packets.request("plain.example", "/", 8, "Evil/4")),
    "network": ("cidr", "198.51.100.0/28", packets.request("plain.example", "/", 9, there="198.51.100.7"), packets.request("plain.example", "/", 10, there="198.51.100.17")),
}  # fmt: skip
"""By case: the kind and value of an indicator, what its rule is for, and what is much like it."""


@engine
def test_suricata_alerts_on_what_a_rule_is_for_and_on_nothing_else(tmp_path: Path) -> None:
    given = [
        held(kind, value, number) for number, (kind, value, _seen, _other) in enumerate(SEEN.values(), 1)
    ]
    text, _found = written("suricata", *given)
    met = alerts(tmp_path, text, [packet for _kind, _value, seen, _other in SEEN.values() for packet in seen])
    for number, case in enumerate(SEEN, 1):
        assert any(line.endswith(f"{number:012x}") for line in met), (case, met)
    assert (
        alerts(tmp_path / "other", text, [packet for *_said, other in SEEN.values() for packet in other])
        == []
    )


def alerts(folder: Path, rules: str, seen: list[bytes]) -> list[str]:
    """Return the ids of the indicators whose rules alerted on what was recorded."""
    folder.mkdir(exist_ok=True)
    run(folder, rules, "-r", str(packets.recorded(folder / "seen.pcap", seen)), "-k", "none")
    log = folder / "logs" / "eve.json"
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line)["alert"]["metadata"]["cordiale_id"][0] for line in lines]


@pytest.mark.skipif(CHECKZONE is None, reason="named-checkzone (BIND) is not installed here")
def test_bind_loads_the_policy_zone(tmp_path: Path) -> None:
    assert CHECKZONE is not None
    (tmp_path / "zone").write_text(written("rpz", *many())[0])
    done = subprocess.run([CHECKZONE, "rpz.example", str(tmp_path / "zone")], capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, "loaded serial 7" in done.stdout) == (0, True), done.stdout


def test_yara_finds_a_file_by_its_digest() -> None:
    text, _found = written("yara", *many())
    compiled = yara.compile(source=text)
    assert [one.rule for one in compiled.match(data=b"test")] == [f"cordiale_sha256_{SHA[:24]}"]
    assert compiled.match(data=b"another") == []


def test_sigma_becomes_queries_by_its_own_converter() -> None:
    text, found = written("sigma", *many())
    collection = SigmaCollection.from_yaml(text)
    assert collection.errors == []
    queries: list[Any] = TextQueryTestBackend().convert(collection)
    assert len(queries) == len({(one.kind, one.value) for one in found.lines if one.value.isprintable()})
    assert any(f"SHA256={SHA.upper()}" in query for query in queries)


def test_sigma_rules_pass_the_validators_of_its_project() -> None:
    wanted = {name: check for name, check in validators.items() if name not in TASTE}
    issues = SigmaValidator(wanted.values()).validate_rules(SigmaCollection.from_yaml(written("sigma", *everything())[0]))  # fmt: skip
    assert [str(one) for one in issues] == []


TASTE = frozenset(("attacktag", "d3_fendtag", "escaped_wildcard"))
"""Validators that fetch what they compare with from the network, and one that asks whether a sign is meant: it is."""
