"""An error says what, where and what to do, in the reader's language, and has one answer everywhere."""

import pickle

import pytest

from cordiale.platform import errors
from cordiale.platform.errors import (
    ANSWERS,
    ConfigurationError,
    CordialeError,
    InputError,
    NotFound,
    exit_code,
    explain,
    http_status,
)

FAMILIES = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CordialeError)
]


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_family_has_its_answer_and_stands_in_the_tree(kind: type[CordialeError]) -> None:
    assert kind in ANSWERS
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__doc__


def test_exit_codes_are_distinct_and_leave_the_reserved_ones() -> None:
    codes = [code for _status, code in ANSWERS.values()]
    assert len(set(codes)) == len(codes)
    assert not {0, 2, 130} & set(codes)


def test_a_finer_error_answers_as_its_family() -> None:
    class BadMarking(InputError):
        pass

    assert (http_status(BadMarking("x", "y")), exit_code(BadMarking("x", "y"))) == ANSWERS[InputError]


def test_what_is_not_ours_answers_without_detail() -> None:
    assert (http_status(ValueError("secret")), exit_code(ValueError("secret"))) == (500, 1)
    assert exit_code(KeyboardInterrupt()) == 130


def test_the_sentence_is_filled_in_either_language() -> None:
    error = ConfigurationError(
        "configuration.unknown", "{where}: there is no setting `{key}`.", where="a.toml", key="d'x"
    )
    assert str(error) == explain(error, "en") == "a.toml: there is no setting `d'x`."
    assert (
        explain(error, "fr") == "a.toml\u00a0: le paramètre `d'x` n’existe pas."
    )  # ours is set right, theirs kept


def test_a_place_without_a_value_is_shown_as_such() -> None:
    assert str(NotFound("x", "no {thing} {0} {", other=1)) == "no {thing} {0} {"
    assert str(NotFound("x", "no {thing} in {place}", place="Ottawa")) == "no … in Ottawa"


def test_params_may_be_named_like_the_arguments() -> None:
    assert str(InputError("x", "{code} {message_id}", code=1, message_id=2)) == "1 2"


def test_an_error_crosses_a_process() -> None:
    sent = InputError("import.unreadable", "{file} cannot be read", file="a").at("file")
    received = pickle.loads(pickle.dumps(sent))
    assert (type(received), received.code, str(received), received.fields) == (
        InputError,
        "import.unreadable",
        "a cannot be read",
        ("file",),
    )


def test_an_error_is_about_nothing_of_what_was_asked_until_somebody_says_so() -> None:
    assert InputError("x", "Wrong.").fields == InputError("x", "Wrong.").at("").fields == ()
