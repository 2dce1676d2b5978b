"""What is wrong with a pattern, and where."""

from __future__ import annotations

from cordiale.platform.errors import InputError


class PatternError(InputError):
    """Report a text that is no STIX pattern: what was expected, and at which character.

    `offset` counts characters from 0; `line` and `column` count from 1, as people do.
    """

    def __init__(self, code: str, message_id: str, text: str, offset: int, /, **params: object) -> None:
        self.offset = offset
        self.line = text.count("\n", 0, offset) + 1
        self.column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        super().__init__(code, message_id, line=self.line, column=self.column, **params)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.code, self.message_id, dict(self.params), self.offset)


def _rebuild(code: str, message_id: str, params: dict[str, object], offset: int) -> PatternError:
    made = PatternError.__new__(PatternError)
    InputError.__init__(made, code, message_id, **params)
    made.offset, made.line, made.column = offset, int(str(params["line"])), int(str(params["column"]))
    return made


def caret(text: str, error: PatternError, most: int = 100) -> str:
    """Return the line of a pattern that an error is about, and a caret below the place.

    Of a long line, what stands around the place is shown.
    """
    start = text.rfind("\n", 0, error.offset) + 1
    end = text.find("\n", error.offset)
    end = len(text) if end < 0 else end
    first = max(start, min(error.offset - most // 2, end - most))
    last = min(end, first + most)
    shown = ("…" if first > start else "") + text[first:last] + ("…" if last < end else "")
    shown = "".join(c if c.isprintable() else "·" for c in shown)
    return f"{shown}\n{' ' * (error.offset - first + (first > start))}^"
