"""No byte of what is hidden, nor its id, nor that it exists, arrives by any known path through any face."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.leaks.faces import FACES, WRITES
from tests.leaks.paths import PATHS
from tests.leaks.scene import OPENLY, SECRETS, Scene
from tests.simulation.world import World


def scenes(name: str) -> tuple[Scene, Scene]:
    """Play a path in both of its worlds, and let both readers ask for what is hidden in either."""
    path = PATHS[name]
    one, other = Scene(World(1)), Scene(World(1))
    for scene, n in zip((one, other), path.worlds, strict=True):
        path.plant(scene, n)
    one.secrets = other.secrets = [*one.secrets, *other.secrets]
    one.hidden = other.hidden = sorted({*one.hidden, *other.hidden})
    return one, other


def told(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """Return every answer of the scene, and all that France holds."""
    yield from scene.trace
    yield "what France holds", scene.held()


@pytest.mark.parametrize("name", PATHS)
def test_nothing_hidden_arrives_by(name: str) -> None:
    one, other = scenes(name)
    forbidden = [*SECRETS, *one.secrets, *(stix_id.encode() for stix_id in one.hidden)]
    for face, read in FACES.items():
        for scene in (one, other):
            scene.trace.clear()
            read(scene, scene.hidden)
            assert face in WRITES or any(OPENLY.encode() in said for _question, said in told(scene)), face
            for question, said in told(scene):
                assert not [word for word in forbidden if word in said.lower()], (face, question)
        for (question, before), (_same, after) in zip(one.trace, other.trace, strict=True):
            assert before == after, (face, question)
    one.close()
    other.close()


@pytest.mark.parametrize("face", [face for face in FACES if face not in WRITES])
def test_a_planted_leak_is_found(face: str) -> None:
    """The list would be worth nothing if it could not fail: what every face shows is taken for hidden here."""
    scene = Scene(World(1))
    PATHS["counts and statistics"].plant(scene, 0)
    FACES[face](scene, [])
    assert any(b"harbour" in said.lower() for _question, said in scene.trace)
    assert face != "partner" or b"harbour" in scene.held()
    scene.close()
