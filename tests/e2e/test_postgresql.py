"""PostgreSQL at full strength: many processes write and serve one node, and a database of the first schema is upgraded."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

import orjson
import pytest

from cordiale.desk.actor import house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing.recall import recall_list
from cordiale.desk.outgoing.release import release
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.views.search import counts
from cordiale.desk.views.show import show
from cordiale.desk.why import why
from cordiale.exchange import entry, records
from cordiale.node.layout import ROOMS
from cordiale.node.opening import open_node
from cordiale.store.backup import check
from cordiale.store.migrations import applied, head
from tests import postgresql
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

ROOT = Path(__file__).parents[2]
FIRST = "3c527a3"
"""The last commit at which every room's schema was revision 0001."""

WRITERS, BATCHES, EACH = 16, 2, 4
MARIE = house("marie")

OLDER = """
import sys
from pathlib import Path
from cordiale.desk.attach import attach
from cordiale.desk.recall import recall
from cordiale.desk.sync import sync
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

pair = Pair(Path(sys.argv[1]), stores={"canada": sys.argv[2]})
pair.take(*[indicator(n) for n in range(1, 9)], {"type": "indicator", "id": "no id"})
pair.take(indicator(9), marking="tlp:red")
attach(pair.canada.desk, pair.officer, indicator(1)["id"], [b"evidence"], name="note.txt")
pair.exchange()
sync(pair.canada.desk, pair.officer)
recall(pair.canada.desk, pair.officer, ids=[indicator(2)["id"]], reason="a mistake")
pair.exchange()
sync(pair.canada.desk, pair.officer)
pair.canada.close()
pair.france.close()
"""


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    if postgresql.programs() is None:
        pytest.skip(postgresql.INSTALL)
    with postgresql.cluster() as socket:
        yield socket


@pytest.fixture
def url(socket: str) -> Iterator[str]:
    yield postgresql.make_schema(socket, "canada")
    postgresql.drop_schema(socket, "canada")


def write(folder: Path, writer: int) -> None:
    """Import a few small batches, as one of many processes."""
    with open_node(folder / "canada", environ={}) as node:
        for batch in range(BATCHES):
            first = 1 + (writer * BATCHES + batch) * EACH
            objects = [indicator(n) for n in range(first, first + EACH)]
            # each batch names an object of the first writer's: whoever comes second finds it there
            objects.append(indicator(900_000 + batch))
            import_(node.desk, MARIE, [of_bytes(f"w{writer}", orjson.dumps(objects))], marking="tlp:green")


def work(folder: Path, until: Event, began: Barrier) -> None:
    """Run a node's own work, as a served one does."""
    with open_node(folder / "canada", environ={}) as node:
        node.start()
        began.wait()
        until.wait()


def test_sixteen_writers_and_two_workers_leave_no_gap_and_no_duplicate(tmp_path: Path, url: str) -> None:
    pair = Pair(tmp_path, stores={"canada": url})
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.e2e.test_postgresql"])
    until, began = processes.Event(), processes.Barrier(3)
    workers = [processes.Process(target=work, args=(tmp_path, until, began)) for _n in range(2)]
    writers = [processes.Process(target=write, args=(tmp_path, n)) for n in range(WRITERS)]
    expected = WRITERS * BATCHES * EACH + BATCHES
    try:
        for one in workers:
            one.start()
        began.wait(120)
        for one in writers:
            one.start()
        for one in writers:
            one.join(240)
        assert [one.exitcode for one in writers] == [0] * WRITERS
        for _try in range(200):
            sync(pair.france.desk, MARIE)
            if counts(pair.france.desk, MARIE).get("indicator") == expected:
                break
    finally:
        until.set()
        for one in workers:
            one.join(60)
    assert [one.exitcode for one in workers] == [0, 0]
    assert counts(pair.france.desk, MARIE) == {"indicator": expected}
    with pair.canada.store.read() as tx:
        (partner,) = records.partners(tx)
        state = records.pair(tx, partner.number)
        segments = list(records.segments_with_vids(tx, partner.number, state.generation, 0, 1 << 31))
        vids = [vid for one in segments for vid in entry.unpack(one.entries).vids]
        numbers = [one.first + n for one in segments for n in range(len(entry.unpack(one.entries).vids))]
        assert numbers == list(range(1, state.last + 1))
        assert len(vids) == len(set(vids)) == expected
        changes = [row[0] for row in tx.rows("SELECT seq FROM changes ORDER BY seq")]
        assert changes == list(range(1, len(changes) + 1))
    assert check(pair.canada.store) == []
    pair.canada.close()
    pair.france.close()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Check out the commit of the first schema, and take it away again."""
    git = shutil.which("git")
    tree = tmp_path_factory.mktemp("first") / "tree"
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("the history is not here: clone the repository with git")
    command = [git, "worktree", "add", "--detach", "--quiet", str(tree), FIRST]
    if subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip(f"commit {FIRST} is not in this clone: git fetch --unshallow")
    # what is installed here names domains that the older version does not have
    own = tree / "src" / "cordiale-0.dist-info"
    own.mkdir()
    (own / "METADATA").write_text("Metadata-Version: 2.1\nName: cordiale\nVersion: 0\n")
    yield tree
    subprocess.run([git, "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)


def test_a_database_of_the_first_schema_is_upgraded_with_what_is_in_it(
    first: Path, tmp_path: Path, url: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OLDER, str(tmp_path), url],
        cwd=first,
        env={"PYTHONPATH": f"{first / 'src'}:{first}", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    with (
        open_node(tmp_path / "france", environ={}, carrier=lambda _partner: canada.respond) as france,
        open_node(tmp_path / "canada", environ={}, carrier=lambda _partner: france.respond) as canada,
    ):
        with canada.store.read() as tx:
            assert applied(tx) == {head(room) for room in ROOMS}
        assert check(canada.store) == []
        assert counts(canada.desk, MARIE) == {"indicator": 9}
        assert counts(france.desk, MARIE) == {"indicator": 7}
        assert len(show(canada.desk, MARIE, indicator(1)["id"]).attachments) == 1
        assert [one.state for one in recall_list(canada.desk, MARIE)] == ["acknowledged"]
        assert why(canada.desk, MARIE, indicator(3)["id"], "france").sent_at is not None
        # what was asked back is remembered, and the stream goes on
        release(canada.desk, MARIE, "france", ids=[indicator(2)["id"]])
        import_(canada.desk, MARIE, [of_bytes("more", orjson.dumps([indicator(10)]))], marking="tlp:green")
        cut_all(canada.desk)
        assert sync(france.desk, MARIE)[0].link == "up"
        assert counts(france.desk, MARIE) == {"indicator": 8}
