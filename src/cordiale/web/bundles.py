"""The bundled scripts and style: their names of this build, and their bytes, kept by browsers for good."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Request, Response, get

from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _

BUILT: Final = Path(__file__).parent / "static" / "built"
KINDS: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FOREVER: Final = "public, max-age=31536000, immutable"
"""A bundle's name holds the digest of its content: another content has another name."""


def names() -> dict[str, str]:
    """Return source name → address of its bundle; empty where none were built (`./dev setup` builds them)."""
    manifest = BUILT / "manifest.json"
    try:
        return _names(manifest, manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=1)
def _names(manifest: Path, _changed: int) -> dict[str, str]:
    found = msgspec.json.decode(manifest.read_bytes(), type=dict[str, str])
    return {source: f"/assets/{name}" for source, name in found.items()}


def handlers(_site: object) -> list[Any]:
    """Return the route of the bundles."""

    @get("/assets/{name:str}", sync_to_thread=True)
    def bundle(request: Request[Any, Any, Any]) -> Response[bytes]:
        name = str(request.path_params["name"])
        kind = KINDS.get(Path(name).suffix)
        path = BUILT / name
        if kind is None or path.parent != BUILT or not path.is_file():
            raise NotFound("no-bundle", _("There is nothing here that you may see."))
        headers = {"cache-control": FOREVER, "vary": "Accept-Encoding"}
        packed = path.with_name(name + ".gz")
        if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
            path, headers["content-encoding"] = packed, "gzip"
        return Response(path.read_bytes(), media_type=kind, headers=headers)

    return [bundle]
