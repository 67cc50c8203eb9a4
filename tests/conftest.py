"""How long property tests look: a moment, or an hour (``make fuzz``). A cache for the tests alone. What was not run.

Which tests one process runs: those that share what takes long to make.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from policy.audit_engines import java, start, stop

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "everyday",
    max_examples=50,
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
    """Nothing that an earlier run kept has a part in the tests; what this run keeps, its processes share."""
    of_run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        of_run = of_run.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(of_run / "kept"))
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


TOGETHER = {
    "/test_spark": "a Spark session",
    "tests/browser/": "a browser, and pages in it",
    "tests/test_package.py": "a wheel",
    "tests/policy/test_large_case.py": "a ledger, drawn and read",
    "tests/test_house.py": "the trees of the code",
}
"""Tests of which those that share something are run by one process, and what it is."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives tests to whichever process is free: one by one, but those that share something together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for where, shared in TOGETHER.items() if where in nodeid), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """By the names of files: the marks of pytest-xdist 3.8 have no effect under pytest 9.2."""
    return Scheduling(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it is not gone through again and again for circles that nothing needs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


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
