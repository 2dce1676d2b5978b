"""Sites are tied by marks that two owners rarely share; what everybody has, and who imitates whom, joins nobody."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import Sent
from cordiale.domains.information.chosen import kinships
from cordiale.domains.information.kinship import kept as keeping
from cordiale.domains.information.kinship.forms import sites as send
from cordiale.domains.information.kinship.names import look_alikes
from cordiale.domains.information.kinship.page_marks import is_placeholder
from cordiale.domains.information.kinship.reading import look
from cordiale.domains.information.kinship.signals import of_kinship
from cordiale.domains.information.kinship.site import site_of
from cordiale.domains.information.kinship.ties import Kinship, kinship
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotFound
from cordiale.release.recipient import Recipient
from cordiale.web.site import site
from tests.unit.web.asgi import ask

MARIE = house("marie")
OUTSIDER = Actor("max", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="green"))  # fmt: skip
ICON = "data:image/png;base64," + base64.b64encode(b"an icon of nobody else").decode()


def page(*head: str, classes: str = "", blocks: int = 0) -> str:
    body = "".join(f'<div class="{classes}"><h2 class="{classes}">x</h2></div>' for _n in range(blocks))
    return f"<html><head>{''.join(head)}</head><body>{body}<p>News.</p></body></html>"


def tag(account: str) -> str:
    return f"<script>gtag('config', '{account}');</script>"


def found(folder: Path, pages: dict[str, str | bytes], **more: object) -> Kinship:
    return kinship([look(path) for path in written(folder, pages)], **more)  # type: ignore[arg-type]


def written(folder: Path, pages: dict[str, str | bytes]) -> list[Path]:
    paths = []
    for name, content in pages.items():
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return paths


def warc(*answers: tuple[str, str, str, bytes]) -> bytes:
    """Return an archive of answers: address, status line, header lines, body."""
    out = []
    for address, status, headers, body in answers:
        block = f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body
        head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2026-03-01T00:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
        out.append(head.encode() + block + b"\r\n\r\n")
    return b"".join(out)


def test_one_account_ties_two_sites_strongly_and_says_where_it_stands(tmp_path: Path) -> None:
    pages = {
        "harbour-times.example.html": page(tag("UA-48151-2")),
        "quay-herald.example.html": page(tag("UA-48151-7")),
        "alone.example.html": page(tag("UA-77120-1")),
    }
    got = found(tmp_path, pages)
    (tie,) = got.ties
    assert (tie.one, tie.other, tie.kind, tie.grade) == ("harbour-times.example", "quay-herald.example", "analytics", "strong")  # fmt: skip
    assert "one account" in tie.because.en
    assert "même compte" in tie.because.fr
    assert [seen.file for seen in tie.seen] == ["harbour-times.example.html", "quay-herald.example.html"]
    assert "UA-48151-2" in tie.seen[0].piece
    assert got.groups == (("harbour-times.example", "quay-herald.example"),)


@pytest.mark.parametrize("written", ["UA-XXXXX-1", "UA-00000-1", "G-XXXXXXXXXX", "UA-11111-1", "UA-123456-1"])
def test_what_examples_print_ties_nothing(tmp_path: Path, written: str) -> None:
    assert not found(tmp_path, {f"{name}.example.html": page(tag(written)) for name in ("one", "two")}).ties
    assert is_placeholder("pub-0000000000000000")


def test_what_everybody_has_ties_nothing_and_is_told(tmp_path: Path) -> None:
    theme = {f"s{n}.example.html": page(blocks=30, classes=f"post c{n % 2}") for n in range(10)}
    got = found(tmp_path, theme)
    assert not got.ties
    assert {(one.kind, one.why) for one in got.ordinary} == {("structure", "share")}
    both = {"a.example.html": page(tag("UA-48151-1")), "b.example.html": page(tag("UA-48151-1"))}
    beside = [look(path) for path in written(tmp_path, {"other.example.html": page(tag("UA-48151-9"))})]
    assert [one.why for one in found(tmp_path, both, beside=beside).ordinary] == ["beside"]
    assert [one.why for one in found(tmp_path, both, ignored=["48151"]).ordinary] == ["named"]


def written_(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_icons_structure_and_redirects_are_graded_below_accounts(tmp_path: Path) -> None:
    icon = f'<link rel="shortcut icon" href="{ICON}">'
    built = {"one.example.html": page(icon, blocks=40, classes="lead"), "two.example.html": page(icon, blocks=40, classes="lead")}  # fmt: skip
    varied = {name: text.replace("<p>", "<table><tr><td>" * 41 + "<p>") for name, text in built.items()}
    got = found(tmp_path, varied)
    assert {(tie.kind, tie.grade) for tie in got.ties} == {("favicon", "moderate"), ("structure", "weak")}
    archive = warc(
        ("https://burner.example/x", "301 Moved", "Location: https://clone.example/", b""),
        (
            "https://clone.example/",
            "200 OK",
            "Content-Type: text/html",
            page('<link rel="icon" href="/i.png">').encode(),
        ),
        ("https://clone.example/i.png", "200 OK", "Content-Type: image/png", b"icon"),
        (
            "https://sister.example/",
            "200 OK",
            "Content-Type: text/html",
            page('<link rel="icon" href="/i.png">').encode(),
        ),
        ("https://sister.example/i.png", "200 OK", "Content-Type: image/png", b"icon"),
        (
            "https://sister.example/ads.txt",
            "200 OK",
            "Content-Type: text/plain",
            b"adnet.example, pub-7741, DIRECT\nother.example, 5, RESELLER\n",
        ),
        (
            "https://clone.example/ads.txt",
            "200 OK",
            "Content-Type: text/plain",
            b"adnet.example, pub-7741, DIRECT\n",
        ),
    )
    got = kinship([look(written_(tmp_path, "crawl.warc", archive))])
    assert {(tie.one, tie.other, tie.kind) for tie in got.ties} == {
        ("burner.example", "clone.example", "redirect"),
        ("clone.example", "sister.example", "favicon"),
        ("clone.example", "sister.example", "advertising"),
    }
    assert got.groups == (("clone.example", "sister.example"),)


def test_a_certificate_ties_the_names_in_it(tmp_path: Path) -> None:
    path = written_(tmp_path, "seen.pem", certificate("quay.example", "*.herald.example"))
    (tie,) = kinship([look(path)]).ties
    assert (tie.one, tie.other, tie.kind, tie.grade) == ("herald.example", "quay.example", "certificate", "strong")  # fmt: skip
    many = written_(tmp_path, "provider.pem", certificate(*(f"client{n}.example" for n in range(30))))
    assert not look(many).marks
    with pytest.raises(InputError, match="cannot be read"):
        look(written_(tmp_path, "bad.pem", b"-----BEGIN CERTIFICATE-----\nnothing\n"))


def certificate(*names: str) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(7).not_valid_before(day).not_valid_after(day + datetime.timedelta(90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, None)
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("ministry.example", "rninistry.example", "letters"),
        ("ministry.example", "ministry.news", "ending"),
        ("ministry.example", "minsitry.example", "typo"),
        ("ministry.example", "ministry-info.example", "inside"),
        ("ministry.example", "xn--mnistry-rog.example", "letters"),
        ("quay.example", "bay.example", ""),
        ("www2.ministry.example", "ministry.example", ""),
    ],
)
def test_names_look_alike(one: str, other: str, how: str) -> None:
    assert [found.how for found in look_alikes([one, other])] == ([how] if how else [])


def test_a_name_that_looks_alike_joins_nobody(tmp_path: Path) -> None:
    pages = {"ministry.example.html": page(tag("UA-48151-1")), "rninistry.example.html": page(tag("UA-90210-1"))}  # fmt: skip
    got = found(tmp_path, pages)
    assert [(tie.kind, tie.grade) for tie in got.ties] == [("look-alike", "moderate")]
    assert got.groups == ()


def test_a_page_says_which_site_it_is_of_and_one_that_does_not_is_refused(tmp_path: Path) -> None:
    saved = "<!-- saved from url=(0022)https://www.quay.example/a -->" + page()
    assert look(written_(tmp_path, "Quay.html", saved.encode())).sites == ("quay.example",)
    with pytest.raises(InputError, match="does not say which site"):
        look(written_(tmp_path, "page.html", page().encode()))
    assert site_of("https://WWW.Quay.Example:8443/x") == "quay.example"
    assert site_of("https://[::1") == ""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("kinship") / "node"
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder, environ={}) as opened:
        yield opened


def test_a_result_is_kept_with_its_evidence_and_shown_in_both_languages(node: Node, tmp_path: Path) -> None:
    pages = {"harbour.example.html": page(tag("UA-48151-2")), "quay.example.html": page(tag("UA-48151-7"))}
    files = tuple(written(tmp_path, pages))
    fields = {"name": "Two harbours <b>", "marking": "tlp:amber"}
    address = send(node.desk, MARIE, "en", Sent(fields, {"files": files}))
    report = address.partition("id=")[2]
    assert send(node.desk, MARIE, "en", Sent(fields, {"files": files})) == address
    assert [one.id for one in kinships(node.desk, MARIE)] == [report]
    opened = keeping.opened(node.desk, MARIE, report)
    words = verbs.show(node.desk, MARIE, report).statements[0].value["description"]
    assert "one account" in words  # a client that knows nothing of the file shows it
    assert "même compte" in words
    for identifier in opened.kept.captures.values():
        (file,) = verbs.show(node.desk, MARIE, identifier).attachments
        assert file.marking == ("tlp:amber",)
    (signal,) = of_kinship(node.desk, MARIE, report)
    assert (signal.values["sites"], signal.values["strong"]) == (2, 1)
    with pytest.raises(NotFound):
        keeping.opened(node.desk, OUTSIDER, report)
    assert not kinships(node.desk, OUTSIDER)
    app = site(node, MARIE)
    for lang, words in (("en", "strong"), ("fr", "fort")):
        answer = ask(app, address, accept_language=lang)
        assert answer.status == 200
        assert words in answer.text
        assert "<b>" not in answer.text
    assert ask(app, "/domains/information/sites", accept_language="fr").status == 200


def test_a_form_without_files_says_so(node: Node) -> None:
    with pytest.raises(InputError, match="Choose"):
        send(node.desk, MARIE, "en", Sent({}, {}))


@pytest.mark.parametrize(
    "hostile",
    [
        "<link rel=canonical " * 40_000,
        "<div>" * 60_000,
        " ".join(f"UA-{n}-1" for n in range(10_000_000, 10_060_000)),
        "ym(" + " " * 400_000,
        "setTrackerUrl'" + " " * 400_000,
        "\x00<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    ],
)
def test_a_hostile_page_costs_little_and_ties_nothing(tmp_path: Path, hostile: str) -> None:
    path = written_(tmp_path, "bad.example.html", hostile.encode())
    try:
        got = look(path)
    except InputError:
        return
    assert len(got.marks) <= 100


def test_a_page_gives_its_own_address(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="https://www.quay.example/a">'
    assert look(written_(tmp_path, "saved.html", page(head).encode())).sites == ("quay.example",)
    assert look(written_(tmp_path, "og.html", page('<meta property="og:url" content="https://herald.example/">').encode())).sites == ("herald.example",)  # fmt: skip
