"""Charts as SVG: bars and lines with intervals, for a page or as files of their own.

Each chart holds its figures as text too (``<desc>``), for those who cannot see it; series
differ in shape and dash as well as in colour. The colours are Okabe and Ito's, which colour-blind
eyes tell apart.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

STYLE = """
.chart { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; color: #1d1c1a }
.chart text { fill: currentColor }
.chart .grid { stroke: currentColor; stroke-opacity: .18 }
.chart .whisker { stroke: currentColor; stroke-width: 1.5 }
.chart .dashed { stroke-dasharray: 5 4; stroke-opacity: .6 }
.chart .s0 { color: #0072b2 } .chart .s1 { color: #d55e00 }
.chart .s2 { color: #009e73 } .chart .s3 { color: #cc79a7 }
.chart .fill { fill: currentColor } .chart .line { stroke: currentColor; fill: none }
@media (prefers-color-scheme: dark) {
  .chart { color: #ebe7e0 } .chart .s0 { color: #56b4e9 } .chart .s1 { color: #e69f00 }
}
"""
DASHES = ("none", "7 4", "2 3", "9 3 2 3")
MARKS = (
    "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z",
    "M-4.5,-4.5h9v9h-9z",
    "M0,-6L5.5,4.5H-5.5z",
    "M0,-6L6,0L0,6L-6,0z",
)
SERIES = len(MARKS)
"""So many lines can be told apart in one chart."""

WIDTH = 640
CURVE = 420
FEW = 20
ROW = 30
PLOT = 300
LETTER = 7.2  # the width of a letter, about


@dataclass(frozen=True, slots=True)
class Bar:
    """A named value between 0 and 1 with its interval; None where one is not defined."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.name}: not defined"
        interval = (
            "" if self.low is None or self.high is None else f" ({self.low:.2f} to {self.high:.2f})"
        )
        return f"{self.name}: {self.value:.3f}{interval}"


@dataclass(frozen=True, slots=True)
class Point:
    """A value between 0 and 1 at `x`, with its interval."""

    x: float
    value: float
    low: float | None = None
    high: float | None = None


def bar_chart(title: str, measure: str, bars: Sequence[Bar]) -> str:
    """Draw horizontal bars from 0 to 1, with a whisker over each interval.

    Parameters
    ----------
    title : str
    measure : str
        What the values are, below the axis.
    bars : sequence of Bar
        From top to bottom.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    left = 16 + LETTER * max((len(bar.name) for bar in bars), default=0)
    right, top = WIDTH - 60, 40
    bottom = top + ROW * len(bars)

    def x(value: float) -> float:
        return left + value * (right - left)

    parts = []
    for tick in range(0, 11, 2):
        parts.append(_line("grid", x(tick / 10), top, x(tick / 10), bottom))
        parts.append(_text(x(tick / 10), bottom + 18, f"{tick / 10:.1f}", "middle"))
    for row, bar in enumerate(bars):
        middle = top + ROW * (row + 0.5)
        parts.append(_text(left - 8, middle + 4, bar.name, "end"))
        if bar.value is None:
            parts.append(_text(left + 6, middle + 4, "not defined", "start"))
            continue
        width = x(bar.value) - left
        parts.append(
            f'<g class="s0"><rect class="fill" x="{left:.1f}" y="{middle - 8:.1f}" '
            f'width="{width:.1f}" height="16"/></g>'
        )
        if bar.low is not None and bar.high is not None:
            parts.append(_line("whisker", x(bar.low), middle, x(bar.high), middle))
            parts += [
                _line("whisker", x(e), middle - 5, x(e), middle + 5) for e in (bar.low, bar.high)
            ]
        parts.append(_text(WIDTH - 8, middle + 4, f"{bar.value:.3f}", "end"))
    parts.append(_text((left + right) / 2, bottom + 38, measure, "middle"))
    return _svg(title, "; ".join(map(str, bars)), bottom + 48, parts)


def line_chart(title: str, across: str, measure: str, series: Mapping[str, Sequence[Point]]) -> str:
    """Draw a line for each series over a common axis, with a whisker over each interval.

    Parameters
    ----------
    title : str
    across : str
        What `x` is.
    measure : str
        What the values are.
    series : mapping of str to sequence of Point
        At most `SERIES`, none empty.

    Returns
    -------
    str
        An ``<svg>`` element.

    Raises
    ------
    ValueError
        If there are too many series to tell apart, or none.
    """
    if not 0 < len(series) <= SERIES:
        raise ValueError(f"{len(series)} series; a chart takes 1 to {SERIES}")
    points = [point for line in series.values() for point in line]
    ends = [e for p in points for e in (p.value, p.low, p.high) if e is not None]
    base, ceiling = floor(min(ends) * 10), max(ceil(max(ends) * 10), floor(min(ends) * 10) + 1)
    places = sorted({point.x for point in points})
    left, right, top = 60, WIDTH - 24, 56
    bottom = top + PLOT

    def x(value: float) -> float:
        span = places[-1] - places[0]
        share = (value - places[0]) / span if span else 0.5
        return left + 20 + share * (right - left - 40)

    def y(value: float) -> float:
        return bottom - (10 * value - base) / (ceiling - base) * (bottom - top)

    parts = []
    for tick in range(base, ceiling + 1):
        parts.append(_line("grid", left, y(tick / 10), right, y(tick / 10)))
        parts.append(_text(left - 8, y(tick / 10) + 4, f"{tick / 10:.1f}", "end"))
    parts += [_text(x(place), bottom + 18, f"{place:g}", "middle") for place in places]
    parts.append(_text((left + right) / 2, bottom + 38, across, "middle"))
    parts.append(_text(left, top - 8, measure, "start"))
    for number, (name, line) in enumerate(series.items()):
        ordered = sorted(line, key=lambda point: point.x)
        # Whiskers of different lines stand beside each other, not on top.
        shift = 5 * (number - (len(series) - 1) / 2)
        inner = []
        for point in ordered:
            if point.low is not None and point.high is not None:
                at = x(point.x) + shift
                inner.append(_line("line", at, y(point.low), at, y(point.high)))
        path = " ".join(f"{x(p.x) + shift:.1f},{y(p.value):.1f}" for p in ordered)
        inner.append(
            f'<polyline class="line" stroke-width="2" stroke-dasharray="{DASHES[number]}" '
            f'points="{path}"/>'
        )
        inner += [_mark(number, x(p.x) + shift, y(p.value)) for p in ordered]
        below = bottom + 58 + 20 * number
        inner.append(_mark(number, left + 8, below - 4))
        parts.append(f'<g class="s{number}">{"".join(inner)}</g>')
        parts.append(_text(left + 22, below, name, "start"))
    told = "; ".join(
        f"{name}: " + ", ".join(str(Bar(f"at {p.x:g}", p.value, p.low, p.high)) for p in line)
        for name, line in series.items()
    )
    return _svg(title, told, bottom + 54 + 20 * len(series), parts)


def curve_chart(
    title: str,
    across: str,
    measure: str,
    points: Sequence[Point],
    told: str,
    diagonal: str | None = None,
) -> str:
    """Draw one line over shares from 0 to 1, with a whisker over each interval.

    Parameters
    ----------
    title : str
    across, measure : str
        What `x` and the values are.
    points : sequence of Point
        By `x`, each from 0 to 1; marked one by one where they are few.
    told : str
        The text alternative; of many points it need not name each.
    diagonal : str, optional
        Draw the line where both are equal, and say this of it.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    left, right, top = 52, CURVE - 16, 52
    bottom = top + PLOT
    ends = [e for p in points for e in (p.value, p.high) if e is not None]
    ceiling = 10 if diagonal else max(1, ceil(10 * max(ends, default=0.1)))

    def x(value: float) -> float:
        return left + value * (right - left)

    def y(value: float) -> float:
        return bottom - 10 * value / ceiling * (bottom - top)

    parts = []
    for tick in range(0, ceiling + 1, 2 if ceiling > 6 else 1):
        parts.append(_line("grid", left, y(tick / 10), right, y(tick / 10)))
        parts.append(_text(left - 8, y(tick / 10) + 4, f"{tick / 10:.1f}", "end"))
    parts += [
        _text(x(share / 10), bottom + 18, f"{share / 10:.1f}", "middle")
        for share in range(0, 11, 2)
    ]
    parts.append(_text((left + right) / 2, bottom + 38, across, "middle"))
    parts.append(_text(left, top - 8, measure, "start"))
    if diagonal:
        parts.append(_line("whisker dashed", x(0), y(0), x(1), y(1)))
        parts.append(_text(right - 4, bottom - 8, f"dashed: {diagonal}", "end"))
    inner = [
        _line("line", x(p.x), y(p.low), x(p.x), y(p.high))
        for p in points
        if p.low is not None and p.high is not None
    ]
    path = " ".join(f"{x(p.x):.1f},{y(p.value):.1f}" for p in points)
    inner.append(f'<polyline class="line" stroke-width="2" points="{path}"/>')
    if len(points) <= FEW:
        inner += [_mark(0, x(p.x), y(p.value)) for p in points]
    parts.append(f'<g class="s0">{"".join(inner)}</g>')
    return _svg(title, told, bottom + 48, parts, CURVE)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _mark(number: int, x: float, y: float) -> str:
    return f'<path class="fill" d="{MARKS[number]}" transform="translate({x:.1f} {y:.1f})"/>'


def _svg(title: str, told: str, height: float, parts: Sequence[str], width: int = WIDTH) -> str:
    """Frame a chart with its title and its text alternative."""
    # Ids must differ between the charts of one page.
    name = "chart-" + hashlib.sha256(f"{title}{told}".encode()).hexdigest()[:8]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{width}" '
        f'viewBox="0 0 {width} {height:.0f}" aria-labelledby="{name}-t {name}-d" '
        f'style="max-width: 100%; height: auto">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(told)}</desc>'
        f"<style>{STYLE}</style>"
        f'<text x="8" y="18" font-weight="600">{escape(title)}</text>{"".join(parts)}</svg>\n'
    )
