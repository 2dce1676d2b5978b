"""`/rules`: what new rules would change, and putting them in force."""

from __future__ import annotations

from typing import Final

from litestar import Response, post
from litestar.params import JSONBody

from cordiale.desk import verbs
from cordiale.platform.errors import ConfigurationError, InputError
from cordiale.rest.asking import Asked, Asking, Key, act, refusals
from cordiale.sdk import release as wire

ORIGIN: Final = "rules"
"""What a refusal calls the text, as the command line calls a file."""


@post("/rules/diff", status_code=200, responses=refusals(409, 413), sync_to_thread=True, tags=["rules"])
def diff_rules(
    request: Asked, data: JSONBody[wire.RulesAsked], idempotency_key: Key = None
) -> Response[wire.RulesDiff]:
    """Say what rules would change for every partner, exactly, and change nothing."""
    return act(request, idempotency_key, data, lambda asked: _asked(asked, data, apply=False))


@post("/rules/apply", status_code=200, responses=refusals(409, 413, 507), sync_to_thread=True, tags=["rules"])
def apply_rules(
    request: Asked, data: JSONBody[wire.RulesAsked], idempotency_key: Key = None
) -> Response[wire.RulesDiff]:
    """Put rules in force whose preview somebody looked at: `token` is that preview's."""
    return act(request, idempotency_key, data, lambda asked: _asked(asked, data, apply=True))


def _asked(asked: Asking, data: wire.RulesAsked, *, apply: bool) -> wire.RulesDiff:
    try:
        if apply:
            found = verbs.rules_apply(asked.desk, asked.actor, data.text, ORIGIN, data.token)
        else:
            found = verbs.rules_diff(asked.desk, asked.actor, data.text, ORIGIN)
    except (
        ConfigurationError
    ) as error:  # it is not this node's configuration that is wrong, but what was sent
        raise InputError(error.code, error.message_id, **error.params) from error
    return asked.tell(found, wire.RulesDiff)


HANDLERS: Final = (diff_rules, apply_rules)
