"""What becomes of a demonstration's servers when it is killed outright."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cordiale.demo.process import free_ports
from cordiale.node import init

STARTER = """
import signal, sys
from pathlib import Path
from cordiale.demo.process import start, wait_until_answering
server = start("one", Path(sys.argv[1]), sys.argv[2])
wait_until_answering(server)
print(server.process.pid, flush=True)
signal.pause()
"""


def test_a_server_ends_when_who_started_it_is_killed(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    init(tmp_path / "one", name="one", nation="CAN", organisation="CAN-1", listen=f"127.0.0.1:{port}")
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, tmp_path / "one", f"http://127.0.0.1:{port}/"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    server = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()
    assert _ends(server, within=20), "it goes on serving for nobody"


def _ends(pid: int, within: float) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{pid}/stat")
        # nobody may be there to collect it: a zombie has ended
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False
