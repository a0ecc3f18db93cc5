"""A real Chromium without a window, driven through the DevTools protocol over two pipes: no port, no other library.

Each message is JSON, ended by a zero byte (`--remote-debugging-pipe`, file descriptors 3 and 4).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

# A child puts the two pipes where Chromium expects them; both come as descriptors from 10 on.
_HAND_OVER = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execvp(sys.argv[3], sys.argv[3:])"
)


class ChromiumError(Exception):
    """Chromium said no, a script threw, or an answer did not come in time."""


class Chromium:
    """`with Chromium(folder) as browser: browser.open(url); browser.value("document.title")`."""

    def __init__(self, profile: Path, *, width: int = 1280, height: int = 900, patience: float = 60.0) -> None:
        self._profile, self._size, self._patience = profile, (width, height), patience
        self._number = 0
        self._held = b""
        self._session = ""
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Chromium:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        give = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (theirs_in, theirs_out)]
        for one in (theirs_in, theirs_out):
            os.close(one)
        words = [
            "chromium",
            "--headless=new",
            "--remote-debugging-pipe",
            f"--user-data-dir={self._profile}",
            f"--window-size={self._size[0]},{self._size[1]}",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=en",
        ]
        if os.geteuid() == 0:
            words.append("--no-sandbox")  # Chromium refuses root otherwise; it opens nothing but our own files
        self._process = subprocess.Popen(
            [sys.executable, "-c", _HAND_OVER, *map(str, give), *words, "about:blank"],
            pass_fds=give,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self._profile)},
        )
        for one in give:
            os.close(one)
        self._in, self._out = ours_in, ours_out
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(*self._size)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = ""
        try:
            self.call("Browser.close")
        except (ChromiumError, OSError):
            self._process.kill()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command; its result. Events that come meanwhile are kept in `events`."""
        self._number += 1
        told: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            told["sessionId"] = self._session
        left = json.dumps(told).encode() + b"\0"
        while left:
            left = left[os.write(self._out, left) :]
        ends = time.monotonic() + self._patience
        while True:
            answer = self._message(ends)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise ChromiumError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _message(self, ends: float) -> dict[str, Any]:
        while b"\0" not in self._held:
            ready, _out, _err = select.select([self._in], [], [], max(ends - time.monotonic(), 0))
            if not ready:
                raise ChromiumError("Chromium did not answer in time")
            came = os.read(self._in, 1 << 20)
            if not came:
                raise ChromiumError("Chromium has ended")
            self._held += came
        first, _zero, self._held = self._held.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        return message

    def resize(self, width: int, height: int, *, phone: bool = False, dark: bool = False) -> None:
        """The size of the window in CSS pixels, and whether the reader prefers dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="", features=[scheme])

    def open(self, file: Path, fragment: str = "") -> None:
        """Load a page from a file; returns when its script says that it is ready."""
        self.events.clear()
        self.call("Page.navigate", url=file.resolve().as_uri() + fragment)
        self.until("document.documentElement?.dataset.ready === '1'")

    def show(self, file: Path) -> None:
        """Load a page that has no script, or one that does not say when it is ready."""
        self.events.clear()
        self.call("Page.navigate", url=file.resolve().as_uri())
        self.until("document.readyState === 'complete'")

    def value(self, expression: str) -> Any:
        """What a JavaScript expression says; a promise is awaited. ChromiumError if it throws."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise ChromiumError(str(told["exceptionDetails"]))
        return told["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression is true; ChromiumError if it never is."""
        ends = time.monotonic() + self._patience
        while not self.value(expression):
            if time.monotonic() > ends:
                raise ChromiumError(f"never true: {expression}")
            time.sleep(0.02)

    def press(self, key: str, *, modifiers: int = 0) -> None:
        """One key, as a keyboard sends it: Tab, Enter, ArrowDown, or a letter."""
        codes: Mapping[str, int] = {
            "Tab": 9,
            "Enter": 13,
            "Escape": 27,
            " ": 32,
            "End": 35,
            "Home": 36,
            "ArrowLeft": 37,
            "ArrowUp": 38,
            "ArrowRight": 39,
            "ArrowDown": 40,
        }
        more: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": codes.get(key, 0), "modifiers": modifiers}
        if key in ("Enter", " ") or len(key) == 1:
            more["text"] = "\r" if key == "Enter" else key
        self.call("Input.dispatchKeyEvent", type="keyDown", **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", **{name: one for name, one in more.items() if name != "text"})

    def write(self, text: str) -> None:
        """Text into what has the focus."""
        self.call("Input.insertText", text=text)

    def screenshot(self, file: Path, *, whole: bool = False) -> Path:
        """A PNG of the window, or of the whole page."""
        more: dict[str, Any] = {}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            more = {
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1},
            }
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png", **more)["data"]))
        return file

    def complaints(self) -> list[str]:
        """What the page's console, its policy or the network had to say against it since it was opened."""
        self.value("1")
        bad = []
        for one in self.events:
            method, params = one.get("method"), one.get("params", {})
            if method == "Runtime.exceptionThrown":
                bad.append(str(params["exceptionDetails"]))
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                bad.append(params["entry"]["text"])
            elif method == "Network.requestWillBeSent" and not params["request"]["url"].startswith("file:"):
                bad.append("asked for " + params["request"]["url"])
        return bad
