"""How long property tests look: a moment, or an hour (``make fuzz``). A cache for the tests alone. What was not run."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings

_SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "everyday",
    max_examples=100,
    deadline=timedelta(seconds=5),
    derandomize=True,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that an earlier run kept has a part in the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests of pages that no browser could run."""
    skipped = [each.nodeid for each in terminalreporter.getreports("skipped") if "tests/browser/" in each.nodeid]
    if skipped:
        terminalreporter.section("not run: no Chromium is installed")
        terminalreporter.write_line(f"{len(skipped)} tests of pages in a browser were not run:")
        for name in skipped:
            terminalreporter.write_line(f"  {name}")
