#!/usr/bin/env python3
"""Subset Inter into assets/fonts/GabaritSans-*.ttf for PDF documents.

This script installs nothing. It reads the static TrueType files of the npm
package @expo-google-fonts/inter and uses fontTools from PyPI.

Usage:
  python3 scripts/gen_fonts.py node_modules/@expo-google-fonts/inter

Beside cutting the character set down, the digits 0-9 get their tabular form as
the default glyph, for programs that do not apply OpenType features. The family is renamed, so that the changed fonts
are not taken for the original. Output is deterministic.
"""

import importlib.metadata as metadata
import json
import pathlib
import shutil
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "assets" / "fonts"
FAMILY = "Gabarit Sans"

RANGES = [
    (0x0020, 0x007E), (0x00A0, 0x024F),  # Latin, Latin-1, Extended-A and -B
    (0x02B9, 0x02BC), (0x02C6, 0x02DD),  # modifier letters
    (0x0300, 0x0304), (0x0306, 0x030C), (0x0323, 0x0328),  # combining marks
    (0x0370, 0x03FF), (0x0400, 0x045F), (0x0490, 0x0491),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Latin Extended Additional
    (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20C0),  # punctuation, super/subscripts, currency
    (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2193),
    (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265),
    (0x2713, 0x2713), (0x25CF, 0x25CF), (0xFB01, 0xFB02), (0xFFFD, 0xFFFD),
]
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "case", "tnum", "pnum"]


def single_substitutions(font, tag):
    gsub = font["GSUB"].table
    mapping = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag != tag:
            continue
        for i in record.Feature.LookupListIndex:
            for table in gsub.LookupList.Lookup[i].SubTable:
                table = getattr(table, "ExtSubTable", table)
                if table.LookupType == 1:
                    mapping.update(table.mapping)
    return mapping


def make(source, target, weight_name):
    font = TTFont(source, recalcTimestamp=False)

    tabular = single_substitutions(font, "tnum")
    for table in font["cmap"].tables:
        for code in range(0x30, 0x3A):
            if code in table.cmap:
                glyph = table.cmap[code]  # subtables may be shared
                table.cmap[code] = tabular.get(glyph, glyph)

    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.name_languages = [0x409]
    options.recalc_timestamp = False
    options.drop_tables += ["STAT"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=[c for a, b in RANGES for c in range(a, b + 1)])
    worker.subset(font)

    name = font["name"]
    legacy = FAMILY if weight_name == "Regular" else f"{FAMILY} {weight_name}"
    postscript = f"{FAMILY.replace(' ', '')}-{weight_name}"
    original = name.getDebugName(0)
    version = name.getDebugName(5)
    for record in list(name.names):
        name.removeNames(nameID=record.nameID)
    values = {
        0: original, 1: legacy, 2: "Regular", 3: f"{version};{postscript}",
        4: f"{FAMILY} {weight_name}" if weight_name != "Regular" else FAMILY,
        5: version, 6: postscript, 10: "A subset of Inter with tabular figures as the default.",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }
    if weight_name != "Regular":
        values |= {16: FAMILY, 17: weight_name}
    for key, value in values.items():
        name.setName(value, key, 3, 1, 0x409)
    font.save(target, reorderTables=True)

    made = TTFont(target)
    cmap = made.getBestCmap()
    widths = {made["hmtx"][cmap[c]][0] for c in range(0x30, 0x3A)}
    assert len(widths) == 1, widths
    print(
        f"{target.name}: {target.stat().st_size} bytes, {made['maxp'].numGlyphs} glyphs, "
        f"{len(cmap)} characters, digit width {widths.pop()} of {made['head'].unitsPerEm}",
        file=sys.stderr,
    )


def main():
    package = pathlib.Path(sys.argv[1])
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    print(f"@expo-google-fonts/inter {version}, fonttools {metadata.version('fonttools')}", file=sys.stderr)
    OUT.mkdir(parents=True, exist_ok=True)
    make(package / "400Regular" / "Inter_400Regular.ttf", OUT / "GabaritSans-Regular.ttf", "Regular")
    make(package / "600SemiBold" / "Inter_600SemiBold.ttf", OUT / "GabaritSans-SemiBold.ttf", "SemiBold")
    shutil.copyfile(package / "LICENSE_FONT", OUT / "OFL.txt")


if __name__ == "__main__":
    main()
