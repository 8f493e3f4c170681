#!/usr/bin/env python3
"""Writes data/common-passwords.txt: common passwords of at least ten bytes, lower case, sorted.

usage: gen_common_passwords.py LIST...

Each LIST is a text of one password a line (plain or .gz), or a JavaScript file whose strings are taken.
To them come frequent patterns: keyboard walks, runs and repetitions, and common words with what people add to
them. Sources and licences are in data/README.md.
"""
import gzip
import itertools
import pathlib
import re
import sys

MIN_BYTES, MAX_BYTES = 10, 256
YEARS = [str(year) for year in range(1990, 2031)]
WORDS = """password passwort passw0rd p@ssw0rd p@ssword motdepasse wachtwoord welkom welcome willkommen bienvenue bonjour
azerty qwerty qwertz letmein iloveyou jetaime ikhouvanjou admin administrator administrateur gabarit autocad autodesk
revit inventor fusion expert experts consultant summer winter spring autumn zomer herfst lente printemps automne hiver
january february march april august september october november december janvier fevrier avril juillet aout septembre
octobre novembre decembre januari februari maart augustus oktober amsterdam utrecht rotterdam bruxelles brussel liege
paris lyon marseille london berlin football soccer voetbal dragon monkey sunshine princess shadow master superman
batman pokemon starwars computer internet secret changeme default company bedrijf entreprise test testing demo user
guest login hello hallo chocolate chocolat soleil doudou loulou nicolas camille marseille ajax feyenoord anderlecht
standard michael jessica charlie jordan thomas daniel whatever trustno1 abc abcd abc123 qwerty123 azerty123""".split()
ENDINGS = ["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "0", "01", "007",
           "11", "111", "69", "99", "2000", "321", "4321", "654321", "!", "!!", "1!", "12!", "123!", "1234!", "12345!",
           "@123", "@1234", "#1", "#123", ".123", "_123", "-123", "?", "$", "*", "abc", "xyz"] + YEARS
ENDINGS += [year + end for year in YEARS for end in ("!", ".", "?")]
ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
        "abcdefghijklmnopqrstuvwxyz", "0123456789"]
COLUMNS = ["1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "1q2w3e4r5t6y7u8i9o0p", "1a2z3e4r5t6y7u8i9o0p",
           "q1w2e3r4t5y6u7i8o9p0", "a1z2e3r4t5y6u7i8o9p0", "1qazxsw2", "zaq12wsx", "qazwsxedc", "azeqsdwxc", "qweasdzxc",
           "1a2b3c4d5e6f7g8h9i0j", "a1b2c3d4e5f6g7h8i9j0"]


def read(path):
    data = pathlib.Path(path).read_bytes()
    text = (gzip.decompress(data) if path.endswith(".gz") else data).decode("utf-8")
    if ".js" in path:
        return re.findall(r'"([^"\\\n]+)"', text) + [w for s in re.findall(r"'([^'\\\n]+)'", text) for w in s.split(",")]
    return text.splitlines()


def patterns():
    for row in ROWS:
        for text in (row, row[::-1]):
            for length in range(3, len(text) + 1):
                for start in range(len(text) - length + 1):
                    part = text[start:start + length]
                    yield part
                    yield part * 2
                    yield part * 3
                    if length >= 4:
                        for end in ("1", "12", "123", "1234", "12345", "123456", "!", "1!", "123!"):
                            yield part + end
    for a, b in itertools.permutations(ROWS, 2):
        for n in (3, 4, 5, 6, 7):
            yield a[:n] + b[:n]
    for a, b in itertools.product(COLUMNS, repeat=2):
        yield a
        yield a + b
        if a != b:
            for c in COLUMNS[:7]:
                yield a + b + c
    for text in COLUMNS:
        for length in range(MIN_BYTES, len(text) + 1):
            yield text[:length]
    for word in WORDS:
        yield word
        yield word * 2
        for end in ENDINGS:
            yield word + end
        for start in ("1", "123", "!", "my", "mon", "mijn"):
            yield start + word
    for digits in itertools.product("0123456789", repeat=2):
        for length in range(MIN_BYTES, 17):
            yield ("".join(digits) * 8)[:length]
    for year in YEARS:
        yield year * 3
        for other in YEARS:
            yield year + other + "!!"
    # Repetitions of three digits.
    for digits in itertools.product("0123456789", repeat=3):
        yield "".join(digits) * 4


def main():
    taken = itertools.chain(patterns(), *(read(path) for path in sys.argv[1:]))
    common = {text.strip().lower() for text in taken}
    common = sorted(t for t in common if MIN_BYTES <= len(t.encode()) <= MAX_BYTES and t.isprintable())
    target = pathlib.Path(__file__).resolve().parent.parent / "data" / "common-passwords.txt"
    target.write_text("\n".join(common) + "\n", encoding="utf-8")
    print(f"{len(common)} passwords, {target.stat().st_size} bytes", file=sys.stderr)


main()
