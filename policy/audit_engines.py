"""The engines that an audit can run in: DuckDB in this process, Spark under a master that somebody names."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from engine.relational import spark
from engine.relational.runner import Runner
from engine.relational.tables import Ledger
from policy.auditing import Opener, by_duckdb
from policy.diagnostic import ClausebookError, Diagnostic

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ENGINES = ("duckdb", "spark")
LIBRARIES = {"duckdb": ("pyarrow", "sqlglot", "duckdb"), "spark": ("pyarrow", "sqlglot", "pyspark")}
EXTRAS = {"duckdb": "ledger", "spark": "spark"}
LOCAL = "local[*]"
"""The master that is taken where none is named: all cores of this machine."""
_SAID = 3
_WRONG = re.compile(r"\bERROR\b|\bError:|Exception:|^Caused by")


@contextmanager
def running(name: str, master: str = LOCAL) -> Iterator[Opener]:
    """An engine by its name, while it is needed. Spark is started when the first ledger is opened in it.

    Raises `ClausebookError`: ``E0052`` without its libraries, ``E0645`` without Java or where Spark does not start.
    """
    for library in LIBRARIES[name]:
        if find_spec(library) is None:
            message = f"an audit by {name} needs {library}, which is not installed"
            raise ClausebookError(Diagnostic("E0052", message, None, (f'pip install "clausebook[{EXTRAS[name]}]"',)))
    if name == "duckdb":
        yield by_duckdb
        return
    if java() is None:
        message = "Spark needs Java, and there is no `java` on the PATH or under JAVA_HOME"
        raise ClausebookError(Diagnostic("E0645", message, None, ("Java 17 or later",)))
    started: list[SparkSession] = []

    def by_spark(ledger: Ledger, deadline: float) -> Runner:
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
        if session is None:
            session = start(master)
            started.append(session)
        return spark.opened(ledger, session, deadline)

    try:
        yield by_spark
    finally:
        for session in started:
            stop(session)


def java() -> str | None:
    """Where the Java is that Spark would take."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=Path(home, "bin")) if home else shutil.which("java")


def start(master: str, settings: dict[str, str] | None = None) -> SparkSession:
    """A Spark session under a master: ``local[2]`` for two cores of this machine, ``spark://host:7077`` for a cluster.

    What Spark writes on the side is kept to itself. Raises `ClausebookError` (``E0645``) where it does not start.
    """
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True
    conf = SparkConf().setMaster(master).setAppName("clausebook audit")
    for name, value in (_settings(master) | (settings or {})).items():
        conf.set(name, value)
    with TemporaryFile() as said:
        try:
            gateway = launch_gateway(conf, {"stderr": said})  # type: ignore[no-untyped-call]  # it has no types
            return SparkSession(SparkContext(conf=conf, gateway=gateway))
        except (PySparkException, Py4JError, OSError) as error:
            first = str(error).strip().partition("\n")[0]
            message = f"Spark did not start under the master `{master}`: {first}"
            raise ClausebookError(Diagnostic("E0645", message, None, notes=_errors_of(said))) from None


def stop(session: SparkSession) -> None:
    """End a session with its Java, so that the next start begins anew."""
    from pyspark import SparkContext

    gateway: Any = SparkContext._gateway
    session.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()  # Java ends with it
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None


def _settings(master: str) -> dict[str, str]:
    """No page and no bar of its own; on this machine alone, what suits one machine."""
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    if master.startswith("local"):
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "4g",
            "spark.sql.shuffle.partitions": "8",
        }
    return settings


def _errors_of(said: IO[Any]) -> tuple[str, ...]:
    """What Java said went wrong, the last of it, without where in its own code."""
    said.seek(0)
    lines = (line.strip() for line in said.read().decode("utf-8", "replace").splitlines())
    return tuple(line for line in lines if _WRONG.search(line) and not line.startswith("at "))[-_SAID:]
