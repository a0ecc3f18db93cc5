"""RPO and RTO over a server's past drills as an inline SVG: a point a drill, on a logarithmic scale of seconds.

It is drawn for eyes and told in words beside: the page's table of past drills has the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from provision import times
from provision.i18n import _

SHOWN = 36
WIDTH, HEIGHT = 640.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 30.0, 30.0
TICKS = ((1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (36000, "10 h"), (360000, "100 h"))


@dataclass(frozen=True)
class Scale:
    """Seconds to a height: from the tick below the smallest to the one above the largest."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Scale:
        """The scale that holds all values; at least one step of it."""
        below = [tick for tick, _name in TICKS if tick <= max(min(values), 1)]
        above = [tick for tick, _name in TICKS if tick >= max(values)]
        low, high = below[-1], above[0] if above else TICKS[-1][0]
        return cls(low, high if high > low else low * 10)

    def y(self, seconds: float) -> float:
        """Where a value lies; below the scale it lies at its foot."""
        part = math.log(max(seconds, self.low) / self.low) / math.log(self.high / self.low)
        return round(HEIGHT - BOTTOM - min(part, 1.0) * (HEIGHT - TOP - BOTTOM), 1)


def plot(history: Sequence[Mapping[str, Any]], zone: str) -> str:
    """The SVG of the last drills, oldest left; empty where there are fewer than two with figures."""
    past = [one for one in history if one.get("rpo_seconds") is not None and one.get("rto_seconds") is not None]
    past = past[-SHOWN:]
    if len(past) < 2:
        return ""
    scale = Scale.of([float(one[name]) for one in past for name in ("rpo_seconds", "rto_seconds")])
    step = (WIDTH - LEFT - RIGHT - 16) / (len(past) - 1)
    xs = [round(LEFT + 8 + step * position, 1) for position in range(len(past))]
    parts = [_axis(scale), _days(past, xs, zone)]
    for name, title, kind in (("rpo_seconds", "RPO", "rpo"), ("rto_seconds", "RTO", "rto")):
        places = [(x, scale.y(float(one[name])), bool(one.get("ok"))) for x, one in zip(xs, past, strict=True)]
        line = " ".join(f"{x},{y}" for x, y, _held in places)
        parts.append(f'<polyline class="{kind}" points="{line}"/>')
        parts += [_point(kind, x, y, held) for x, y, held in places]
        x = LEFT + (8 if kind == "rpo" else 78)
        parts.append(_point(kind, x, 12, True) + f'<text x="{x + 9}" y="16">{title}</text>')
    if not all(one.get("ok") for one in past):
        parts.append(f'<text class="bad" x="{LEFT + 150}" y="16">✕ {escape(_("fell short"))}</text>')
    told = _("RPO and RTO of the last {count} drills; logarithmic").format(count=len(past))
    return (
        f'<svg class="plot" role="img" aria-label="{escape(told)}" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _axis(scale: Scale) -> str:
    """A line and a word for each tick."""
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{scale.y(tick)}" y2="{scale.y(tick)}"/>'
        f'<text text-anchor="end" x="{LEFT - 6}" y="{scale.y(tick) + 4}">{name}</text>'
        for tick, name in TICKS
        if scale.low <= tick <= scale.high
    )


def _days(past: Sequence[Mapping[str, Any]], xs: Sequence[float], zone: str) -> str:
    """The dates of the first and the last drill."""
    ends = ((xs[0], "start", past[0]), (xs[-1], "end", past[-1]))
    return "".join(
        f'<text text-anchor="{anchor}" x="{x}" y="{HEIGHT - 8}">'
        f"{escape(times.shown(str(one.get('started_at') or ''), zone)[:10])}</text>"
        for x, anchor, one in ends
    )


def _point(kind: str, x: float, y: float, held: bool) -> str:
    """A disc for RPO, a square for RTO, a cross for a drill that fell short: told apart without colours, too."""
    if not held:
        return f'<path class="bad" d="M{x - 4},{y - 4}l8,8m0,-8l-8,8"/>'
    if kind == "rpo":
        return f'<circle class="{kind}" cx="{x}" cy="{y}" r="4"/>'
    return f'<rect class="{kind}" x="{x - 3.5}" y="{y - 3.5}" width="7" height="7"/>'
