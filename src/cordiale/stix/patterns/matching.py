"""Try patterns on observations: many patterns at once, each path of an observable followed once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from cordiale.platform.errors import CordialeError
from cordiale.platform.languages import _
from cordiale.stix.patterns import tree
from cordiale.stix.patterns.brackets import parts, simplified
from cordiale.stix.patterns.comparing import Held, Numbered
from cordiale.stix.patterns.expressions import NotTaken
from cordiale.stix.patterns.joining import EFFORT, GaveUp, Timed, join
from cordiale.stix.patterns.observations import Observation, begins
from cordiale.stix.patterns.reaching import Memory, Reach, reach

MOST_SHOWN: Final = 10_000
"""Observations that are named for a pattern of one bracket; one more says nothing new."""

BRACKETS: Final = 1_000
"""Brackets of one pattern that is tried; alternatives beside one another are one."""

GAVE_UP: Final = _("The search for observations that fit together was given up after {effort} steps. Narrow the pattern, or give fewer observations.")  # fmt: skip


class Outcome(msgspec.Struct, frozen=True):
    """Whether a pattern matches, by which observations (their places in what was given), or why that is not known.

    `matched` is None where it is not known: then `message_id` and `params` say why.
    """

    matched: bool | None
    observations: tuple[int, ...] = ()
    message_id: str = ""
    params: Mapping[str, Any] = {}


class _Condition(msgspec.Struct, frozen=True, gc=False):
    """What the comparisons of one bracket ask of an observable of one type, by the bits that hold for it."""

    every: bool
    marks: int
    inner: tuple[_Condition, ...] = ()

    def met(self, held: int) -> bool:
        """Tell whether it is met."""
        if self.every:
            return held & self.marks == self.marks and all(one.met(held) for one in self.inner)
        return held & self.marks != 0 or any(one.met(held) for one in self.inner)


_Bracket = tuple[int, _Condition]


class _Type:
    """What patterns ask of observables of one type."""

    __slots__ = ("any", "brackets", "numbers", "paths", "tests")

    def __init__(self) -> None:
        self.numbers: dict[tuple[tree.Comparison, tuple[type, ...]], int] = {}
        self.brackets: dict[int, list[_Bracket]] = {}  # by a bit without which the condition is not met
        self.any = 0
        self.paths: dict[tuple[str | int | None, ...], list[Numbered]] = {}
        self.tests: list[tuple[Reach, Held]] = []

    def number(self, one: tree.Comparison) -> int:
        """Return the bit of a comparison, the same for the same one in several patterns."""
        key = one, tuple(map(type, one.values))  # 1 and true are equal to Python
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = len(self.numbers) + 1
            self.paths.setdefault(one.path.steps, []).append((found, one))
        return found


class Matcher:
    """Patterns made ready to be tried on observations.

    `refused` says of a pattern, by its place, why it cannot be tried: an expression the engine does not take. It has an
    outcome that is not known; the others are tried.
    """

    __slots__ = ("_alone", "_brackets", "_owners", "_shapes", "_types", "patterns", "refused")

    def __init__(self, patterns: Sequence[tree.Pattern]) -> None:
        self.patterns = tuple(patterns)
        self.refused: dict[int, CordialeError] = {}
        self._types: dict[str, _Type] = {}
        self._owners: list[int] = []  # of each bracket, its pattern
        self._brackets: list[range] = []  # of each pattern, its brackets
        self._alone: list[bool] = []
        self._shapes: list[tree.Observation] = []
        for place, pattern in enumerate(self.patterns):
            first = len(self._owners)
            taken = []
            shape = simplified(pattern.observation)
            try:
                taken = [self._ready(one.expression) for one in _brackets(shape)]
            except CordialeError as error:
                self.refused[place] = error
            for bracket, conditions in enumerate(taken, first):
                self._owners.append(place)
                for kind, condition in conditions:
                    self._file(self._types[kind], bracket, condition)
            self._brackets.append(range(first, first + len(taken)))
            self._shapes.append(shape)
            self._alone.append(isinstance(shape, tree.Observed))
        for one in self._types.values():
            one.tests = [(reach(steps), Held(asked)) for steps, asked in one.paths.items()]

    def _ready(self, expression: tree.Expression) -> list[tuple[str, _Condition]]:
        """Return, for each type of observable that a bracket may begin at, what it asks of it."""
        _try_expressions(expression)
        found = _conditions(expression, self._types)
        return [(kind, condition) for kind, condition in found.items() if begins(kind)]

    @staticmethod
    def _file(held: _Type, bracket: int, condition: _Condition) -> None:
        needed = _needed(condition)
        held.any |= needed
        while needed:
            bit = needed & -needed
            held.brackets.setdefault(bit, []).append((bracket, condition))
            needed ^= bit

    @property
    def types(self) -> frozenset[str]:
        """Return the types of observables that paths begin at: an observation without any of them matches nothing."""
        return frozenset(self._types)

    def brackets(self, observation: Observation) -> set[int]:
        """Return the brackets that an observation matches, numbered through all patterns; see `owner`."""
        found: set[int] = set()
        types = self._types
        objects = observation.objects
        memory: Memory = {}
        for value in objects.values():
            asked = types.get(value.get("type"))  # type: ignore[arg-type]
            if asked is None:
                continue
            held = 0
            for follow, tests in asked.tests:
                held |= follow(value, objects, memory, tests.holding) or tests.absent
            left = held & asked.any
            while left:
                bit = left & -left
                left ^= bit
                for bracket, condition in asked.brackets[bit]:
                    if bracket not in found and condition.met(held):
                        found.add(bracket)
        return found

    def owner(self, bracket: int) -> int:
        """Return the place of the pattern that a bracket belongs to."""
        return self._owners[bracket]

    def alone(self, place: int) -> bool:
        """Tell whether a pattern comes down to one bracket: any one observation that matches it is a match."""
        return self._alone[place]

    def of(self, place: int) -> range:
        """Return the brackets of a pattern, as `brackets` numbers them."""
        return self._brackets[place]

    def joined(
        self, place: int, hits: Sequence[Sequence[int]], timed: Timed, effort: int = EFFORT
    ) -> Outcome:
        """Try a pattern on observations of which is known already, for each of its brackets, which match it."""
        try:
            found = join(self._shapes[place], hits, timed, effort)
        except GaveUp:
            return Outcome(None, (), GAVE_UP, {"effort": effort})
        return Outcome(found is not None, tuple(found or ()))

    def single(self, observation: Observation) -> list[int]:
        """Return the places of patterns of one bracket alone that an observation matches, in order."""
        owners, alone = self._owners, self._alone
        return sorted({owners[one] for one in self.brackets(observation) if alone[owners[one]]})

    def outcomes(
        self, observations: Iterable[Observation], effort: int = EFFORT, ids: dict[int, str] | None = None
    ) -> list[Outcome]:
        """Try every pattern on the observations together; what is kept of them grows with what matches a bracket.

        `ids` is given the ids of those that match one, by their places.
        """
        hits: list[list[int]] = [[] for _owner in self._owners]
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        number: dict[int, int] = {}
        for place, one in enumerate(observations):
            found = self.brackets(one)
            if found:
                first[place], last[place], number[place] = one.first, one.last, one.number
                if ids is not None:
                    ids[place] = one.id
                for bracket in found:
                    if not self._alone[self._owners[bracket]] or len(hits[bracket]) < MOST_SHOWN:
                        hits[bracket].append(place)
        timed = Timed(first, last, number)
        return [self._outcome(place, hits, timed, effort) for place in range(len(self.patterns))]

    def _outcome(self, place: int, hits: list[list[int]], timed: Timed, effort: int) -> Outcome:
        refused = self.refused.get(place)
        if refused is not None:
            return Outcome(None, (), refused.message_id, dict(refused.params))
        mine = [hits[one] for one in self._brackets[place]]
        if self._alone[place]:
            return Outcome(bool(mine[0]), tuple(mine[0]))
        return self.joined(place, mine, timed, effort)


def match(pattern: tree.Pattern, observations: Iterable[Observation], effort: int = EFFORT) -> Outcome:
    """Try one pattern on observations. Raises NotTaken or ConfigurationError when its MATCHES cannot be tried."""
    matcher = Matcher((pattern,))
    for error in matcher.refused.values():
        raise error
    return matcher.outcomes(observations, effort)[0]


def _brackets(shape: tree.Observation) -> list[tree.Observed]:
    """Return the brackets of a pattern; raises NotTaken where it has too many."""
    found = list(parts(shape))
    if len(found) > BRACKETS:
        raise NotTaken(
            "pattern-brackets",
            _("The pattern asks for {n} observations beside one another; {most} are tried at most."),
            n=len(found), most=BRACKETS,
        )  # fmt: skip
    return found


def _try_expressions(expression: tree.Expression) -> None:
    """Raise what keeps a bracket from being tried, before anything of it is counted in."""
    if not isinstance(expression, tree.Comparison):
        for one in expression.operands:
            _try_expressions(one)
    elif expression.operator in ("LIKE", "MATCHES"):
        Held(((1, expression),))


def _conditions(expression: tree.Expression, types: dict[str, _Type]) -> dict[str, _Condition]:
    """Return what an expression asks of an observable, by each type of which one can meet it."""
    if isinstance(expression, tree.Comparison):
        kind = expression.path.observable
        return {kind: _Condition(True, 1 << types.setdefault(kind, _Type()).number(expression))}
    every = isinstance(expression, tree.All)
    operands = [_conditions(one, types) for one in expression.operands]
    gathered: dict[str, list[_Condition]] = {}
    for one in operands:
        for kind, made in one.items():
            gathered.setdefault(kind, []).append(made)
    return {
        kind: _joined(every, found)
        for kind, found in gathered.items()
        if not every or len(found) == len(operands)
    }


def _joined(every: bool, found: list[_Condition]) -> _Condition:
    """Return one condition of several: the bits of those that are nothing more become its own."""
    marks = 0
    inner = []
    for one in found:
        if not one.inner and (one.every == every or one.marks.bit_count() == 1):
            marks |= one.marks
        else:
            inner.append(one)
    return _Condition(every, marks, tuple(inner))


def _needed(condition: _Condition) -> int:
    """Return bits of which one holds whenever a condition is met, as few as can be told."""
    if not condition.every:
        needed = condition.marks
        for one in condition.inner:
            needed |= _needed(one)
        return needed
    choices = [_needed(one) for one in condition.inner]
    if condition.marks:
        choices.append(condition.marks & -condition.marks)
    return min(choices, key=int.bit_count)
