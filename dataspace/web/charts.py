"""Charts drawn on the server as SVG: no script, readable in print, and by a screen reader through one sentence.

A chart is drawn twice, wide and narrow, because text may not shrink under 14 px; the stylesheet shows one of the two.
Colours come from the stylesheet (tones 1 to 3); the title, the measure and the table of values from
components/figures.html.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10

from markupsafe import Markup, escape

from dataspace.web.french import number

CHARACTER = 7.6  # mean width of a 14 px character, in px
WIDE, NARROW = 792, 350
TOP, FOOT, LINE = 18, 28, 27


@dataclass(frozen=True)
class Series:
    """One line of a chart; a missing value (None) stays a gap. Tones: 1 the subject, 2 a second, 3 the background."""

    label: str
    values: Sequence[float | None]
    tone: int = 1


def sparkline(
    values: Sequence[float | None],
    *,
    target: float | None = None,
    tone: str = "",
    width: int = 120,
    height: int = 32,
) -> Markup:
    """The shape of a series beside its value; decoration for the ear, since the value says it. Tones: watch, bad."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup()
    every = known if target is None else [*known, target]
    low, high = min(every), max(every)
    step = (width - 8) / max(len(values) - 1, 1)
    points = [
        None if value is None else (3 + index * step, _between(value, low, high, height - 4, 4))
        for index, value in enumerate(values)
    ]
    last = next(point for point in reversed(points) if point)
    aim = ""
    if target is not None:
        aim = f'<path class="target" d="M0 {_between(target, low, high, height - 4, 4):.1f}H{width}"/>'
    return Markup(  # noqa: S704 - numbers of ours, text escaped
        f'<svg class="spark {escape(tone)}" viewBox="0 0 {width} {height}" aria-hidden="true">{aim}'
        f'<path d="{_path(points)}"/><circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.75"/></svg>'
    )


def line_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    summary: str,
    gap: str = "pas de données",
    from_zero: bool = True,
    wide: int = WIDE,
) -> Markup:
    """Lines over time, each named at its end; runs without value are bands that say their name (`gap`).

    `summary` is the sentence a screen reader says. When `from_zero` is false the measure must say where the axis
    begins.
    """
    known = [value for one in series for value in one.values if value is not None]
    if not known:
        return Markup()
    ticks = _ticks(0 if from_zero else min(known), max(known))
    return _twice(
        summary, lambda width, height: _lines(labels, series, ticks, gap, width, height), (wide, 280), (NARROW, 220)
    )


def bar_chart(
    rows: Sequence[tuple[str, float | None]],
    *,
    summary: str,
    suppressed: str = "secret statistique",
    digits: int = 0,
    wide: int = 430,
) -> Markup:
    """Horizontal bars from the largest, each with its value; a suppressed one (None) says so and has no bar."""
    height = len(rows) * LINE + 4
    return _twice(summary, lambda width, _: _bars(rows, suppressed, digits, width), (wide, height), (NARROW, height))


def _twice(
    summary: str, draw: Callable[[int, int], Iterator[str]], wide: tuple[int, int], narrow: tuple[int, int]
) -> Markup:
    drawn = [
        f'<div class="{name}"><svg class="plot" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(summary)}">'
        f"{''.join(draw(width, height))}</svg></div>"
        for name, (width, height) in (("wide", wide), ("narrow", narrow))
    ]
    return Markup("".join(drawn))  # noqa: S704 - numbers of ours, text escaped


