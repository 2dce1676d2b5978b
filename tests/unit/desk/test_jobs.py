"""A job belongs to a process, and is interrupted when that process is gone."""

import os
import subprocess
import sys

from cordiale.desk.jobs import alive, process


def test_this_process_is_alive() -> None:
    assert alive(process())


def test_a_process_that_ended_is_not() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not alive(f"{ended.pid}:1")


def test_a_process_that_got_the_number_of_another_is_not_taken_for_it() -> None:
    assert not alive(f"{os.getpid()}:1")


def test_what_names_no_process_is_not_alive() -> None:
    assert not alive("")
