"""Settings that every test shares: what is long waits for `--long`, and nothing of this machine leaks in."""

import os

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# The same examples on every run: a red run can be repeated; `--hypothesis-profile=explore` looks for new ones.
hypothesis_settings.register_profile(
    "daily", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis_settings.load_profile("daily")

for name in [name for name in os.environ if name.startswith("CORDIALE_")]:
    del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long tests out, unless they are asked for by flag or by name."""
    if config.getoption("--long") or any("::" in argument for argument in config.args):
        return
    kept = [item for item in items if item.get_closest_marker("long") is None]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
