"""What a source can do wrong, on purpose: each fault turns a right answer into a wrong one."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer before it is sent. `cut` breaks the connection after so many bytes of the body."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None
    silence: float = 0.0


Fault = Callable[[Answer], Answer]


def _changed(answer: Answer, **values: object) -> Answer:
    return dataclasses.replace(answer, body=json.dumps({**json.loads(answer.body), **values}).encode())


FAULTS: dict[str, Fault] = {
    "html": lambda a: Answer(200, b"<html><body>Masuk</body></html>", "text/html"),
    "html_as_json": lambda a: Answer(200, b"<html><body>Masuk</body></html>"),
    "error_in_200": lambda a: Answer(200, b'{"success": false, "http_code": 500, "message": "gagal"}'),
    "bare_empty": lambda a: Answer(200, b'{"rows": []}'),
    "nothing": lambda a: Answer(200, b""),
    "unauthorised": lambda a: Answer(401, b'{"error": "invalid_token"}'),
    "forbidden": lambda a: Answer(403, b'{"error": "forbidden"}'),
    "slow_down": lambda a: Answer(429, b'{"error": "slow_down"}', headers=(("Retry-After", "1"),)),
    "maintenance": lambda a: Answer(503, b'{"error": "maintenance"}', headers=(("Retry-After", "1"),)),
    "broken": lambda a: Answer(500, b"{}"),
    "moved": lambda a: Answer(302, b"", headers=(("Location", "/login"),)),
    "cut_off": lambda a: dataclasses.replace(a, cut=len(a.body) // 2),
    "cut_off_json": lambda a: dataclasses.replace(a, body=a.body[: len(a.body) // 2]),
    "wrong_type": lambda a: dataclasses.replace(a, content_type="text/plain"),
    "wrong_gzip": lambda a: dataclasses.replace(a, headers=(("Content-Encoding", "gzip"),)),
    "other_region": lambda a: _changed(a, region="99.99"),
    "other_entity": lambda a: _changed(a, entity="another"),
    "other_version": lambda a: _changed(a, schema_version="2.0"),
    "miscounted": lambda a: _changed(a, count=json.loads(a.body)["count"] + 1),
    "expired": lambda a: Answer(410, b'{"error": "cursor_expired"}'),
    "silent": lambda a: dataclasses.replace(a, silence=30.0),
}


class Switches:
    """Faults waiting to happen: armed by name, for one path's ending, so many times. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[tuple[Fault, str, int, int]] = []

    def arm(self, fault: str | Fault, path: str = "", times: int = 1, after: int = 0) -> None:
        """Let `fault` befall `times` answers whose path ends with `path`, after `after` right ones."""
        made = FAULTS[fault] if isinstance(fault, str) else fault
        with self._lock:
            self._armed.append((made, path, times, after))

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._armed.clear()

    def befall(self, path: str, answer: Answer) -> Answer:
        """The answer, or what a fault makes of it."""
        with self._lock:
            for place, (fault, ending, times, after) in enumerate(self._armed):
                if not path.endswith(ending):
                    continue
                if after:
                    self._armed[place] = (fault, ending, times, after - 1)
                    return answer
                if times == 1:
                    del self._armed[place]
                else:
                    self._armed[place] = (fault, ending, times - 1, 0)
                return fault(answer)
        return answer
