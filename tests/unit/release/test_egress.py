"""What the egress does not know does not leave: it decides again from the bytes, whatever the node claims."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import orjson
import pytest

from cordiale.platform.clock import DAY, format_instant
from cordiale.platform.errors import ConfigurationError, CordialeError, ProtocolError, Unavailable
from cordiale.release import merkle, segment
from cordiale.release.decide import compile_rules
from cordiale.release.egress.client import (
    Entry,
    RedactionClaim,
    SegmentRequest,
    TargetClaim,
    local_egress,
    spawn_egress,
)
from cordiale.release.form import Candidate, Target, form
from cordiale.release.keys import ed25519_signer, keyed_signer, verify_ed25519, verify_keyed, write_key
from cordiale.release.mandate import Mandated
from cordiale.release.marking import marking_hash, of_version
from cordiale.release.rules import parse
from cordiale.stix import atoms
from tests.unit.release.given import (
    BRAVO,
    IDENTITY,
    INDICATOR,
    NOW,
    RED,
    SECRET,
    TEXT,
    marked,
    value,
    version,
)

MARKING = atoms.id_of("rel:BBB")
SIGNER = keyed_signer("home")
RULES = parse(TEXT, "test.toml")


def request(*entries: Entry, markings=("tlp:amber",), **more) -> SegmentRequest:
    fields = {
        "pair": "home>bravo", "generation": 1, "first": 1, "previous": segment.NO_PREVIOUS, "cut_at": NOW,
        "base_us": NOW, "recipient": BRAVO, "rules": TEXT, "seed": b"s" * 32, "markings": tuple(markings),
        "entries": entries,
    }  # fmt: skip
    return SegmentRequest(**(fields | more))


def entry(held, marking=0, **more) -> Entry:
    read = version(held)
    return Entry(read.hash, marking, read.raw, **more)


def refusals(asked: SegmentRequest, clock=None) -> list[str]:
    return [refused.code for refused in local_egress(SIGNER, clock).sign_segment(asked).refused]


def test_what_passes_is_signed_over_salted_leaves():
    one, two = entry(value()), entry(value(identifier="campaign--77777777-7777-4777-8777-777777777777"))
    found = local_egress(SIGNER).sign_segment(request(one, two, first=7))
    leaves = segment.leaves(b"s" * 32, [one.hash, two.hash], [marking_hash(["tlp:amber"])] * 2)
    assert found.refused == ()
    assert (found.header.first, found.header.last) == (7, 8)
    assert found.header.root == merkle.root(leaves)
    assert found.header.rules_version == RULES.version
    assert segment.verify_segment(found.header, found.signature, SIGNER.public_key, verify_keyed)


def test_a_refused_candidate_is_not_in_the_segment_and_leaves_no_gap():
    hidden = entry(value(object_marking_refs=[RED]), marking=1)
    found = local_egress(SIGNER).sign_segment(
        request(hidden, entry(value()), hidden, markings=("tlp:amber", "tlp:amber\ntlp:red"))
    )
    assert [(r.index, r.code, r.atom) for r in found.refused] == [
        (0, "tlp-too-narrow", "tlp:red"),
        (2, "tlp-too-narrow", "tlp:red"),
    ]
    assert (found.header.first, found.header.last) == (1, 1)


def test_when_nothing_passes_nothing_is_signed():
    found = local_egress(SIGNER).sign_segment(request(entry(value(object_marking_refs=[RED]))))
    assert found.header is None
    assert found.signature == b""


def test_a_node_that_claims_less_than_the_bytes_say_is_refused():
    assert refusals(request(entry(value(object_marking_refs=[RED])))) == ["claimed-too-little"]
    assert refusals(request(entry(value()), markings=("",))) == ["unmarked"]
    assert refusals(request(entry(value(), marking=5))) == ["unmarked"]


def test_an_effective_marking_that_does_not_pass_is_refused_though_the_bytes_would():
    assert refusals(request(entry(value()), markings=("tlp:amber\nunresolved",))) == ["unresolved-reference"]


def test_a_hidden_property_never_goes_verbatim():
    held = value(description="secret", granular_markings=[marked("description")])
    assert refusals(request(entry(held))) == ["tlp-too-narrow"]


def test_bytes_that_are_not_what_their_hash_says_are_refused():
    read = version(value())
    assert refusals(request(Entry(read.hash, 0, version(value(description="other")).raw))) == ["body-missing"]
    assert refusals(request(Entry(read.hash, 0, b"{"))) == ["body-missing"]
    assert refusals(request(Entry(read.hash, 0))) == ["body-missing"]


def test_a_doubled_key_does_not_turn_red_into_amber():
    raw = version(value()).raw.replace(
        b'"object_marking_refs"', b'"object_marking_refs":["' + RED.encode() + b'"],"object_marking_refs"'
    )
    assert refusals(request(Entry(version(value()).hash, 0, raw))) == ["body-missing"]


def test_a_marking_definition_it_was_not_given_is_unknown():
    only = atoms.definition_of("rel:BBB")
    held = entry(value(object_marking_refs=[only["id"]]))
    too_little = {"markings": ("tlp:green",)}
    assert refusals(request(held, **too_little)) == ["claimed-too-little"]
    assert refusals(request(held, definitions=(orjson.dumps(only),), **too_little)) == ["claimed-too-little"]
    assert (
        refusals(request(held, markings=("rel:BBB",))) == []
    )  # its id follows from the atom that is claimed


def test_a_definition_that_names_what_the_recipient_may_not_know_does_not_go():
    held = version(atoms.definition_of("compartment:AAA/LILY"))
    claimed = ("compartment:AAA/LILY",)
    assert refusals(request(Entry(held.hash, 0, held.raw), markings=claimed)) == ["compartment"]


def test_a_property_outside_the_allow_list_does_not_go():
    assert refusals(request(entry(value(x_internal=1)))) == ["outside-allow-list"]
    assert refusals(request(entry(value(x_mitre_version="1")))) == []


def test_a_recipient_other_than_the_rules_have_it_is_refused_whole():
    for other in (
        msgspec.structs.replace(BRAVO, tlp="red"),
        msgspec.structs.replace(BRAVO, node="delta"),
        msgspec.structs.replace(BRAVO, communities=frozenset({"FRIENDS", "STRANGERS"})),
    ):
        with pytest.raises(ConfigurationError):
            refusals(request(entry(value()), recipient=other))


def test_a_weaker_link_than_the_rules_assume_is_taken_as_it_is():
    weaker = msgspec.structs.replace(BRAVO, assurance="taxii")
    assert refusals(request(entry(value()), recipient=weaker)) == ["assurance-too-low"]
    charlie = msgspec.structs.replace(RULES.partners["charlie"], assurance="node")
    with pytest.raises(ConfigurationError):
        refusals(request(entry(value()), recipient=charlie))


def test_its_own_clock_counts_as_well():
    until = atoms.definition_of(f"not-after:{format_instant(NOW + DAY)}")
    held = entry(value(object_marking_refs=[until["id"]]))
    asked = request(
        held, markings=(f"not-after:{format_instant(NOW + DAY)}",), definitions=(orjson.dumps(until),)
    )
    assert refusals(asked) == []
    assert refusals(asked, lambda: NOW + 2 * DAY) == ["expired"]


def test_consent_counts_for_the_entry_it_was_given_for():
    control = atoms.definition_of("orcon:alpha")
    other = value(
        object_marking_refs=[control["id"]], identifier="campaign--77777777-7777-4777-8777-777777777777"
    )
    asked = request(
        entry(value(object_marking_refs=[control["id"]])),
        entry(other),
        markings=("orcon:alpha",),
        definitions=(orjson.dumps(control),),
        consents={0: ("alpha",)},
    )
    found = local_egress(SIGNER).sign_segment(asked)
    assert [(r.index, r.code) for r in found.refused] == [(1, "originator-control")]


def tear_line(held, targets=None):
    read = version(held)
    base, full = of_version(read, {})
    made = form(
        Candidate(read, base, full, base, True),
        compile_rules(RULES, BRAVO),
        NOW,
        mandated=Mandated(True, "automatic"),
        targets={i: Target(t.state, t.as_id, t.words) for i, t in (targets or {}).items()},
        definitions={},
        secret=SECRET,
    )
    claim = RedactionClaim(read.raw, made.version.id, made.created, made.modified, targets or {})
    return made, claim


def test_a_tear_line_is_made_again_and_must_be_the_same():
    held = value(description="secret", created_by_ref=IDENTITY, granular_markings=[marked("description")])
    made, claim = tear_line(held, {IDENTITY: TargetClaim("verbatim")})
    right = Entry(made.version.hash, 0, made.version.raw, redaction=0)
    assert refusals(request(right, redactions=(claim,))) == []
    for other in (
        msgspec.structs.replace(claim, targets={}),
        msgspec.structs.replace(claim, modified=NOW + DAY),
        msgspec.structs.replace(claim, parent=version(value(aliases=["x"])).raw),
    ):
        assert refusals(request(right, redactions=(other,))) == ["not-the-same-tear-line"]


def test_what_the_node_did_not_answer_for_is_hidden_for_both():
    held = value(
        description=f"see {INDICATOR}", created_by_ref=IDENTITY, x_mitre_extension=[INDICATOR, MARKING]
    )
    made, claim = tear_line(held)
    assert INDICATOR.encode() not in made.version.raw
    assert MARKING.encode() in made.version.raw
    assert refusals(request(Entry(made.version.hash, 0, redaction=0), redactions=(claim,))) == []


def test_a_tear_line_that_still_holds_the_hidden_property_is_refused():
    held = value(description="secret", granular_markings=[marked("description")])
    made, claim = tear_line(held)
    leaking = version(orjson.loads(made.version.raw) | {"description": "secret"})
    assert refusals(request(Entry(leaking.hash, 0, leaking.raw, redaction=0), redactions=(claim,))) == [
        "not-the-same-tear-line"
    ]
    # the same without saying that it is a tear-line: nothing in the bytes tells, and nothing hidden is claimed away
    assert refusals(request(right := entry(held))) == ["tlp-too-narrow"]
    assert right.redaction is None


def test_a_tear_line_of_what_does_not_pass_at_all_is_refused():
    _made, claim = tear_line(value(description="secret", granular_markings=[marked("description")]))
    red = msgspec.structs.replace(claim, parent=version(value(object_marking_refs=[RED])).raw)
    assert refusals(request(Entry(b"h" * 32, 0, redaction=0), redactions=(red,))) == ["claimed-too-little"]


def test_bodies_are_fetched_only_when_they_have_not_been_seen():
    egress, read, asked = local_egress(SIGNER), version(value()), []

    def fetch(places):
        asked.append(list(places))
        return [read.raw for _ in places]

    for _ in range(3):
        assert egress.sign_segment(request(Entry(read.hash, 0)), fetch).header is not None
    assert asked == [[0]]


def test_a_malformed_request_signs_nothing():
    with pytest.raises(ProtocolError):
        refusals(request(entry(value()), seed=b"short"))
    with pytest.raises(ProtocolError):
        local_egress(SIGNER).sign("segment", b"{}")


# ── The process ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def egress(tmp_path):
    write_key(tmp_path / "signing.key", lambda n: b"k" * n)
    handle = spawn_egress(tmp_path / "signing.key")
    yield handle
    handle.close()


def test_the_process_signs_as_the_local_one_does(egress):
    asked = request(entry(value()), entry(value(object_marking_refs=[RED])))
    local = local_egress(ed25519_signer(b"k" * 32))
    assert egress.public_key == local.public_key
    assert egress.sign_segment(asked) == local.sign_segment(asked)
    assert egress.sign_segment(asked) == local.sign_segment(asked)
    signature = egress.sign("recall", b"x")
    assert verify_ed25519(egress.public_key, segment.message("recall", b"x"), signature)


def test_an_error_of_the_process_is_an_error_here_and_it_goes_on(egress):
    with pytest.raises(CordialeError, match="not, as described, a partner"):
        egress.sign_segment(request(entry(value()), recipient=msgspec.structs.replace(BRAVO, tlp="red")))
    with pytest.raises(CordialeError, match="failed"):
        egress.sign("not a purpose", b"")
    assert egress.sign("recall", b"x")


def test_killed_it_is_started_again_and_nothing_is_lost(egress):
    before = egress.sign_segment(request(entry(value())))
    os.kill(egress.pid, signal.SIGKILL)
    assert egress.sign_segment(request(entry(value()))) == before


def test_ended_it_is_not_started_again_by_who_still_holds_on_to_it(egress):
    """A link signs a greeting with the process it was given just before the node closed, or its key changed."""
    egress.close()
    with pytest.raises(Unavailable) as told:
        egress.sign("request", b"")
    assert (told.value.code, egress.pid) == ("egress-closed", None)


def test_killed_while_it_waits_for_bodies_the_request_is_made_again(egress):
    read, killed = version(value()), []

    def fetch(places):
        if not killed:
            killed.append(egress.pid)
            os.kill(egress.pid, signal.SIGKILL)
        return [read.raw for _ in places]

    assert egress.sign_segment(request(Entry(read.hash, 0)), fetch).header is not None
    assert killed
    assert egress.pid not in killed


def test_a_fetch_that_fails_leaves_nothing_in_the_pipe(egress):
    def fetch(_places):
        raise Unavailable("database", "The database is away.")

    with pytest.raises(Unavailable, match="database"):
        egress.sign_segment(request(Entry(version(value()).hash, 0)), fetch)
    assert egress.sign_segment(request(entry(value()))).header is not None


def test_it_knows_the_key_file_and_nothing_that_could_read_a_store(egress, tmp_path):
    egress.sign_segment(request(entry(value(description="x", granular_markings=[marked("description")]))))
    opened = {str(link.readlink()) for link in Path(f"/proc/{egress.pid}/fd").iterdir()}
    of_the_test_run = "(deleted)"  # where pytest collects what is written to standard error
    assert not [
        n for n in opened if n.startswith("/") and not n.startswith("/dev") and of_the_test_run not in n
    ]
    loaded = Path(f"/proc/{egress.pid}/maps").read_text()
    assert "sqlite" not in loaded
    assert "psycopg" not in loaded
    arguments = Path(f"/proc/{egress.pid}/cmdline").read_bytes().split(b"\0")
    assert [a for a in arguments if str(tmp_path).encode() in a] == [str(tmp_path / "signing.key").encode()]


def test_its_modules_are_those_of_deciding_and_signing():
    code = (
        "import cordiale.release.egress.__main__, sys;"
        "print([m for m in sys.modules if m.split('.')[0] in ('sqlalchemy','sqlite3','alembic','httpx','litestar','babel')"
        " or m.startswith(('cordiale.store','cordiale.exchange','cordiale.desk')) or m.endswith('records')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_it_stays_small(egress):
    egress.sign_segment(request(entry(value()), entry(value("indicator", INDICATOR, pattern="[ipv4-addr:value = '198.51.100.7']",
                                                            pattern_type="stix", valid_from="2025-01-01T00:00:00Z"))))  # fmt: skip
    status = Path(f"/proc/{egress.pid}/status").read_text()
    resident = int(status.split("VmRSS:")[1].split()[0]) / 1024
    assert resident < 40, f"{resident:.1f} MB"
    assert resource.getpagesize()


def test_a_key_that_cannot_be_used_is_said_at_the_start(tmp_path):
    (tmp_path / "signing.key").write_text("x")
    with pytest.raises(CordialeError, match=r"chmod 600|not a signing key"):
        spawn_egress(tmp_path / "signing.key")


def test_what_names_somebody_goes_whole_only_under_an_act_that_names_it():
    account = {
        "type": "user-account",
        "spec_version": "2.1",
        "id": "user-account--77777777-7777-4777-8777-777777777777",
        "account_login": "winter_truth_4417",
        "object_marking_refs": value()["object_marking_refs"],
    }
    asked = {"markings": ("tlp:amber",)}
    assert refusals(request(entry(account), entry(value()), **asked)) == ["names-somebody"]
    assert refusals(request(entry(account), named={0: "act"}, **asked)) == []
    assert refusals(request(entry(account), entry(account), named={1: "act"}, **asked)) == ["names-somebody"]
    lifted = {"consents": {0: ("orcon:home",)}}
    assert refusals(request(entry(account), **lifted, **asked)) == ["names-somebody"]


def test_observed_data_with_an_account_inside_never_goes_whole():
    times = {"first_observed": "2026-03-01T08:00:00Z", "last_observed": "2026-03-01T08:00:00Z"}
    inside = {"0": {"type": "user-account", "account_login": "winter_truth_4417"}}
    identifier = "observed-data--77777777-7777-4777-8777-777777777777"
    held = value("observed-data", identifier, number_observed=1, objects=inside, **times)
    del held["name"]
    assert refusals(request(entry(held), named={0: "act"})) == ["names-somebody"]
