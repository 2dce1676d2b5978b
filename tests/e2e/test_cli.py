"""The command line as a person uses it: real processes, exit codes, both languages."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.unit.desk.conftest import indicator

COMMAND = (sys.executable, "-m", "cordiale.cli.main")


BYTE_CODE = tempfile.mkdtemp(prefix="cordiale-byte-code-")
"""Byte code of the commands run here: every command would otherwise compile what it imports."""


def environment(**more: str) -> dict[str, str]:
    more = {"PYTHONPYCACHEPREFIX": BYTE_CODE, "PYTHONDONTWRITEBYTECODE": "", **more}
    own = {k: v for k, v in os.environ.items() if not k.startswith(("CORDIALE_", "LC_", "LANG"))}
    return {**own, "LOGNAME": "marie", **more}


def run(
    *arguments: str | Path, stdin: bytes = b"", code: int = 0, **more: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run one command and check its exit code."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=more.pop("env", environment()),
        check=False,
        **more,
    )
    assert done.returncode == code, (done.stdout, done.stderr)
    assert b"Traceback" not in done.stderr
    return done


def answer(*arguments: str | Path, **more: Any) -> dict[str, Any]:
    """Run one command with --json and return its one object."""
    found: dict[str, Any] = json.loads(run("--json", *arguments, **more).stdout)
    return found


@pytest.fixture
def node(tmp_path: Path) -> Path:
    run("init", tmp_path / "node", "--name", "canada", "--nation", "CAN")
    return tmp_path / "node"


def bundle(path: Path, count: int) -> Path:
    objects = [indicator(n) for n in range(count)]
    path.write_bytes(orjson.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}))
    return path


def held(node: Path) -> int:
    return sum(answer("--node", node, "search", "--counts")["counts"].values())


def test_an_analyst_s_first_hour(node: Path, tmp_path: Path) -> None:
    file = bundle(tmp_path / "feed.json", 3)
    report = answer("--node", node, "import", file, "-m", "tlp:green")
    assert (report["read"], report["new"]) == (3, 3)
    again = run("--node", node, "import", file, "-m", "tlp:green").stdout.decode()
    assert "3 already here" in again
    found = answer("--node", node, "search", "phishing", "--type", "indicator")
    assert len(found["items"]) == 3
    identifier = found["items"][0]["id"]
    assert "TLP:GREEN" in run("--node", node, "show", identifier).stdout.decode()
    marked = answer("--node", node, "mark", identifier, "tlp:amber", "rel:CAN|FRA")
    assert marked["after"] == ["rel:CAN|FRA", "tlp:amber"]
    assert answer("--node", node, "jobs", "list")["jobs"][0]["state"] == "done"


def test_standard_input_and_the_options_of_every_command_anywhere(node: Path) -> None:
    done = run("import", "-", "--node", node, "--json", "-m", "tlp:green", stdin=orjson.dumps(indicator(1)))
    assert json.loads(done.stdout)["new"] == 1


def test_the_node_may_be_named_by_the_environment(node: Path) -> None:
    env = environment(CORDIALE_NODE=str(node))
    assert answer("search", env=env) == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("import", "nowhere.json"), 5, "nowhere.json"),
        (("show", "indicator--00000000-0000-4000-8000-000000000000"), 5, "There is no object"),
        (("import", "-", "-m", "tpl:green"), 4, "tpl:green"),
        (("nope",), 2, "There is no command “nope”"),
        (("show",), 2, "ID is missing"),
        (("search", "--nope"), 2, "There is no option --nope"),
        (("why", "x--1"), 2, "--partner"),
        (("partner", "confirm", "france", "one"), 5, "france"),
        (("jobs", "resume", "zzz"), 5, "zzz"),
    ],
)
def test_an_error_is_one_sentence_and_its_exit_code(
    node: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run("--node", node, *arguments, code=code)
    assert words in done.stderr.decode()
    assert len(done.stderr.decode().strip().splitlines()) == 1
    as_json = json.loads(run("--node", node, "--json", *arguments, code=code).stdout)
    assert as_json["error"]["exit"] == code


def test_a_folder_without_a_node_says_how_to_make_one(tmp_path: Path) -> None:
    done = run("--node", tmp_path, "search", code=3)
    assert "cordiale init" in done.stderr.decode()


def test_a_node_is_never_made_over_another(node: Path) -> None:
    run("init", node, "--name", "france", "--nation", "FRA", code=7)


def test_help_and_answers_are_whole_in_french(node: Path, tmp_path: Path) -> None:
    told = run("--lang", "fr", "--help").stdout.decode()
    for word in ("Utilisation", "Commandes", "Options", "Importer des fichiers STIX"):
        assert word in told
    for english in ("Usage", "Show this message", "Take in", "Every command"):
        assert english not in told
    of_command = run("release", "--help", env=environment(CORDIALE_LANG="fr")).stdout.decode()
    assert "responsable nommé" in of_command
    file = bundle(tmp_path / "feed.json", 1)
    said = run("--lang", "fr", "--node", node, "import", file, "-m", "tlp:green").stdout.decode()
    assert "Nouveaux" in said
    refused = run("--lang", "fr", "--node", node, "import", "nowhere.json", code=5).stderr.decode()
    assert refused.startswith("Erreur")


def test_a_group_without_its_command_is_answered_with_help_alone() -> None:
    for lang, first in (("en", b"Usage: "), ("fr", b"Utilisation")):
        done = run("--lang", lang, "jobs", code=2)
        assert done.stdout.startswith(first)
        assert done.stderr == b""


def test_recall_without_objects_is_the_list_and_says_so_when_it_is_empty(node: Path) -> None:
    assert b"Nothing was recalled yet" in run("--node", node, "recall").stdout


def test_help_is_quick() -> None:
    run("--help")  # once, so that byte code is there
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 0.4  # CPU-seconds


def test_a_shell_completes_commands() -> None:
    env = environment(_CORDIALE_COMPLETE="complete_bash", COMP_WORDS="cordiale reca", COMP_CWORD="1")
    assert run(env=env).stdout.decode().split() == ["recall"]


def test_an_import_that_is_killed_is_neither_lost_nor_doubled(node: Path, tmp_path: Path) -> None:
    file = bundle(tmp_path / "large.json", 30_000)
    line = [*COMMAND, "--node", str(node), "import", str(file), "-m", "tlp:green"]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    deadline = time.monotonic() + 60
    database = sqlite3.connect(f"file:{node / 'cordiale.db'}?mode=ro", uri=True)
    while time.monotonic() < deadline:  # until the first batch is committed
        if database.execute("SELECT 1 FROM desk_job WHERE done > 0").fetchone():
            break
    database.close()
    running.send_signal(signal.SIGKILL)
    running.communicate()
    (job,) = answer("--node", node, "jobs", "list")["jobs"]
    if job["state"] == "done":
        pytest.skip("the import ended before it could be killed")
    assert job["state"] == "interrupted"
    report = answer("--node", node, "jobs", "resume", job["id"])
    assert (report["state"], report["read"], report["same"]) == ("done", 30_000, 0)
    assert held(node) == 30_000
    again = answer("--node", node, "import", file, "-m", "tlp:green")
    assert (again["new"], again["same"]) == (0, 30_000)


def test_a_full_disk_stops_cleanly_and_says_so(node: Path, tmp_path: Path) -> None:
    file = bundle(tmp_path / "large.json", 6_000)
    size = (node / "cordiale.db").stat().st_size + (1 << 20)

    def full() -> None:
        # a limit on file size fails the same writes as a full disk does
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = run("--node", node, "import", file, "-m", "tlp:green", code=9, preexec_fn=full)
    assert "full" in done.stderr.decode()
    report = answer("--node", node, "import", file, "-m", "tlp:green")
    assert report["new"] + report["same"] == 6_000
    assert held(node) == 6_000
    assert answer("--node", node, "doctor")["well"]


def test_a_backup_of_a_node_comes_back_whole(node: Path, tmp_path: Path) -> None:
    file = bundle(tmp_path / "feed.json", 2)
    run("--node", node, "import", file, "-m", "tlp:green")
    identifier = indicator(1)["id"]
    attached = answer("--node", node, "attach", identifier, file, "-m", "tlp:amber")
    made = answer("--node", node, "backup", tmp_path / "b.backup")
    assert (made["encrypted"], made["opens_with"]) == (True, "recovery-key")
    run("restore", tmp_path / "b.backup", tmp_path / "again", code=4)  # locked, and nobody to ask
    run("restore", tmp_path / "b.backup", tmp_path / "again", "--key", node / "recovery.key")
    assert held(tmp_path / "again") == 2
    out = tmp_path / "out.json"
    run("--node", tmp_path / "again", "attach", identifier, out, "--get", attached["sha256"])
    assert out.read_bytes() == file.read_bytes()
    assert answer("--node", tmp_path / "again", "doctor")["well"]
    run("--node", node, "backup", tmp_path / "b.backup", code=7)


def test_a_backup_opens_with_a_passphrase_and_only_when_asked_is_in_the_clear(
    node: Path, tmp_path: Path
) -> None:
    (tmp_path / "words").write_text("quatre phoques sur la banquise\n", "utf-8")
    (tmp_path / "wrong").write_text("quatre phoques\n", "utf-8")
    run("--node", node, "backup", tmp_path / "b", "--passphrase-file", tmp_path / "words")
    run("restore", tmp_path / "b", tmp_path / "one", code=4)
    done = run(
        "--lang",
        "fr",
        "restore",
        tmp_path / "b",
        tmp_path / "one",
        "--passphrase-file",
        tmp_path / "wrong",
        code=6,
    )
    assert "phrase secrète" in done.stderr.decode()
    run("restore", tmp_path / "b", tmp_path / "one", "--passphrase-file", tmp_path / "words")
    run("--node", node, "backup", tmp_path / "c", "--new-key", tmp_path / "new.key")
    run("restore", tmp_path / "c", tmp_path / "two", "--key", tmp_path / "new.key")
    made = answer("--node", node, "backup", tmp_path / "copy", "--plain")
    assert not made["encrypted"]
    assert (tmp_path / "copy" / "keys" / "signing.key").is_file()
    run("restore", tmp_path / "copy", tmp_path / "three")
    run("--node", node, "backup", tmp_path / "d", "--plain", "--new-key", tmp_path / "newer.key", code=4)


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(node: Path) -> None:
    (node / "keys" / "signing.key").chmod(0o644)
    done = run("--node", node, "doctor", code=1)
    assert "chmod 600" in done.stdout.decode()
    (node / "cordiale.toml").write_text("[node]\nnmae = 'x'\n")
    done = run("--node", node, "doctor", code=1)
    assert "node.name" in done.stdout.decode()


def test_a_served_node_takes_commands_beside_it(node: Path, tmp_path: Path) -> None:
    line = [*COMMAND, "--node", str(node), "--json", "serve", "--listen", "127.0.0.1:0"]
    serving = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment())
    try:
        assert serving.stdout is not None
        assert json.loads(serving.stdout.readline())["node"] == "canada"
        file = bundle(tmp_path / "feed.json", 50)
        report = answer("--node", node, "import", file, "-m", "tlp:green")
        assert report["new"] == 50
        assert len(answer("--node", node, "search", "phishing", "-n", "60")["items"]) == 50
        assert answer("--node", node, "set-aside", "list") == {"set_aside": []}
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(20) == 0
        assert serving.stdout is not None
        serving.stdout.close()
