"""Run a function in a fresh interpreter, so that its CPU-seconds and peak memory are its own.

``call("bench.cases.decide:rate", count=1000)`` gives what the function returns (JSON values only).
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import Any

from bench.figure import ROOT


def call(target: str, timeout: float = 1800, **arguments: Any) -> Any:
    """Call `module:function` in a child process and give its result.

    Raises:
        RuntimeError: the child failed; its standard error is in the message.
    """
    command = [sys.executable, "-m", "bench.child", target, json.dumps(arguments)]
    environ = compiling() | {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=timeout, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{target} failed ({done.returncode}):\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.rpartition("\x1e")[2])


def compiling() -> dict[str, str]:
    """Give the environment of a process that keeps its bytecode: compiling it anew each time would be most of a short run."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def main(argv: list[str]) -> None:
    """Answer `call` inside the child."""
    module, _, function = argv[0].partition(":")
    value = getattr(importlib.import_module(module), function)(**json.loads(argv[1]))
    # The record separator keeps anything the function prints apart from its result.
    sys.stdout.write("\x1e" + json.dumps(value))


if __name__ == "__main__":
    main(sys.argv[1:])
