"""OpenTAXII as a peer: its server for real over HTTP, on SQLite, behind gunicorn with keep-alive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import peer, traffic


@dataclass(frozen=True)
class OpenTaxii:
    """A running OpenTAXII: `held` and `inbox` are the paths of its two collections."""

    name: str
    pid: int
    port: int
    held: str
    inbox: str

    def client(self) -> traffic.Client:
        """Open a connection as its only user."""
        return traffic.Client(self.port, traffic.basic("partner", "secret"))


@contextmanager
def opentaxii(folder: Path, objects: Sequence[bytes]) -> Iterator[OpenTaxii]:
    """Fill and run an OpenTAXII in `folder` until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "objects.jsonl"
    source.write_bytes(b"\n".join(objects))
    paths = peer.run("opentaxii", "prepare.py", str(folder), str(source))
    port = traffic.free_port()
    # One thread and keep-alive: gunicorn's plain worker closes each connection, which would only add to the peer's cost.
    command = [
        str(peer.environment("opentaxii") / "gunicorn"), "serve:app", f"--bind=127.0.0.1:{port}",
        f"--chdir={peer.PEERS / 'opentaxii'}", "--graceful-timeout=1",
        "--worker-class=gthread", "--threads=1", "--keep-alive=60",
    ]  # fmt: skip
    environ = {"OPENTAXII_CONFIG": str(folder / "opentaxii.yml")}
    with traffic.serving(command, port, folder / "server.log", environ) as pid:
        version = peer.version("opentaxii", "opentaxii")
        yield OpenTaxii(f"OpenTAXII {version}", pid, port, paths["held"], paths["inbox"])


def main() -> None:
    """Print what OpenTAXII reaches by itself (for looking at the peer alone)."""
    import tempfile

    from bench.generate import objects

    made = [one for one in objects(2500) if b'"modified"' in one]
    with tempfile.TemporaryDirectory() as folder, opentaxii(Path(folder), made[:1500]) as server:
        client = server.client()
        rates = {
            limit: traffic.read_rate(server.pid, client, server.held + "objects/", limit, 1000)
            for limit in (100, 1000)
        }
        fresh = made[1500:1700]
        posted = traffic.post_rate(
            server.pid, client, server.inbox + "objects/", traffic.envelopes(fresh, 100), 200
        )
        print(json.dumps({"get": rates, "post": posted, "name": server.name}))


if __name__ == "__main__":
    main()
