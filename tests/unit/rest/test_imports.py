"""What is uploaded is taken in beside the request, in bounds, and leaves nothing behind."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace

from msgspec import structs

from cordiale.rest.app import application
from tests.unit.exchange.world import indicator
from tests.unit.rest.served import Served, said


def test_a_file_is_taken_in_and_its_job_and_report_can_be_read(served: Served) -> None:
    bundle = b"[" + indicator("up 1") + b"," + indicator("up 2").replace(b"valid_from", b"valid_form") + b"]"
    began = served.ask(
        "/imports?name=..%2F..%2Fetc%2Fpasswd&marking=tlp:green",
        "paul",
        method="POST",
        raw=gzip.compress(bundle),
    )
    assert began.status == 202
    job = said(began)["id"]
    assert began.headers["location"] == f"/api/v1/jobs/{job}"
    done = served.client("paul").wait(job)
    assert (done.state, done.by, done.done) == ("done", "paul", 2)
    report = said(served.ask(f"/imports/{job}", "paul", headers={"accept-language": "fr"}))
    assert (report["new"], report["set_aside"]) == (1, 1)
    assert report["first_set_aside"][0]["message"].endswith(".")
    assert not list((served.node.path / "spool").iterdir())
    assert said(served.ask("/objects?q=up", "paul"))["items"][0]["name"] == "up 1"


def test_what_others_imported_is_theirs(served: Served) -> None:
    began = said(served.ask("/imports", "rita", method="POST", raw=indicator("hers"), headers={}))
    served.client("rita").wait(began["id"])
    for path in (f"/jobs/{began['id']}", f"/imports/{began['id']}"):
        absent = served.ask(path.replace(began["id"], "00000000"), "paul")
        hidden = served.ask(path, "paul")
        assert hidden.status == absent.status == 404
        assert hidden.body.replace(began["id"].encode(), b"00000000") == absent.body
    stop, resume = (served.post(f"/jobs/{began['id']}/{verb}", "paul") for verb in ("stop", "resume"))
    assert (stop.status, resume.status) == (404, 404)


def test_more_than_the_limit_is_refused_and_nothing_of_it_is_kept(served: Served) -> None:
    desk = served.node.desk
    small = structs.replace(desk.settings, limits=structs.replace(desk.settings.limits, bundle_bytes=4096))
    app = served.app
    served.app = application(replace(desk, settings=small))
    try:
        refused = served.ask("/imports", "paul", method="POST", raw=b"[" + b" " * 8000 + b"]")
    finally:
        served.app = app
    assert (refused.status, said(refused)["code"]) == (422, "too-large")
    assert not list((served.node.path / "spool").iterdir())


def test_who_may_not_import_is_refused_before_a_byte_is_kept(served: Served) -> None:
    served.person("watcher", "search")
    refused = served.ask("/imports", "watcher", method="POST", raw=indicator("no"))
    assert (refused.status, said(refused)["code"]) == (403, "scope-missing")


def test_a_marking_that_is_none_is_refused_before_anything_is_read(served: Served) -> None:
    refused = served.ask("/imports?marking=green", "paul", method="POST", raw=indicator("no"))
    assert (refused.status, said(refused)["code"]) == (422, "not-a-marking")
    assert not list((served.node.path / "spool").iterdir())


def test_a_job_that_is_done_is_not_gone_on_with(served: Served) -> None:
    job = said(served.ask("/imports", "paul", method="POST", raw=indicator("done")))["id"]
    served.client("paul").wait(job)
    refused = served.post(f"/jobs/{job}/resume", "paul")
    assert (refused.status, said(refused)["code"]) == (409, "job-state")


def test_what_a_killed_process_left_of_an_upload_is_taken_away(served: Served) -> None:
    spool = served.node.path / "spool"
    job = said(served.ask("/imports", "paul", method="POST", raw=indicator("first")))["id"]
    served.client("paul").wait(job)
    left, resumable, young = (spool / f"{name}-x" for name in ("00000000", job, "11111111"))
    for file in (left, resumable, young):
        file.write_bytes(b"[")
    for file in (left, resumable):
        os.utime(file, (1, 1))
    again = said(served.ask("/imports", "paul", method="POST", raw=indicator("second")))["id"]
    served.client("paul").wait(again)
    assert not left.exists()
    assert resumable.exists()
    assert young.exists()
    resumable.unlink()
    young.unlink()


def test_what_was_set_aside_is_corrected_by_who_imported_it(served: Served) -> None:
    broken = indicator("mend me").replace(b"valid_from", b"valid_form")
    job = said(served.ask("/imports?marking=tlp:green", "paul", method="POST", raw=broken))["id"]
    served.client("paul").wait(job)
    number = list(served.client("paul").set_aside())[-1].number
    assert served.client("paul").set_aside_bytes(number) == broken
    hers = served.ask(f"/set-aside/{number}/mend", "rita", method="POST", raw=indicator("mend me"))
    assert (hers.status, said(hers)["code"]) == (404, "no-set-aside")
    assert served.client("paul").mend_set_aside(number, indicator("mend me")).new == 1
    assert number not in [one.number for one in served.client("paul").set_aside()]
