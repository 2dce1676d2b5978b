"""Whether observations can be chosen for a pattern, each for one part of it, in the order and time that it asks for.

Every qualifier and FOLLOWEDBY comes down to bounds on when the observations of a part begin and end, once a moment is chosen:
WITHIN d holds when there is a moment t that none ends before, and none begins after t + d; FOLLOWEDBY, when there is one
that none before it begins after, and none behind it ends before. What remains is to give each part observations of its
own, which augmenting paths find without trying combinations. Moments and sides of OR are tried in turn, and a part
that more observations fit than the whole pattern needs is left to the end, since it cannot be in the way.

An observation that was made n times counts as n. The question is hard in general (NP-complete), so the effort is bounded:
beyond it the answer is that none was found, and says so.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, Literal, NamedTuple

from cordiale.platform.clock import SECOND, Instant
from cordiale.stix.patterns import tree

EFFORT: Final = 1_000_000
"""Observations looked at, and choices made, before the search for one pattern gives up: some seconds."""

_ALWAYS: Final = 1 << 62


class Timed(NamedTuple):
    """When observations began and ended, by their number, and how many times each was made."""

    first: Mapping[int, Instant]
    last: Mapping[int, Instant]
    number: Mapping[int, int]


class GaveUp(Exception):
    """End a search that has taken all the effort it may."""


class _Goal(NamedTuple):
    """A part to be found so many times, beginning no later and ending no earlier than; choices go on from `floor`."""

    node: tree.Observation
    times: int
    latest: Instant
    earliest: Instant
    floor: int


_Goals = tuple[_Goal, "_Goals"] | None


def join(
    node: tree.Observation, hits: Sequence[Sequence[int]], timed: Timed, effort: int = EFFORT
) -> list[int] | None:
    """Return observations that together satisfy a pattern, by number; None when there are none.

    `hits` has, for each bracket of the pattern from left to right, the observations that match it alone. Raises GaveUp
    when neither is known after the effort.
    """
    if not _most(node, iter(hits), timed.number):
        return None
    return _Search(node, hits, timed, effort).run()


def _most(node: tree.Observation, hits: Iterator[Sequence[int]], number: Mapping[int, int]) -> int:
    """Return a number of times that a part cannot be found more often than: what most patterns need not be searched for."""
    match node:
        case tree.Observed():
            return sum(map(number.__getitem__, next(hits)))
        case tree.Together(operands=operands) | tree.Sequence(operands=operands):
            return min([_most(one, hits, number) for one in operands])
        case tree.Either(operands=operands):
            return sum([_most(one, hits, number) for one in operands])
        case tree.Repeats(observation=inner, times=times):
            return _most(inner, hits, number) // times
        case tree.Within(observation=inner) | tree.During(observation=inner):
            return _most(inner, hits, number)


class _Part:
    """What is known of a part beforehand: how many observations it takes, and which can be among them."""

    __slots__ = ("begins", "begun", "ended", "ends", "fewest", "hits", "longest", "most")

    def __init__(self, fewest: int, most: int, hits: list[int], timed: Timed) -> None:
        self.fewest = fewest
        self.most = most
        self.hits = sorted(hits, key=timed.last.__getitem__)
        self.ends = [timed.last[one] for one in self.hits]
        self.ended = [0, *accumulate(timed.number[one] for one in self.hits)]
        by_begin = sorted(hits, key=timed.first.__getitem__)
        self.begins = [timed.first[one] for one in by_begin]
        self.begun = [0, *accumulate(timed.number[one] for one in by_begin)]
        self.longest = max((timed.last[one] - timed.first[one] for one in hits), default=0)

    def room(self, latest: Instant, earliest: Instant) -> int:
        """Count the observations that begin no later and end no earlier."""
        # One that ends before `earliest` has begun before it, so no later than `latest` when that is not before
        if latest < earliest:
            return self.begun[bisect_right(self.begins, latest)]
        return self.begun[bisect_right(self.begins, latest)] - self.ended[bisect_left(self.ends, earliest)]


class _Demand(NamedTuple):
    """Observations of their own for one part: how many, out of which, and whether there are so many that any will do."""

    times: int
    out_of: list[int]
    rich: bool


class _Search:
    __slots__ = ("demands", "effort", "given", "held", "known", "links", "node", "timed", "used", "whole")

    def __init__(
        self, node: tree.Observation, hits: Sequence[Sequence[int]], timed: Timed, effort: int
    ) -> None:
        self.node = node
        self.timed = timed
        self.effort = effort
        self.known: dict[int, _Part] = {}
        self.links: dict[int, tuple[tree.Observation, tree.Observation, list[Instant]]] = {}
        self.held: list[tree.Observation] = []  # what `known` and `links` call by identity stays alive
        self.whole = self._know(node, (list(one) for one in hits))
        self.demands: list[_Demand] = []
        self.given: list[dict[int, int]] = []  # by demand: how many of which observation
        self.used: dict[int, int] = {}

    def _know(self, node: tree.Observation, hits: Iterator[list[int]]) -> _Part:
        match node:
            case tree.Observed():
                made = _Part(1, 1, next(hits), self.timed)
            case tree.Repeats(observation=inner, times=times):
                one = self._know(inner, hits)
                made = _Part(one.fewest * times, one.most * times, one.hits, self.timed)
            case tree.Within(observation=inner) | tree.During(observation=inner):
                one = self._know(inner, hits)
                made = _Part(one.fewest, one.most, one.hits, self.timed)
            case tree.Sequence(operands=operands):
                return self._know_chain(node, operands, hits)
            case tree.Together(operands=operands) | tree.Either(operands=operands):
                found = [self._know(one, hits) for one in operands]
                fewest, most = [one.fewest for one in found], [one.most for one in found]
                either = isinstance(node, tree.Either)
                every = list({hit: None for one in found for hit in one.hits})
                made = _Part(
                    min(fewest) if either else sum(fewest),
                    max(most) if either else sum(most),
                    every,
                    self.timed,
                )
        self.known[id(node)] = made
        return made

    def _know_chain(
        self, node: tree.Sequence, operands: tuple[tree.Observation, ...], hits: Iterator[list[int]]
    ) -> _Part:
        """Know a chain link by link: what stands before each FOLLOWEDBY is a chain of its own."""
        before = operands[0]
        part = self._know(before, hits)
        begins = set(part.begins)
        for number, behind in enumerate(operands[1:], 2):
            last = self._know(behind, hits)
            link = node if number == len(operands) else tree.Sequence(())
            self.spend(len(begins) + len(part.hits))
            self.links[id(link)] = before, behind, sorted(begins)
            self.held.append(link)
            every = list(dict.fromkeys((*part.hits, *last.hits)))
            part = _Part(part.fewest + last.fewest, part.most + last.most, every, self.timed)
            self.known[id(link)] = part
            begins.update(last.begins)
            before = link
        return part

    def spend(self, effort: int) -> None:
        """Count what was done; raises GaveUp when it is too much."""
        self.effort -= effort
        if self.effort < 0:
            raise GaveUp

    def run(self) -> list[int] | None:
        """Search: take goals apart until none is left, and go back to the last choice when one cannot be met."""
        goals: _Goals = (_Goal(self.node, 1, _ALWAYS, -_ALWAYS, -_ALWAYS), None)
        choices: list[tuple[Iterator[_Goals], int]] = []
        while True:
            if goals is None:
                return self._chosen()
            self.spend(1)
            goal, rest = goals
            outcome = self._expand(goal, rest)
            if outcome is not False:
                if isinstance(outcome, Iterator):
                    choices.append((outcome, len(self.demands)))
                    outcome = False
                else:
                    goals = outcome
            while outcome is False:
                if not choices:
                    return None
                others, demands = choices[-1]
                self._undo(demands)
                following = next(others, False)
                if following is False:
                    choices.pop()
                    continue
                goals = following  # type: ignore[assignment]
                break

    def _expand(self, goal: _Goal, rest: _Goals) -> _Goals | Iterator[_Goals] | Literal[False]:
        """Return the goals that stand for one, the choices of them, or False when it cannot be met."""
        node, times, latest, earliest, _floor = goal
        part = self.known[id(node)]
        if part.room(latest, earliest) < part.fewest * times:
            return False
        match node:
            case tree.Observed():
                return rest if self._demand(part, times, latest, earliest) else False
            case tree.During(observation=inner, start=start, stop=stop):
                if start.instant >= stop.instant:
                    return False
                bounds = min(latest, stop.instant - 1), max(earliest, start.instant)
                return _Goal(inner, times, *bounds, -_ALWAYS), rest
            case tree.Repeats(observation=inner, times=more):
                return _Goal(inner, times * more, latest, earliest, -_ALWAYS), rest
            case tree.Together(operands=operands):
                goals = rest
                for one in sorted(operands, key=lambda one: len(self.known[id(one)].hits), reverse=True):
                    goals = _Goal(one, times, latest, earliest, -_ALWAYS), goals
                return goals
            case tree.Either(operands=operands):
                if all(isinstance(one, tree.Observed) for one in operands):
                    return rest if self._demand(part, times, latest, earliest) else False
                return self._sides(goal, operands, rest)
            case tree.Within(observation=inner, seconds=seconds):
                if part.most == 1:
                    return _Goal(inner, times, latest, earliest, -_ALWAYS), rest
                return self._windows(goal, inner, min(round(seconds * SECOND), _ALWAYS), part, rest)
            case tree.Sequence():
                return self._orders(goal, rest)

    def _sides(self, goal: _Goal, operands: tuple[tree.Observation, ...], rest: _Goals) -> Iterator[_Goals]:
        for number, one in enumerate(operands):
            if number >= goal.floor:
                more = (goal._replace(times=goal.times - 1, floor=number), rest) if goal.times > 1 else rest
                yield goal._replace(node=one, times=1, floor=-_ALWAYS), more

    def _windows(
        self, goal: _Goal, inner: tree.Observation, length: int, part: _Part, rest: _Goals
    ) -> Iterator[_Goals]:
        """Try each moment at which the first of the observations may end."""
        before: Instant | None = None
        for moment in part.ends[bisect_left(part.ends, max(goal.earliest, goal.floor)) :]:
            if moment == before:
                continue
            before = moment
            self.spend(1)
            latest = min(goal.latest, moment + length)
            if part.room(latest, moment) < part.fewest:
                continue
            more = (goal._replace(times=goal.times - 1, floor=moment), rest) if goal.times > 1 else rest
            yield _Goal(inner, 1, latest, moment, -_ALWAYS), more

    def _orders(self, goal: _Goal, rest: _Goals) -> Iterator[_Goals]:
        """Try each moment at which the last of the observations before may begin."""
        before, behind, moments = self.links[id(goal.node)]
        ahead, part = self.known[id(before)], self.known[id(behind)]
        for moment in moments[bisect_left(moments, goal.floor) : bisect_right(moments, goal.latest)]:
            self.spend(1)
            earliest = max(goal.earliest, moment)
            if (
                part.room(goal.latest, earliest) < part.fewest
                or ahead.room(moment, goal.earliest) < ahead.fewest
            ):
                continue
            more = (goal._replace(times=goal.times - 1, floor=moment), rest) if goal.times > 1 else rest
            last = _Goal(behind, 1, goal.latest, earliest, -_ALWAYS), more
            yield _Goal(before, 1, moment, goal.earliest, -_ALWAYS), last

    # observations of their own ----------------------------------------------------------------

    def _demand(self, part: _Part, times: int, latest: Instant, earliest: Instant) -> bool:
        """Take so many observations for a part, moving others to make room; tell whether that was possible."""
        timed, enough = self.timed, self.whole.most
        out_of: list[int] = []
        room = 0
        start = bisect_left(part.ends, earliest)
        for place in range(start, len(part.hits)):
            one = part.hits[place]
            if part.ends[place] - part.longest > latest or room >= enough:
                self.spend(place - start)
                break
            if timed.first[one] <= latest:
                out_of.append(one)
                room += timed.number[one]
        else:
            self.spend(len(part.hits) - start)
        if room < times:
            return False
        mine: dict[int, int] = {}
        self.demands.append(_Demand(times, out_of, room >= enough))
        self.given.append(mine)
        if room >= enough:
            return True
        for one in out_of:
            taken = min(times, timed.number[one] - self.used.get(one, 0))
            if taken > 0:
                mine[one] = taken
                self.used[one] = self.used.get(one, 0) + taken
                times -= taken
                if not times:
                    return True
        while times:
            moved = self._move(times)
            if not moved:
                self._undo(len(self.demands) - 1)
                return False
            times -= moved
        return True

    def _move(self, most: int) -> int:
        """Find observations for the last demand by giving earlier ones others; return how many."""
        wanting = len(self.demands) - 1
        reached: dict[int, int] = {}  # observation: the demand it would go to
        gives: dict[int, int] = {}  # demand: the observation it would give up
        queue = [wanting]
        for demand in queue:
            out_of = self.demands[demand].out_of
            self.spend(1 + len(out_of))
            for one in out_of:
                if one in reached:
                    continue
                reached[one] = demand
                free = self.timed.number[one] - self.used.get(one, 0)
                if free > 0:
                    return self._shift(one, min(free, most), reached, gives, wanting)
                self.spend(1 + len(self.demands) // 8)
                for other, given in enumerate(self.given):
                    if other != wanting and other not in gives and given.get(one, 0) > 0:
                        gives[other] = one
                        queue.append(other)
        return 0

    def _shift(
        self, free: int, most: int, reached: dict[int, int], gives: dict[int, int], wanting: int
    ) -> int:
        path = []
        one = free
        while True:
            demand = reached[one]
            path.append((demand, one))
            if demand == wanting:
                break
            one = gives[demand]
            most = min(most, self.given[demand][one])
        for demand, gained in path:
            given = self.given[demand]
            given[gained] = given.get(gained, 0) + most
            if demand != wanting:
                given[gives[demand]] -= most
        self.used[free] = self.used.get(free, 0) + most
        return most

    def _undo(self, demands: int) -> None:
        while len(self.demands) > demands:
            self.demands.pop()
            for one, taken in self.given.pop().items():
                self.used[one] -= taken

    def _chosen(self) -> list[int]:
        """Give the parts that were left to the end theirs, and return all observations."""
        for times, out_of, rich in self.demands:
            for one in out_of if rich else ():
                taken = min(times, self.timed.number[one] - self.used.get(one, 0))
                if taken > 0:
                    self.used[one] = self.used.get(one, 0) + taken
                    times -= taken
                if not times:
                    break
        return sorted(one for one, taken in self.used.items() if taken)
