"""Read STIX patterns (STIX 2.1 section 9 and its published grammar): from a text to a tree, or to the place where it is wrong.

One pass, without a parser generator. Operators of one level are gathered in a loop; only parentheses recurse, and their
depth and the length of the text are capped before anything is read.
"""

from __future__ import annotations

from typing import Final, Literal, NoReturn, TypeVar

from cordiale.platform.languages import _
from cordiale.stix.patterns import scanner, tree
from cordiale.stix.patterns.fault import PatternError
from cordiale.stix.patterns.literals import DEEP

Edition = Literal["2.1", "2.0", "any"]

LONGEST: Final = 1 << 20
"""Characters of a pattern that is read; some ten thousand comparisons."""

STEPS: Final = 100
"""Names and indexes in one path."""

QUALIFIERS: Final = 4
"""Qualifiers in a row; the standard has three, one of each kind. It keeps trees as low as `DEEP` keeps parentheses."""

_SIGNS: Final[dict[str, tree.Operator]] = {
    "=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip
_WORDS: Final[dict[str, tree.Operator]] = {
    "IN": "IN", "LIKE": "LIKE", "MATCHES": "MATCHES", "ISSUBSET": "ISSUBSET", "ISSUPERSET": "ISSUPERSET",
}  # fmt: skip
_KEYWORDS: Final = frozenset(
    (
        "AND",
        "OR",
        "NOT",
        "FOLLOWEDBY",
        "LIKE",
        "MATCHES",
        "ISSUPERSET",
        "ISSUBSET",
        "EXISTS",
        "IN",
        "START",
        "STOP",
        "SECONDS",
        "WITHIN",
        "REPEATS",
        "TIMES",
    )
)
_BOOLEANS: Final = {"true": True, "false": False}
_ORDERED: Final = frozenset(("<", "<=", ">", ">="))

EXPECTED: Final = {
    "observation": _("Line {line}, character {column}: an observation in square brackets, or an opening parenthesis, is expected here."),
    "comparison": _("Line {line}, character {column}: a comparison is expected here, such as `file:name = 'a.exe'`."),
    "path": _("Line {line}, character {column}: a path is expected here, such as `file:name` or `file:hashes.'SHA-256'`."),
    "steps": _("Line {line}, character {column}: this path has too many steps; a hundred is the most."),
    "operator": _("Line {line}, character {column}: one of `= != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET` is expected here."),
    "value": _("Line {line}, character {column}: a value is expected here: a text in apostrophes, a number, true, false, `t'…'`, `h'…'` or `b'…'`."),
    "text": _("Line {line}, character {column}: a text in apostrophes is expected here."),
    "ordered": _("Line {line}, character {column}: true and false have no order: use `=` or `!=`."),
    "alike": _("Line {line}, character {column}: the values of a list are all of one kind; this one is of another."),
    "hyphen": _("Line {line}, character {column}: a name with a hyphen stands in apostrophes, as in `file:hashes.'SHA-256'`."),
    "string": _("Line {line}, character {column}: this text has no closing apostrophe; within it, only `\\'` and `\\\\` are written with a backslash."),
    "set": _("Line {line}, character {column}: a list of values in parentheses is expected here."),
    "comma": _("Line {line}, character {column}: a comma or a closing parenthesis is expected here."),
    "bracket": _("Line {line}, character {column}: AND, OR or a closing square bracket is expected here."),
    "parenthesis": _("Line {line}, character {column}: AND, OR or a closing parenthesis is expected here."),
    "close": _("Line {line}, character {column}: AND, OR, FOLLOWEDBY, a qualifier or a closing parenthesis is expected here."),
    "end": _("Line {line}, character {column}: AND, OR, FOLLOWEDBY, a qualifier or the end of the pattern is expected here."),
    "qualifiers": _("Line {line}, character {column}: no more than four qualifiers stand behind one another."),
    "times": _("Line {line}, character {column}: a whole number above 0 is expected here, and TIMES after it."),
    "seconds": _("Line {line}, character {column}: a number above 0 is expected here, and SECONDS after it."),
    "moment": _("Line {line}, character {column}: a timestamp is expected here, such as `t'2026-01-31T08:30:00Z'`."),
    "stop": _("Line {line}, character {column}: STOP and a timestamp are expected here."),
}  # fmt: skip
"""What can be expected somewhere: its name, and its words."""

_Node = TypeVar("_Node")


def parse(text: str, edition: Edition = "2.1") -> tree.Pattern:
    """Read a pattern.

    The edition "2.0" has START and STOP with plain texts; "any" takes in besides what is met in the field: keywords in
    any case, and names with hyphens without apostrophes. Raises PatternError with the place and what was expected there.
    """
    if len(text) > LONGEST:
        raise PatternError(
            "pattern-length",
            _("The pattern has {found} characters; {most} are read at most. Write it in several parts."),
            text, LONGEST, found=len(text), most=LONGEST,
        )  # fmt: skip
    reader = _Reader(text, edition)
    reader.next()
    found = reader.observations(0)
    if reader.kind != scanner.END:
        reader.fail("end")
    return tree.Pattern(found)


def parse_any(text: str) -> tree.Pattern:
    """Read a pattern of STIX 2.1, or else as it is met in the field; raises PatternError as 2.1 sees it."""
    try:
        return parse(text)
    except PatternError as error:
        try:
            return parse(text, "any")
        except PatternError:
            raise error from None


class _Reader:
    """A text, and the word of it that comes next."""

    __slots__ = ("end", "kind", "loose", "old", "start", "text", "word")

    def __init__(self, text: str, edition: Edition) -> None:
        self.text = text
        self.old = edition != "2.1"
        self.loose = edition == "any"
        self.kind = scanner.END
        self.word = ""
        self.start = self.end = 0

    def next(self) -> None:
        """Go to the next word."""
        found = scanner.scan(self.text, self.end)
        assert found is not None
        kind = self.kind = found.lastindex or scanner.WRONG
        self.start, self.end = found.span(kind)
        word = found[kind]
        if kind == scanner.WORD and self.loose and word.upper() in _KEYWORDS:
            word = word.upper()
        self.word = word

    def fail(self, expected: str, offset: int | None = None) -> NoReturn:
        """Say what was expected where the reader stands, or at another place."""
        at = self.start if offset is None else offset
        if offset is None and self.kind == scanner.WRONG and self.word == "'":
            expected = "string"
        raise PatternError("pattern-syntax", EXPECTED[expected], self.text, at, found=self.text[at : at + 30])

    def deeper(self, depth: int) -> int:
        """Return the depth behind a parenthesis; raises PatternError where that is too deep."""
        if depth >= DEEP:
            raise PatternError(
                "pattern-depth",
                _("Line {line}, character {column}: parentheses stand deeper in each other than {most} levels."),
                self.text, self.start, most=DEEP,
            )  # fmt: skip
        return depth + 1

    # observations -----------------------------------------------------------------------------

    def observations(self, depth: int) -> tree.Observation:
        """Read observations joined by AND, OR and FOLLOWEDBY, the tightest first."""
        chain: list[tree.Observation] = []
        either: list[tree.Observation] = []
        together = [self.observation(depth)]
        while self.kind == scanner.WORD:
            word = self.word
            if word == "AND":
                self.next()
                together.append(self.observation(depth))
                continue
            if word != "OR" and word != "FOLLOWEDBY":
                break
            either.append(_one(together, tree.Together))
            if word == "FOLLOWEDBY":
                chain.append(_one(either, tree.Either))
                either = []
            self.next()
            together = [self.observation(depth)]
        either.append(_one(together, tree.Together))
        chain.append(_one(either, tree.Either))
        return _one(chain, tree.Sequence)

    def observation(self, depth: int) -> tree.Observation:
        """Read one observation, or several in parentheses, with their qualifiers."""
        found: tree.Observation
        if self.kind != scanner.SIGN:
            self.fail("observation")
        if self.word == "[":
            self.next()
            found = tree.Observed(self.expression(depth))
            if self.kind != scanner.SIGN or self.word != "]":
                self.fail("bracket")
        elif self.word == "(":
            within = self.deeper(depth)
            self.next()
            found = self.observations(within)
            if self.kind != scanner.SIGN or self.word != ")":
                self.fail("close")
        else:
            self.fail("observation")
        self.next()
        qualifiers = 0
        while self.kind == scanner.WORD and self.word in ("WITHIN", "REPEATS", "START"):
            if qualifiers == QUALIFIERS:
                self.fail("qualifiers")
            qualifiers += 1
            found = self.qualified(found)
        return found

    def qualified(self, found: tree.Observation) -> tree.Observation:
        """Read one qualifier of an observation."""
        qualifier = self.word
        self.next()
        if qualifier == "START":
            start = self.moment("moment")
            self.keyword("STOP", "stop")
            return tree.During(found, start, self.moment("moment"))
        expected = "times" if qualifier == "REPEATS" else "seconds"
        if self.kind != scanner.NUMBER:
            self.fail(expected)
        value = scanner.number_of(self.word, self.text, self.start)
        if value <= 0 or (qualifier == "REPEATS" and type(value) is not int):
            self.fail(expected)
        self.next()
        if qualifier == "REPEATS":
            self.keyword("TIMES", expected)
            return tree.Repeats(found, int(value))
        self.keyword("SECONDS", expected)
        return tree.Within(found, value)

    def keyword(self, word: str, expected: str) -> None:
        """Go past a word that has to stand here."""
        if self.kind != scanner.WORD or self.word != word:
            self.fail(expected)
        self.next()

    def moment(self, expected: str) -> tree.Moment:
        """Read a timestamp; of 2.0, also as a plain text."""
        if self.kind == scanner.TEXT and self.old:
            value = scanner.typed("t" + self.word, self.text, self.start)
        elif self.kind == scanner.TYPED:
            value = scanner.typed(self.word, self.text, self.start)
        else:
            self.fail(expected)
        if not isinstance(value, tree.Moment):
            self.fail(expected)
        self.next()
        return value

    # comparisons ------------------------------------------------------------------------------

    def expression(self, depth: int) -> tree.Expression:
        """Read comparisons joined by AND and OR."""
        either: list[tree.Expression] = []
        together = [self.comparison(depth)]
        while self.kind == scanner.WORD:
            word = self.word
            if word == "AND":
                self.next()
                together.append(self.comparison(depth))
            elif word == "OR":
                either.append(_one(together, tree.All))
                self.next()
                together = [self.comparison(depth)]
            else:
                break
        either.append(_one(together, tree.All))
        return _one(either, tree.Any)

    def comparison(self, depth: int) -> tree.Expression:
        """Read one comparison, or several in parentheses."""
        if self.kind == scanner.PATH:
            quickly = scanner.follows(self.text, self.end)
            if quickly is not None:
                path = self.path(quickly.end())
                operator = _SIGNS.get(quickly[1]) or _WORDS[quickly[1]]
                return tree.Comparison(path, operator, (scanner.text_of(quickly[2]),))
            path = self.path()
            negated = self.kind == scanner.WORD and self.word == "NOT"
            if negated:
                self.next()
            said = (_SIGNS if self.kind == scanner.SIGN else _WORDS).get(self.word)
            if said is None or self.kind not in (scanner.SIGN, scanner.WORD):
                self.fail("operator")
            operator = said
            self.next()
            if operator == "IN":
                return tree.Comparison(path, operator, self.values(), negated)
            if operator in _SIGNS:
                if operator in _ORDERED and self.kind == scanner.WORD and self.word in _BOOLEANS:
                    self.fail("ordered")
                return tree.Comparison(path, operator, (self.value("value"),), negated)
            if self.kind != scanner.TEXT:
                self.fail("text")
            return tree.Comparison(path, operator, (self.value("text"),), negated)
        if self.kind == scanner.SIGN and self.word == "(":
            within = self.deeper(depth)
            self.next()
            found = self.expression(within)
            if self.kind != scanner.SIGN or self.word != ")":
                self.fail("parenthesis")
            self.next()
            return found
        negated = self.kind == scanner.WORD and self.word == "NOT"
        if negated:
            self.next()
        if self.kind != scanner.WORD or self.word != "EXISTS":
            self.fail("comparison")
        self.next()
        if self.kind != scanner.PATH:
            self.fail("path")
        return tree.Comparison(self.path(), "EXISTS", (), negated)

    def path(self, end: int = -1) -> tree.Path:
        """Read a path, and go on behind it or from a place further on."""
        path, hyphen = scanner.path_of(self.word)
        if hyphen >= 0 and not self.loose:
            self.fail("hyphen", self.start + hyphen)
        if len(path.steps) > STEPS:
            self.fail("steps")
        if end >= 0:
            self.end = end
        self.next()
        return path

    def value(self, expected: str) -> tree.Constant:
        """Read one constant."""
        kind, word = self.kind, self.word
        value: tree.Constant
        if kind == scanner.TEXT:
            value = scanner.text_of(word)
        elif kind == scanner.NUMBER:
            value = scanner.number_of(word, self.text, self.start)
        elif kind == scanner.TYPED:
            value = scanner.typed(word, self.text, self.start)
        elif kind == scanner.WORD and (word.lower() if self.loose else word) in _BOOLEANS:
            value = _BOOLEANS[word.lower()]
        else:
            self.fail(expected)
        self.next()
        return value

    def values(self) -> tuple[tree.Constant, ...]:
        """Read a list of constants of one kind; whole numbers and fractions are one."""
        if self.kind != scanner.SIGN or self.word != "(":
            self.fail("set")
        self.next()
        found: list[tree.Constant] = []
        if self.kind == scanner.SIGN and self.word == ")":
            self.next()
            return ()
        while True:
            at = self.start
            found.append(self.value("value"))
            if len(found) > 1 and _sort(found[-1]) is not _sort(found[0]):
                self.fail("alike", at)
            if self.kind != scanner.SIGN or self.word not in (",", ")"):
                self.fail("comma")
            done = self.word == ")"
            self.next()
            if done:
                return tuple(found)


def _sort(value: tree.Constant) -> type:
    kind = type(value)
    return float if kind is int else kind


def _one(operands: list[_Node], several: type[_Node]) -> _Node:
    """Return the only operand, or a node of several."""
    return operands[0] if len(operands) == 1 else several(tuple(operands))  # type: ignore[call-arg]