def _lines(
    labels: Sequence[str], series: Sequence[Series], ticks: Sequence[float], gap: str, width: int, height: int
) -> Iterator[str]:
    digits = 0 if all(tick == int(tick) for tick in ticks) else 1
    names = [_ending(one, len(series) == 1, digits) for one in series]
    left = max(len(number(tick, digits)) for tick in ticks) * CHARACTER + 12
    right = width - max(len(name) for name in names) * CHARACTER - 14
    floor_y = height - FOOT
    step = (right - left) / max(len(labels) - 1, 1)
    yield from _gaps(series, gap, left, step, floor_y)
    for tick in ticks:
        y = _between(tick, ticks[0], ticks[-1], floor_y, TOP)
        kind = "base" if tick == ticks[0] else "grid"
        yield f'<line class="{kind}" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{left - 8:.1f}" y="{y + 4.5:.1f}" text-anchor="end">{number(tick, digits)}</text>'
    room = max(len(label) for label in labels) * CHARACTER + 24
    every = max(1, ceil(room / step)) if step else 1
    for index in range(0, len(labels), every):
        x = left + index * step
        if x + room / 2 - 12 <= width:
            yield f'<text x="{x:.1f}" y="{height - 6}" text-anchor="middle">{escape(labels[index])}</text>'
    ends = []
    for one, name in sorted(zip(series, names, strict=True), key=lambda pair: -pair[0].tone):
        points = [
            None if value is None else (left + index * step, _between(value, ticks[0], ticks[-1], floor_y, TOP))
            for index, value in enumerate(one.values)
        ]
        yield f'<path class="l{one.tone}" d="{_path(points)}"/>'
        last = next((point for point in reversed(points) if point), None)
        if last:
            ends.append((last[1] + 5, one.tone, name))
    previous = float("-inf")
    for y, tone, name in sorted(ends):
        previous = max(y, previous + 16)  # two names never overlap
        yield f'<text class="lab f{tone} halo" x="{right + 9:.1f}" y="{previous:.1f}">{escape(name)}</text>'


def _gaps(series: Sequence[Series], name: str, left: float, step: float, floor_y: float) -> Iterator[str]:
    """A band where no series has a value, with its name when it fits."""
    empty = [all(value is None for value in at) for at in zip(*(one.values for one in series), strict=True)]
    for missing, run in groupby(range(len(empty)), key=empty.__getitem__):
        places = list(run)
        if missing:
            start, width = left + (places[0] - 0.6) * step, (len(places) + 0.2) * step
            yield f'<rect class="gap" x="{start:.1f}" y="{TOP}" width="{width:.1f}" height="{floor_y - TOP}"/>'
            if len(name) * CHARACTER <= width + 6:
                yield f'<text x="{start + width / 2:.1f}" y="{TOP + 18}" text-anchor="middle">{escape(name)}</text>'


def _bars(rows: Sequence[tuple[str, float | None]], suppressed: str, digits: int, width: int) -> Iterator[str]:
    left = max(len(label) for label, _ in rows) * CHARACTER + 14 if rows else 0
    largest = max((value for _, value in rows if value is not None), default=0) or 1
    room = width - left - (len(number(largest, digits)) + 1) * CHARACTER - 8
    for index, (label, value) in enumerate(rows):
        y = index * LINE + 6
        yield f'<text class="ink" x="0" y="{y + 13}">{escape(label)}</text>'
        if value is None:
            yield f'<text x="{left:.1f}" y="{y + 13}">{escape(suppressed)}</text>'
            continue
        length = max(room * value / largest, 1)
        yield f'<rect class="b1" x="{left:.1f}" y="{y}" width="{length:.1f}" height="18"/>'
        yield f'<text class="ink" x="{left + length + 8:.1f}" y="{y + 13}">{number(value, digits)}</text>'


def _ending(one: Series, alone: bool, digits: int) -> str:
    """What stands at the end of a line: its last value when it is alone, else its name."""
    if not alone:
        return one.label
    return number(next(value for value in reversed(one.values) if value is not None), digits)


def _ticks(low: float, high: float) -> list[float]:
    """Three or four round graduations that hold the values."""
    span = (high - low) or abs(high) or 1
    power = 10 ** floor(log10(span / 3))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice * 3 >= span * 0.95)
    first = floor(low / step)
    return [round(step * place, 6) for place in range(first, max(ceil(high / step), first + 1) + 1)]


def _between(value: float, low: float, high: float, at_low: float, at_high: float) -> float:
    """Where a value falls between two pixels."""
    share = (value - low) / (high - low) if high > low else 0.5
    return at_low + share * (at_high - at_low)


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Straight strokes between neighbours, lifted over a missing value."""
    drawn, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return "".join(drawn)
