#!/usr/bin/env python3
"""Generate public/map/world.svg from the npm package world-atlas (Natural Earth).

This script installs nothing and needs only the standard library.

Usage:
  python3 scripts/gen_map.py node_modules/world-atlas/countries-50m.json

The projection is spherical Web Mercator on a square of 1024 units; see
data/README.md for the formula. Same input, same output, byte for byte.
"""

import json
import math
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

SIZE = 1024.0
TOP, BOTTOM = 120, 720  # visible part, in units: about 79.7 N to 58.8 S
GRID = 10  # grid steps per unit: one decimal

# Detail is kept inside this box of longitudes and latitudes (Europe).
BOX = (-26.0, 33.0, 46.0, 72.5)
FINE, COARSE = 0.05, 0.3  # simplification tolerance, in units
TINY_FINE, TINY_COARSE = 0.03, 0.5  # smallest ring kept, in square units

# Lines that Natural Earth draws along the de facto situation and that are left
# out here: pairs of ids or names, with a box in degrees or None for all of it.
OMIT = [
    ({"Ukraine", "Russia"}, (32.0, 45.0, 36.8, 46.3)),
    ({"Cyprus", "N. Cyprus"}, None),
    ({"Somalia", "Somaliland"}, None),
]

LAND = 'fill="#8794a3" fill-opacity=".3" fill-rule="evenodd"'
COAST = 'stroke="#7b8796" stroke-opacity=".55"'
BORDER = 'stroke="#6c7887" stroke-opacity=".7"'


def project(lon, lat):
    lat = max(-85.0, min(85.0, lat))
    x = (lon + 180.0) / 360.0 * SIZE
    y = SIZE / 2 - SIZE / (2 * math.pi) * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return x, y


def fine(lon, lat):
    return BOX[0] <= lon <= BOX[2] and BOX[1] <= lat <= BOX[3]


def simplify(points, tolerance):
    """Douglas-Peucker; the tolerance is a function of the farthest point."""
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    while stack:
        a, b = stack.pop()
        ax, ay = points[a][:2]
        bx, by = points[b][:2]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        worst, at = 0.0, -1
        for i in range(a + 1, b):
            px, py, limit = points[i]
            t = 0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length))
            d = math.hypot(px - ax - t * dx, py - ay - t * dy) / limit
            if d > worst:
                worst, at = d, i
        if worst > 1.0:
            keep[at] = True
            stack += [(a, at), (at, b)]
    return [p[:2] for p, k in zip(points, keep) if k]


def number(n):
    """A whole number of grid steps in units, one decimal, as short as SVG allows."""
    sign, n = ("-" if n < 0 else ""), abs(n)
    whole, part = divmod(n, GRID)
    if part == 0:
        return sign + str(whole)
    return f"{sign}{whole or ''}.{part}"


def join(values):
    text = ""
    last_had_point = False
    for v in values:
        s = number(v)
        if text and not (s[0] == "-" or (s[0] == "." and last_had_point)):
            text += " "
        text += s
        last_had_point = "." in s
    return text


def path(points, closed):
    steps = [points[0]]
    for p in points[1:]:
        if p != steps[-1]:
            steps.append(p)
    if closed and len(steps) > 1 and steps[0] == steps[-1]:
        steps.pop()
    if len(steps) < (3 if closed else 2):
        return ""
    moves = [v for a, b in zip(steps, steps[1:]) for v in (b[0] - a[0], b[1] - a[1])]
    return "M" + join(steps[0]) + "l" + join(moves) + ("z" if closed else "")


def clip(points):
    """Pull what lies outside the picture to a line just outside it."""
    low, high = -2 * GRID, round(SIZE + 2) * GRID
    out = []
    for x, y in points:
        p = (min(high, max(low, x)), y)
        while len(out) > 1 and p[0] in (low, high) and p[0] == out[-1][0] == out[-2][0]:
            out.pop()
        out.append(p)
    return out


def area(points):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1]))) / 2


