"""A headless Chromium driven over pipes by the DevTools protocol: the system's own, and nothing beside it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "/": 191}
_PATIENCE = 20
_LEFT = ("Inspected target navigated or closed", "Execution context was destroyed", "Cannot find context")
"""What the browser says of a script whose page was left while it ran."""


class PageLeft(Exception):
    """The page was left for another before a script in it came to its end."""


def system_browser() -> str | None:
    """The system's Chromium, where there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page of a browser."""

    def __init__(self, process: subprocess.Popen[bytes], read: int, write: int) -> None:
        self._process, self._read, self._write = process, read, write
        self._buffer = b""
        self._number = 0
        self._session = ""
        self.errors: list[str] = []
        target = self.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """What the browser answers to a command."""
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters or {}}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            self._note(answer)
            if answer.get("id") == number:
                if answer.get("error", {}).get("message", "").startswith(_LEFT):
                    raise PageLeft(method)
                assert "error" not in answer, answer
                return answer["result"]

    def _next(self) -> Any:
        while b"\0" not in self._buffer:
            more = os.read(self._read, 1 << 20)
            assert more, "the browser has ended"
            self._buffer += more
        text, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(text)

    def _note(self, message: Any) -> None:
        if message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(message["params"]["exceptionDetails"])[:400])
        elif message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.errors.append(message["params"]["entry"]["text"])

    # --------------------------------------------------------------- actions

    def open(self, address: str) -> None:
        """Go to a page, and wait until it is there."""
        self.send("Page.navigate", {"url": address})
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def size(self, width: int, height: int = 900) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def scheme(self, name: str) -> None:
        """``light`` or ``dark``."""
        self.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]})

    def run(self, script: str) -> Any:
        """The value of a script."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True}
        answer = self.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, script: str) -> Any:
        """The value of a script once it is true, in this page or in the one that it is being left for."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with suppress(PageLeft):
                if found := self.run(script):
                    return found
            time.sleep(0.02)
        raise AssertionError(f"never so: {script}")

    def type(self, text: str) -> None:
        self.send("Input.insertText", {"text": text})

    def press(self, key: str) -> None:
        code = {"key": key, "code": key, "windowsVirtualKeyCode": _KEYS[key]}
        text = {"Enter": "\r", "/": "/"}.get(key)
        self.send("Input.dispatchKeyEvent", {"type": "keyDown", **code, **({"text": text} if text else {})})
        self.send("Input.dispatchKeyEvent", {"type": "keyUp", **code})

    def screenshot(self, path: Path, whole: bool = False) -> None:
        found = self.send("Page.captureScreenshot", {"captureBeyondViewport": whole})
        path.write_bytes(base64.b64decode(found["data"]))


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    """A browser with a profile of its own, which ends with it."""
    to_browser, write = os.pipe()
    read, from_browser = os.pipe()
    profile = tempfile.mkdtemp(prefix="clausebook-browser-")
    command = [
        path,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--remote-debugging-pipe",
        f"--user-data-dir={profile}",
    ]

    def pipes() -> None:
        os.dup2(to_browser, 3)
        os.dup2(from_browser, 4)

    process = subprocess.Popen(  # the browser speaks on 3 and 4
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(3, 4, to_browser, from_browser),
        preexec_fn=pipes,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Browser(process, read, write)
    finally:
        process.terminate()
        process.wait(_PATIENCE)
        os.close(write)
        os.close(read)
        shutil.rmtree(profile, ignore_errors=True)
