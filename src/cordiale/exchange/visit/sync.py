"""Visit a partner: pull segments and recalls, hand over receipts, and record how the link is."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import LEAVING, Home, Partner
from cordiale.exchange.link import answered, greeting, wire
from cordiale.exchange.link.asking import Asking, decoded
from cordiale.exchange.message import JSON, Request, Response, Transport
from cordiale.exchange.originator import consent
from cordiale.exchange.protocol import (
    CONSENTS,
    EXTENSIONS,
    PROTOCOLS,
    RECALL_BASIS,
    SIGNED,
    SIGNED_ANSWERS,
)
from cordiale.exchange.recall import answering, carrying_out
from cordiale.exchange.receive import apply as applying
from cordiale.exchange.records import generations
from cordiale.exchange.restore import generation, position, recovery, rejoin
from cordiale.exchange.restore.looking_back import look_back
from cordiale.exchange.stream import checkpoint
from cordiale.exchange.visit import state
from cordiale.exchange.visit.ahead import Ahead, Begin, ends_at
from cordiale.platform.errors import (
    CordialeError,
    IntegrityError,
    NotAllowed,
    ProtocolError,
    StorageFull,
    Unavailable,
)
from cordiale.platform.languages import _
from cordiale.store.connection import Store

_JSON = {**JSON, "accept": "application/json"}


class Pulled(msgspec.Struct, frozen=True):
    """Report one visit to a partner; `more` says that the partner has more than one visit takes.

    `extensions` are those the partner announced in its answer to the greeting, `welcome` is that answer.
    """

    partner: str
    link: state.Link
    segments: int = 0
    new: int = 0
    same: int = 0
    withdrawn: int = 0
    set_aside: int = 0
    recalls: int = 0
    more: bool = False
    extensions: tuple[str, ...] = ()
    welcome: wire.Welcome | None = None


def visit(
    store: Store,
    home: Home,
    partner: Partner,
    transport: Transport,
    applied: Callable[[], None] = lambda: None,
    begin: Begin | None = None,
    welcome: wire.Welcome | None = None,
) -> Pulled:
    """Say hello, fetch and apply segments and recalls, hand over receipts and the checkpoint.

    `applied` is called when the first segment is committed: search need not wait for what is handed over. With `begin`
    the next segment is on its way while one is applied. `welcome` is how the partner answered a greeting just before, on a
    connection that is open since, with the numbers that it told of now: then segments and recalls are fetched and receipted
    and that is all, unless something is wrong. The caller makes a whole visit soon after.

    Never raises for what the partner does: the link state says what happened. Recalls are carried
    out even when a segment cannot be applied.
    """
    visited = _Visit(store, home, partner, transport, applied, begin, welcome)
    left, problem = visited.run()
    if welcome is None:
        with store.write() as tx:
            link = state.record(
                tx,
                partner,
                left,
                problem,
                home.clock(),
                news=None if visited.welcome is None else visited.welcome.last,
                difference=visited.difference,
                learnt=visited.learnt,
            )
    elif problem is not None:
        return visit(store, home, partner, transport, applied, begin)
    else:  # what is written of a link is written by the whole visit that follows
        with store.read() as tx:
            link = state.link(tx, partner)
    return Pulled(
        partner.node,
        link,
        segments=visited.segments,
        new=visited.new,
        same=visited.same,
        withdrawn=visited.withdrawn,
        set_aside=visited.set_aside,
        recalls=visited.recalls,
        more=visited.more,
        extensions=visited.welcome.extensions if visited.welcome is not None else (),
        welcome=visited.welcome,
    )


class _Visit:
    """Count what one visit does, so that a failure half-way still reports it."""

    def __init__(
        self,
        store: Store,
        home: Home,
        partner: Partner,
        transport: Transport,
        applied: Callable[[], None],
        begin: Begin | None,
        welcome: wire.Welcome | None,
    ) -> None:
        self.store, self.home, self.partner = store, home, partner
        self.asking = Asking(home, partner, transport)
        self.applied = applied
        self.ahead = Ahead(lambda after: self._ask_whole("segments", f"after={after}"), begin)
        self.segments = self.new = self.same = self.withdrawn = self.set_aside = self.recalls = 0
        self.more = False
        self.learnt = False
        self.welcome = welcome
        self.difference: int | None = None

    def run(self) -> tuple[state.State, CordialeError | None]:
        """Return the state the link is left in, and why."""
        problem: CordialeError | None = None
        left: state.State = "up"
        done: set[str] = set()
        whole = (self._greet, self._pull, self._take_back, self._learn, self._hand_over, self._agree)
        for step in whole if self.welcome is None else (self._pull, self._take_back, self._hand_over):
            if step == self._pull and self.partner.state == LEAVING:
                continue
            try:
                step()
                done.add(step.__name__)
            except StorageFull:
                raise
            except CordialeError as error:
                if problem is None:
                    problem, left = error, state.left_by(error)
                if isinstance(error, (Unavailable, NotAllowed)) or step == self._greet:
                    break
        self.learnt = done.issuperset(("_take_back", "_learn"))
        return left, problem

    def _greet(self) -> None:
        with self.store.read() as tx:
            link = records.link(tx, self.partner.number)
            told = greeting.telling(tx, self.home, self.partner)
            ours = position.of(tx, self.partner)
        hello = wire.Hello(
            self.home.node,
            PROTOCOLS,
            EXTENSIONS,
            link.generation,
            link.received,
            link.head.hex(),
            standing=ours,
        )
        hello = msgspec.structs.replace(hello, **told)
        request = Request("POST", wire.BASE + "hello", "", _JSON, msgspec.json.encode(hello))
        begun = self.home.clock()
        answer, asked = self.asking.signed(request)
        # read in the middle of the exchange, as NTP does (RFC 5905 section 8): wrong by half of what it took at most
        ours_then = (begun + self.home.clock()) // 2
        welcome = decoded(answer.body, wire.Welcome, self.partner)
        self.partner = greeting.check_answer(self.store, self.home, self.partner, asked, answer, welcome)
        self.welcome = welcome
        self.difference = welcome.clock - ours_then
        look_back(self.store, self.home, self.partner, welcome.standing)
        if welcome.generation > link.generation and not welcome.closed:
            with self.store.write() as tx:
                opening = welcome.opening.encode()
                generation.accept(tx, self.home, self.partner, welcome.generation, opening, self.home.clock())
        elif not welcome.closed and (welcome.generation, welcome.last) < (link.generation, link.received):
            raise self._rejoins()

    def _rejoins(self) -> ProtocolError:
        return ProtocolError(
            "exchange.rejoin",
            _("{node} was restored, or we were: the link must rejoin."),
            node=self.partner.node,
        )

    def _learn(self) -> None:
        """Take over what the partner proves of our own stream, when we were put back to an earlier state."""
        if self.welcome is None:
            return
        theirs = self.welcome.standing
        with self.store.read() as tx:
            closed = rejoin.closed(tx, self.partner.number)
            if not closed and position.knows_recalls(tx, self.partner, theirs):
                return
        recovery.learn(self.store, self.home, self.partner, self._fetch, theirs)

    def _fetch(self, path: str, query: str) -> bytes:
        return self._ask(Request("GET", wire.BASE + path, query)).body

    def _pull(self) -> None:
        if self.welcome is not None and self.welcome.closed:
            raise self._rejoins()
        try:
            self._segments()
        finally:
            self.ahead.end()

    def _segments(self) -> None:
        for left in reversed(range(self.home.limits.segments_per_pull)):
            with self.store.read() as tx:
                link = records.link(tx, self.partner.number)
            received = link.received
            if self.welcome is not None and (link.generation, received) == (
                self.welcome.generation,
                self.welcome.last,
            ):
                return  # the greeting said so: there is nothing to ask for
            answer = self.ahead.get(received)
            if answer.status == 204:
                if self.welcome is not None and self.welcome.last > received:
                    raise ProtocolError(
                        "exchange.segment.missing",
                        _("{node} announces {last} entries and has none after {received}."),
                        node=self.partner.node,
                        last=self.welcome.last,
                        received=received,
                    )
                return
            end = ends_at(answer.body)
            if left and self.welcome is not None and received < end < self.welcome.last:
                self.ahead.begin(end)
            done = applying.apply(self.store, self.home, self.partner, answer.body, self.home.clock())
            if done.already:
                raise ProtocolError(
                    "exchange.segment.repeated",
                    _("{node} repeats entries from {number} that were asked for before."),
                    node=self.partner.node,
                    number=done.first,
                )
            if not self.segments:
                self.applied()
            self.segments += 1
            self.new += done.new
            self.same += done.same
            self.withdrawn += done.withdrawn
            self.set_aside += len(done.set_aside)
            if self.welcome is not None and done.last >= self.welcome.last:
                return
        self.more = True

    def _take_back(self) -> None:
        with self.store.read() as tx:
            after = records.link(tx, self.partner.number).recalls
            done = generations.carried_out_as(tx, self.partner.number, after)
        if self.welcome is not None and self.welcome.recalls <= after:
            return
        able = self.welcome is not None and RECALL_BASIS in self.welcome.extensions
        since = after - 1 if done else after
        answer = self._ask_signed("recalls", f"after={since}&origins={SIGNED if able else 1}", able)
        fetched = decoded(answer.body, list[wire.NumberedRecall], self.partner)
        if done:
            # the last one again: who forgot it, and gave its number to another, would have that one passed over for good
            if not fetched or carrying_out.named(self.partner, fetched[0]) != (after, done):
                raise self._rejoins()
            fetched = fetched[1:]
        last, problem = carrying_out.in_order(self.store, self.home, self.partner, fetched, after)
        self.recalls += last - after
        self.more |= self.welcome is not None and self.welcome.recalls > last > after
        if problem is not None:
            raise problem

    def _hand_over(self) -> None:
        answering.refresh_all(self.store, self.home, self.partner)
        with self.store.read() as tx:
            waiting = records.undelivered_receipts(tx, self.partner.number)
            link = records.link(tx, self.partner.number)
        for recall_id, receipt in waiting:
            self._ask(Request("POST", wire.BASE + "receipts", "", _JSON, receipt))
            with self.store.write() as tx:
                records.mark_delivered(tx, self.partner.number, recall_id)
        if link.received <= link.acknowledged or (self.welcome is not None and self.welcome.closed):
            return
        with self.store.read() as tx:  # the log is gone through only when there is something to acknowledge
            mine = checkpoint.received(tx, self.home, self.partner, self.home.clock())
        body = checkpoint.sign(self.home, mine)
        answer = self._ask(Request("POST", wire.BASE + "checkpoints", "", _JSON, body))
        theirs = checkpoint.read(answer.body, self.home, self.partner)
        if theirs.by != self.partner.node or not checkpoint.same_log(mine, theirs):
            raise IntegrityError(
                "exchange.checkpoint.countersigned",
                _("{node} signed another history of its stream than the one it sent us."),
                node=self.partner.node,
            )
        with self.store.write() as tx:
            records.save_link(
                tx, self.partner.number, {"acknowledged": mine.entries, "checkpoint": answer.body}
            )

    def _agree(self) -> None:
        """Carry requests for consent and their answers; they wait while the partner's release has none."""
        if self.welcome is not None and CONSENTS in self.welcome.extensions:
            consent.carry(self.store, self.home, self.partner, self._ask)

    def _ask(self, request: Request) -> Response:
        return self.asking(request)

    def _ask_whole(self, path: str, query: str) -> Response:
        """Ask for what is answered with more beside it than is signed by itself: the whole answer is, if the partner can."""
        able = self.welcome is not None and SIGNED_ANSWERS in self.welcome.extensions
        return self._ask_signed(path, f"{query}&origins={SIGNED if able else 1}", able)

    def _ask_signed(self, path: str, query: str, able: bool) -> Response:
        request = Request("GET", wire.BASE + path, query)
        answer, asked = self.asking.signed(request)
        if able:
            answered.check(self.home, self.partner, asked, answer)
        return answer