def main():
    source = pathlib.Path(sys.argv[1])
    topology = json.loads(source.read_text("utf-8"))
    package = source.parent / "package.json"
    if package.exists():
        print("world-atlas", json.loads(package.read_text("utf-8"))["version"], file=sys.stderr)
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    degrees = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        degrees.append(points)

    def rings_of(geometry):
        if geometry["type"] == "Polygon":
            return list(geometry["arcs"])
        if geometry["type"] == "MultiPolygon":
            return [ring for polygon in geometry["arcs"] for ring in polygon]
        return []

    def index(i):
        return i if i >= 0 else ~i

    owners = {}
    for country in topology["objects"]["countries"]["geometries"]:
        for ring in rings_of(country):
            for i in ring:
                owners.setdefault(index(i), set()).add(country["properties"]["name"])

    def projected(points):
        out = []
        for lon, lat in points:
            x, y = project(lon, lat)
            if out:  # do not jump at the antimeridian
                x -= SIZE * round((x - out[-1][0]) / SIZE)
            out.append((x, y, FINE if fine(lon, lat) else COARSE))
        return out

    cache = {}

    def arc(i):
        k = index(i)
        if k not in cache:
            points = projected(degrees[k])
            closed = len(points) > 3 and points[0][:2] == points[-1][:2]
            if closed:  # a whole island: split it, or it would collapse
                far = max(range(len(points)), key=lambda j: math.dist(points[j][:2], points[0][:2]))
                line = simplify(points[: far + 1], None)[:-1] + simplify(points[far:], None)
            else:
                line = simplify(points, None)
            low, high = (TOP - 2) * GRID, (BOTTOM + 2) * GRID
            cache[k] = [
                (round(x * GRID), min(high, max(low, round(y * GRID)))) for x, y in line
            ]
        return cache[k] if i >= 0 else cache[k][::-1]

    land = []
    for geometry in topology["objects"]["land"]["geometries"]:
        for ring in rings_of(geometry):
            points = []
            turn = round(SIZE * GRID)
            for i in ring:
                piece = arc(i)
                if points:
                    shift = turn * round((piece[0][0] - points[-1][0]) / turn)
                    piece = [(x - shift, y) for x, y in piece[1:]]
                points += piece
            if all(y >= BOTTOM * GRID for _, y in points):
                continue  # Antarctica
            lon, lat = degrees[index(ring[0])][0]
            smallest = TINY_FINE if fine(lon, lat) else TINY_COARSE
            if area(points) / GRID**2 < smallest:
                continue
            # A ring across the antimeridian is drawn at both edges.
            left, right = min(x for x, _ in points), max(x for x, _ in points)
            for shift in (-turn, 0, turn):
                if left + shift < turn and right + shift > 0:
                    land.append(path(clip([(x + shift, y) for x, y in points]), True))

    borders_fine, borders_coarse = [], []
    for i in sorted(owners):
        names = owners[i]
        if len(names) < 2:
            continue
        lon, lat = degrees[i][len(degrees[i]) // 2]
        if any(
            names == pair and (box is None or (box[0] <= lon <= box[2] and box[1] <= lat <= box[3]))
            for pair, box in OMIT
        ):
            print("left out:", " / ".join(sorted(names)), f"near {lon:.1f} {lat:.1f}", file=sys.stderr)
            continue
        (borders_fine if fine(lon, lat) else borders_coarse).append(path(arc(i), False))

    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {TOP} {SIZE:.0f} {BOTTOM - TOP}" '
        f'width="{SIZE:.0f}" height="{BOTTOM - TOP}">\n'
        f'<path {LAND} {COAST} stroke-width=".12" stroke-linejoin="round" d="{"".join(land)}"/>\n'
        f'<g fill="none" {BORDER} stroke-linejoin="round">\n'
        f'<path stroke-width=".16" d="{"".join(borders_fine)}"/>\n'
        f'<path stroke-width=".3" d="{"".join(borders_coarse)}"/>\n'
        "</g>\n</svg>\n"
    )
    target = ROOT / "public" / "map" / "world.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(svg, encoding="utf-8", newline="\n")
    print(f"{len(land)} rings, {len(svg.encode())} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
