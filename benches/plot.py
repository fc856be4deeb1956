"""Line charts as SVG, with a logarithmic x axis; several panels side by side share it."""

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 420, 260, 62, 44, 34, 14
COLOURS = ["#1f6f8b", "#c44536", "#6a994e", "#7b5ea7"]


def _ticks(top):
    """About four round numbers from zero up."""
    if top <= 0:
        return [0, 1]
    step = 10 ** len(str(int(top))) / 10 if top >= 1 else 0.1
    while top / step > 5:
        step *= 2
    while top / step < 3:
        step /= 2
    count = int(top / step) + 1
    return [step * at for at in range(count + 1)]


def _text(x, y, words, anchor="middle", more=""):
    words = str(words).replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{words}</text>'


def _number(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2f}"


def _panel(left, title, x_label, lines):
    """One chart; `lines` is {name: [(x, y)]}."""
    import math

    points = [point for line in lines.values() for point in line]
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    ticks = _ticks(max(y for _, y in points))
    span = math.log(high / low) or 1

    def at_x(x):
        return left + LEFT + (WIDTH - LEFT - RIGHT) * (math.log(x / low) / span if high > low else 0.5)

    def at_y(y):
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * y / ticks[-1]

    out = [_text(left + WIDTH / 2, 18, title, more='font-weight="bold"')]
    for tick in ticks:
        y = at_y(tick)
        out.append(f'<line x1="{left + LEFT}" x2="{left + WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(_text(left + LEFT - 6, y + 4, _number(tick), "end"))
    for x in sorted({x for x, _ in points}):
        out.append(_text(at_x(x), HEIGHT - BOTTOM + 16, f"{x:,}" if x < 10_000 else f"{x / 1e6:g}M"))
    out.append(_text(left + LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 8, x_label))
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in sorted(line))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3" fill="{colour}"/>' for x, y in line]
        out.append(_text(left + LEFT + 8, TOP + 12 + 15 * number, name, "start", f'fill="{colour}"'))
    return out


def chart(panels, x_label):
    """The SVG of several panels, each (title, {name: [(x, y)]}); panels without a point are left out."""
    panels = [(title, {name: line for name, line in lines.items() if line}) for title, lines in panels]
    panels = [(title, lines) for title, lines in panels if lines]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * max(1, len(panels))} {HEIGHT}"'
        ' font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, (title, lines) in enumerate(panels):
        out += _panel(number * WIDTH, title, x_label, lines)
    return "\n".join(out + ["</svg>"]) + "\n"
