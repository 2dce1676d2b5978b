"""What partners do together, by the client: requests, cases, collective responses."""

from __future__ import annotations

from cordiale.sdk import joint
from cordiale.sdk import playbooks as books
from cordiale.sdk import response as collective
from cordiale.sdk.asks import Asks
from cordiale.sdk.lists import Lazy


class Together:
    """What somebody does with partners; a part of `Client`."""

    _ask: Asks

    def requests(self, *, everything: bool = False) -> Lazy[joint.JointRequest]:
        """List what this node asked and what it is asked, the next due first."""
        return self._ask.list("requests", {"everything": str(everything).lower()}, joint.JointRequests)

    def request(self, request_id: str) -> joint.JointRequest:
        """Read one request with its answers."""
        return self._ask.get(f"requests/{request_id}", joint.JointRequest)

    def ask(self, asked: joint.RequestAsked, *, key: str | None = None) -> joint.JointDone:
        """Ask partners something."""
        return self._ask.post("requests", asked, joint.JointDone, key)

    def answer(self, request_id: str, asked: joint.AnswerAsked, *, key: str | None = None) -> joint.JointDone:
        """Answer a request to this node."""
        return self._ask.post(f"requests/{request_id}/answer", asked, joint.JointDone, key)

    def settle(self, request_id: str, asked: joint.SettleAsked, *, key: str | None = None) -> joint.JointDone:
        """Say as the asker that a request is settled."""
        return self._ask.post(f"requests/{request_id}/settle", asked, joint.JointDone, key)

    def assign(self, request_id: str, person: str, *, key: str | None = None) -> joint.JointRequest:
        """Say who of this node looks after a request."""
        asked = joint.AssignAsked(person=person)
        return self._ask.post(f"requests/{request_id}/assign", asked, joint.JointRequest, key)

    def cases(self) -> Lazy[joint.CaseLine]:
        """List cases, newest first."""
        return self._ask.list("cases", {}, joint.CaseLines)

    def case(self, case_id: str) -> joint.JointCase:
        """Read one case with all that was said in it."""
        return self._ask.get(f"cases/{case_id}", joint.JointCase)

    def open_case(self, asked: joint.CaseAsked, *, key: str | None = None) -> joint.JointDone:
        """Open a case as its chair."""
        return self._ask.post("cases", asked, joint.JointDone, key)

    def close_case(self, case_id: str, *, key: str | None = None) -> joint.JointDone:
        """Close a case as its chair."""
        return self._ask.post(f"cases/{case_id}/close", None, joint.JointDone, key)

    def contribute(
        self, case_id: str, asked: joint.ContributionAsked, *, key: str | None = None
    ) -> joint.JointDone:
        """Add something to a case."""
        return self._ask.post(f"cases/{case_id}/contributions", asked, joint.JointDone, key)

    def give_task(self, case_id: str, asked: joint.TaskAsked, *, key: str | None = None) -> joint.JointDone:
        """Give a task to a member of a case."""
        return self._ask.post(f"cases/{case_id}/tasks", asked, joint.JointDone, key)

    def report_progress(
        self, case_id: str, task_id: str, asked: joint.ProgressAsked, *, key: str | None = None
    ) -> joint.JointDone:
        """Say as its owner how far a task is."""
        return self._ask.post(f"cases/{case_id}/tasks/{task_id}/progress", asked, joint.JointDone, key)

    def put_text(self, case_id: str, asked: joint.TextAsked, *, key: str | None = None) -> joint.JointDone:
        """Put a text in both languages to the members of a case."""
        return self._ask.post(f"cases/{case_id}/revisions", asked, joint.JointDone, key)

    def take_position(
        self, case_id: str, asked: joint.PositionAsked, *, key: str | None = None
    ) -> joint.JointDone:
        """Take this node's position on the text of a case."""
        return self._ask.post(f"cases/{case_id}/positions", asked, joint.JointDone, key)

    def extend(self, case_id: str, asked: joint.ExtendAsked, *, key: str | None = None) -> joint.JointDone:
        """Give the members of a case more time."""
        return self._ask.post(f"cases/{case_id}/extend", asked, joint.JointDone, key)

    def responses(self) -> Lazy[collective.ResponseLine]:
        """List collective responses, newest first."""
        return self._ask.list("responses", {}, collective.ResponseLines)

    def response(self, case_id: str) -> collective.JointResponse:
        """Read one collective response."""
        return self._ask.get(f"responses/{case_id}", collective.JointResponse)

    def open_response(self, asked: collective.ResponseAsked, *, key: str | None = None) -> joint.JointDone:
        """Share an incident as the chair, and open a response to it."""
        return self._ask.post("responses", asked, joint.JointDone, key)

    def assess(
        self, case_id: str, asked: collective.AssessAsked, *, key: str | None = None
    ) -> joint.JointDone:
        """Say how grave the incident is."""
        return self._ask.post(f"responses/{case_id}/assess", asked, joint.JointDone, key)

    def propose(
        self, case_id: str, asked: collective.ProposeAsked, *, key: str | None = None
    ) -> joint.JointDone:
        """Put a text with its measures to the members."""
        return self._ask.post(f"responses/{case_id}/propose", asked, joint.JointDone, key)

    def stand(self, case_id: str, asked: joint.PositionAsked, *, key: str | None = None) -> joint.JointDone:
        """Take this node's position on the text of a response."""
        return self._ask.post(f"responses/{case_id}/position", asked, joint.JointDone, key)

    def agree(self, case_id: str, asked: collective.AgreeAsked, *, key: str | None = None) -> joint.JointDone:
        """Record that the text of a response is agreed."""
        return self._ask.post(f"responses/{case_id}/agree", asked, joint.JointDone, key)

    def publish(self, case_id: str, where: str, *, key: str | None = None) -> joint.JointDone:
        """Say that this node publishes the agreed text now."""
        asked = collective.PublishAsked(where=where)
        return self._ask.post(f"responses/{case_id}/publish", asked, joint.JointDone, key)

    def more_time(self, case_id: str, asked: joint.ExtendAsked, *, key: str | None = None) -> joint.JointDone:
        """Give the members of a response more time."""
        return self._ask.post(f"responses/{case_id}/extend", asked, joint.JointDone, key)

    def playbooks(self) -> tuple[books.Playbook, ...]:
        """List the playbooks of the node, by name."""
        return self._ask.get("playbooks", books.Playbooks).items

    def playbook(self, playbook: str) -> books.Playbook:
        """Read one playbook."""
        return self._ask.get(f"playbooks/{playbook}", books.Playbook)

    def add_playbook(self, asked: books.PlaybookAsked, *, key: str | None = None) -> books.Playbook:
        """Write a playbook; it is off."""
        return self._ask.post("playbooks", asked, books.Playbook, key)

    def change_playbook(
        self, playbook: str, asked: books.PlaybookAsked, *, key: str | None = None
    ) -> books.Playbook:
        """Write a playbook anew; it is off afterwards."""
        return self._ask.post(f"playbooks/{playbook}/change", asked, books.Playbook, key)

    def turn_playbook(self, playbook: str, on: bool, *, key: str | None = None) -> books.Playbook:
        """Turn a playbook on, in one's own name, or off."""
        return self._ask.post(f"playbooks/{playbook}/{'on' if on else 'off'}", None, books.Playbook, key)

    def drop_playbook(self, playbook: str, *, key: str | None = None) -> tuple[books.Playbook, ...]:
        """Remove a playbook; return those that are left."""
        return self._ask.post(f"playbooks/{playbook}/drop", None, books.Playbooks, key).items

    def try_playbook(self, playbook: str, *, limit: int = 20) -> tuple[books.Trial, ...]:
        """Say what a playbook would do for what is held now; nothing is done."""
        return self._ask.get(f"playbooks/{playbook}/try", books.Trials, {"limit": limit}).items

    def playbook_log(self, playbook: str, *, limit: int = 50) -> tuple[books.LogEntry, ...]:
        """List what a playbook did, newest first."""
        return self._ask.get(f"playbooks/{playbook}/log", books.Log, {"limit": limit}).items
