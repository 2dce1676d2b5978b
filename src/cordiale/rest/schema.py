"""The OpenAPI 3.1 document of the interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

import cordiale
from cordiale.sdk.wire import ID, PREFIX, Asked, Told

if TYPE_CHECKING:
    from litestar import Litestar

SAYS: Final = (
    "What a person can do at a Cordiale node, for programs. Everything is decided for the person whose token is sent: "
    "what they may not see is not counted, not named, not hinted at. Lists are read page by page: `next` of one page is "
    "`after` of the next. A POST may carry an `Idempotency-Key`. Errors are `application/problem+json`, in the language of "
    "`Accept-Language`, with a `code` that does not change."
)
UPLOADS: Final = (
    f"{PREFIX}/imports",
    f"{PREFIX}/set-aside/{{number}}/mend",
    f"{PREFIX}/objects/{{stix_id}}/files",
    f"{PREFIX}/cyber/runs",
    f"{PREFIX}/cyber/warninglists",
    f"{PREFIX}/cyber/attack/layer",
)
FILES: Final = {
    f"{PREFIX}/export": ("text/csv", "application/stix+json;version=2.1"),
    f"{PREFIX}/feeds/{{file}}": ("text/plain", "text/csv", "application/yaml", "application/json"),
    f"{PREFIX}/cyber/export": (
        "text/plain",
        "text/csv",
        "application/yaml",
        "application/json",
        "application/zip",
    ),
}
"""What is answered with a file whose kind the question chooses."""


def config() -> OpenAPIConfig:
    """Return what the framework writes the document from."""
    return OpenAPIConfig(
        title="Cordiale",
        version=cordiale.__version__,
        description=SAYS,
        path="/schema",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _method, _path: handler.handler_name.rpartition(".")[2],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="A token of this node.")
            }
        ),
        security=[{"token": []}],
    )


def document(site: Litestar) -> dict[str, Any]:
    """Return the document, with what the framework cannot know."""
    found = site.openapi_schema.to_schema()
    for path in found["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                _never_null(parameter)
    found["components"]["schemas"] = _exactly(found["components"]["schemas"])
    for path in UPLOADS:
        found["paths"][path]["post"]["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {}}, "application/json": {"schema": {}}},
        }
    for path, kinds in FILES.items():
        found["paths"][path]["get"]["responses"]["200"]["content"] = {kind: {"schema": {}} for kind in kinds}
    return found


def _exactly(schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas of the wire types as what reads and writes them says: lengths and patterns of items included."""
    types: dict[str, type] = {kind.__name__: kind for kind in (*_below(Told), *_below(Asked))}
    told = msgspec.json.schema_components(
        [types[name] for name in sorted(schemas)], ref_template="#/components/schemas/{name}"
    )[1]
    return dict(sorted(told.items()))


def _below(base: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    return [one for kind in base.__subclasses__() for one in (kind, *_below(kind))]


def _never_null(parameter: dict[str, Any]) -> None:
    """Say of a parameter that may be left out what it is where it is there: an address has no null."""
    schema = parameter["schema"]
    kinds = [kind for kind in schema.pop("oneOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema.update(kinds[0])
    if (
        schema.get("type") == "array"
    ):  # the one list is of ids, of which the framework loses what they look like
        schema["items"] = {"type": "string", "pattern": ID}
    for name in ("deprecated", "allowEmptyValue", "allowReserved"):
        parameter.pop(name, None)
