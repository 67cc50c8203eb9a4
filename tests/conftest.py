"""How long property tests look: a moment, or an hour (``make fuzz``). A cache for the tests alone. What was not run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from policy.audit_engines import java, start, stop

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

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

SMALL = {
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss4m",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Over few rows, planning is all that takes time."""


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that an earlier run kept has a part in the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def spark_session() -> Iterator[SparkSession]:
    """The one Spark session of a run. Where there is no Java its tests are not run; under `.ci/run` they fail."""
    if java() is None:
        missing = "no Java is installed, so Spark is not tried"
        if os.environ.get("CLAUSEBOOK_SPARK") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    session = start("local[2]", SMALL)
    yield session
    stop(session)


NOT_RUN = (
    ("tests/browser/", "no Chromium is installed", "tests of pages in a browser"),
    ("/test_spark", "no Java is installed", "tests of Spark"),
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that what is not installed would have run."""
    for where, missing, what in NOT_RUN:
        skipped = [each.nodeid for each in terminalreporter.getreports("skipped") if where in each.nodeid]
        if skipped:
            terminalreporter.section(f"not run: {missing}")
            terminalreporter.write_line(f"{len(skipped)} {what} were not run:")
            for name in skipped:
                terminalreporter.write_line(f"  {name}")
