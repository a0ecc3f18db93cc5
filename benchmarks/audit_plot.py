"""The audit of 1, 10, 100 and 552 servers, one measurement after the other, and the plot of docs/benchmarks.md.

    python -m benchmarks.audit_plot [-i INVENTORY --limit SERVER --group CGROUP] [--sizes 1,10,100,552] [--mute 20] \
        --to docs/audit-fleet.svg

Each size is `benchmarks.audit_fleet` in a process of its own; its figures are printed as they come, and lie beside
the plot as JSON. Only the largest has mute servers. The figures stand in the plot's own text, so that it can be read
without the page.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from benchmarks.audit_host import add_arguments

WIDTH, HEIGHT = 640.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 150.0, 28.0, 40.0
LINES = (
    ("seconds", "in all, s", "#1d4f8b"),
    ("controller CPU, s", "controller's processor, s", "#a61b1b"),
    ("controller memory, MB", "controller's memory, MB", "#6b7280"),
)


def measured(words: Sequence[str], servers: int, mute: int) -> dict[str, Any]:
    """The figures of one size."""
    command = [sys.executable, "-m", "benchmarks.audit_fleet", *words, "--servers", str(servers), "--mute", str(mute)]
    done = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def plot(figures: Sequence[dict[str, Any]]) -> str:
    """The figures over the number of servers as an SVG, both axes logarithmic: what grows linearly has a slope of 1."""
    values = [max(float(one[key]), 0.1) for one in figures for key, _name, _colour in LINES]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    most = math.log10(max(max(int(one["servers"]) for one in figures), 10))

    def x(servers: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(servers) / most

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(max(value, 0.1)) - low) / max(high - low, 1)

    parts = [f'<text x="{LEFT}" y="16">An audit by the number of servers; both axes logarithmic</text>']
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#d1d5db"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for one in figures:
        at = x(one["servers"])
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - 20}" text-anchor="middle">{one["servers"]}</text>')
    below = 0.0
    for key, name, colour in sorted(LINES, key=lambda line: y(float(figures[-1][line[0]]))):
        points = [(x(one["servers"]), y(float(one[key]))) for one in figures]
        drawn = " ".join(f"{left:.1f},{top:.1f}" for left, top in points)
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (left, top), one in zip(points, figures, strict=True):
            told = escape(f"{one['servers']} servers: {one[key]} ({name})")
            parts.append(f'<circle cx="{left:.1f}" cy="{top:.1f}" r="4" fill="{colour}"><title>{told}</title></circle>')
        below = max(points[-1][1], below + 16)  # two lines that end side by side keep their names apart
        parts.append(f'<text x="{points[-1][0] + 10:.1f}" y="{below + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    parts.append(f'<text x="{(WIDTH - RIGHT + LEFT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">servers</text>')
    told = "; ".join(f"{one['servers']} servers {one['seconds']} s" for one in figures)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" '
        f'aria-label="{escape(told)}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{chr(10).join(parts)}\n</svg>\n'
    )


def main() -> int:
    """Measure every size and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--sizes", default="1,10,100,552")
    parser.add_argument("--mute", type=int, default=20, help="So many of the largest never speak.")
    parser.add_argument("--to", type=Path, required=True, help="The plot, an SVG; its figures go beside it as JSON.")
    options = parser.parse_args()
    sizes = sorted(int(one) for one in options.sizes.split(","))
    words = ["--limit", options.limit]
    for word, value in (("-i", options.inventory), ("--group", options.group)):
        words += [word, str(value)] if value else []
    figures = []
    for servers in sizes:
        figures.append(measured(words, servers, options.mute if servers == sizes[-1] and servers > options.mute else 0))
        print(json.dumps(figures[-1]), flush=True)
    options.to.write_text(plot(figures), encoding="utf-8")
    options.to.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
