"""Layers of the ATT&CK Navigator (format 4.5): the matrix written as one, and one read beside the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import orjson

from cordiale.domains.cyber.attack.coverage import Matrix, Technique
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

FORMAT: Final = "4.5"
LARGEST: Final = 16 << 20
MOST: Final = 20_000
COLOURS: Final = ("#ffffff", "#6baed6")
_NAVIGATOR: Final = "5.1.0"


class Scored(msgspec.Struct, frozen=True):
    """What a layer says of one technique; `held` tells whether this node knows it, `count` how much covers it here."""

    code: str
    name: str
    score: float | None
    comment: str
    enabled: bool
    held: bool
    count: int
    tactic: str = ""


class Layer(msgspec.Struct, frozen=True):
    """A layer that was read: its name, domain and version, and what it says of techniques, beside what is held."""

    name: str
    domain: str
    version: str
    techniques: tuple[Scored, ...]
    uncovered: tuple[str, ...]
    """Codes that the layer scores and nothing held covers."""
    unscored: tuple[str, ...]
    """Codes that something held covers and the layer does not score."""


def written(matrix: Matrix, name: str, marking: str) -> bytes:
    """Return the matrix as a layer: a score is how many objects cover a technique; nothing but counts and codes is in it.

    `marking` stands in its description: the layer is as restricted as what it counts. What the matrix was narrowed to stands in
    its metadata.
    """
    covered = [one for one in matrix.techniques if one.count]
    most = max((one.count for one in covered), default=1)
    value = {
        "name": name,
        "versions": {"attack": matrix.version.partition(".")[0] or "0", "navigator": _NAVIGATOR, "layer": FORMAT},
        "domain": matrix.domain or "enterprise-attack",
        "description": marking,
        "filters": {},
        "sorting": 3,
        "layout": {"layout": "side", "showName": True, "showID": True, "showAggregateScores": True, "aggregateFunction": "sum", "countUnscored": False, "expandedSubtechniques": "annotated"},
        "hideDisabled": False,
        "techniques": [_scored(one, tactic) for one in covered for tactic in one.tactics],
        "gradient": {"colors": list(COLOURS), "minValue": 0, "maxValue": most},
        "legendItems": [],
        "metadata": [{"name": name, "value": said} for name, said in (("source", matrix.source), ("marking", matrix.marking)) if said],
        "links": [],
        "showTacticRowBackground": False,
        "tacticRowBackground": "#dddddd",
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
        "selectVisibleTechniques": False,
    }  # fmt: skip
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


def _scored(one: Technique, tactic: str) -> dict[str, Any]:
    return {
        "techniqueID": one.code,
        "tactic": tactic,
        "score": one.count,
        "color": "",
        "comment": "",
        "enabled": True,
        "metadata": [{"name": kind, "value": str(count)} for kind, count in one.cover.types],
        "links": [],
        "showSubtechniques": bool(one.part_of),
    }


def read(content: bytes, matrix: Matrix) -> Layer:
    """Return a layer beside a matrix; raises InputError for what is no layer of format 4, and above the limits."""
    if len(content) > LARGEST:
        raise InputError(
            "layer-large", _("It is larger than {limit} MB: no layer is."), limit=LARGEST >> 20
        ).at("layer")
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InputError("layer-damaged", _("It is no JSON that can be read: {words}."), words=str(error)).at(
            "layer"
        ) from error
    versions = value.get("versions") if isinstance(value, dict) else None
    told = versions.get("layer") if isinstance(versions, dict) else None
    listed = value.get("techniques") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not str(told or "").startswith("4"):
        raise InputError("layer-format", _("It is no layer of the ATT&CK Navigator in its format 4.")).at(
            "layer"
        )
    if len(listed) > MOST:
        raise InputError("layer-many", _("It has more than {limit} techniques."), limit=MOST).at("layer")
    known = {one.code: one for one in matrix.techniques}
    found = [
        _read(one, known)
        for one in listed
        if isinstance(one, dict) and isinstance(one.get("techniqueID"), str)
    ]
    scored = {one.code for one in found if one.score is not None and one.enabled}
    covered = {one.code for one in matrix.techniques if one.count}
    return Layer(
        name=str(value.get("name") or "")[:200],
        domain=str(value.get("domain") or "")[:60],
        version=str(versions.get("attack") or "")[:20] if isinstance(versions, dict) else "",
        techniques=tuple(sorted(found, key=lambda one: (one.code, one.tactic))),
        uncovered=tuple(sorted(scored - covered)),
        unscored=tuple(sorted(covered - scored)),
    )


def _read(one: Mapping[str, Any], known: Mapping[str, Technique]) -> Scored:
    name = str(one["techniqueID"])[:40]
    score = one.get("score")
    held = known.get(name)
    return Scored(
        code=name,
        name=held.name if held else "",
        score=float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None,
        comment=str(one.get("comment") or "")[:500],
        enabled=one.get("enabled") is not False,
        held=held is not None,
        count=held.count if held else 0,
        tactic=str(one.get("tactic") or "")[:60],
    )
