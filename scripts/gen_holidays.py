#!/usr/bin/env python3
"""Writes data/holidays.tsv: national public holidays, by country and day.

Needs the package `holidays` (MIT); data/README.md names the version. The same
version gives the same bytes:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install holidays==0.109
    /tmp/venv/bin/python scripts/gen_holidays.py
"""

import argparse
import pathlib
import unicodedata

import holidays

YEARS = range(2026, 2029)

EUROPE = """AD AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GI GR HR HU IE IM IS IT JE LI LT LU
LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM TR UA VA XK""".split()
ELSEWHERE = """AE AR AU BR CA CI CL CO DZ EG HK IL IN JP KE KR MA MX NG NZ QA SA SG SN TN US ZA""".split()

# Names that the package gives in few languages but that have one usual name: English -> French, Dutch.
USUAL = {
    "All Saints' Day": ("Toussaint", "Allerheiligen"),
    "Ascension Day": ("Ascension", "Hemelvaartsdag"),
    "Assumption Day": ("Assomption", "Maria-Tenhemelopneming"),
    "Boxing Day": ("Lendemain de Noël", "Tweede kerstdag"),
    "Christmas Day": ("Noël", "Kerstmis"),
    "Christmas Eve": ("Veille de Noël", "Kerstavond"),
    "Constitution Day": ("Jour de la Constitution", "Dag van de Grondwet"),
    "Corpus Christi": ("Fête-Dieu", "Sacramentsdag"),
    "Easter": ("Pâques", "Pasen"),
    "Easter Monday": ("Lundi de Pâques", "Paasmaandag"),
    "Easter Sunday": ("Pâques", "Pasen"),
    "Epiphany": ("Épiphanie", "Driekoningen"),
    "Good Friday": ("Vendredi saint", "Goede Vrijdag"),
    "Holy Saturday": ("Samedi saint", "Stille Zaterdag"),
    "Immaculate Conception": ("Immaculée Conception", "Onbevlekte Ontvangenis"),
    "Independence Day": ("Fête de l’Indépendance", "Onafhankelijkheidsdag"),
    "International Women's Day": ("Journée internationale des femmes", "Internationale Vrouwendag"),
    "International Workers' Day": ("Fête du Travail", "Dag van de Arbeid"),
    "Labor Day": ("Fête du Travail", "Dag van de Arbeid"),
    "Liberation Day": ("Jour de la Libération", "Bevrijdingsdag"),
    "Maundy Thursday": ("Jeudi saint", "Witte Donderdag"),
    "May Day": ("Fête du Travail", "Dag van de Arbeid"),
    "Midsummer Day": ("Fête de la Saint-Jean", "Midzomerdag"),
    "National Day": ("Fête nationale", "Nationale feestdag"),
    "New Year's Day": ("Jour de l’An", "Nieuwjaarsdag"),
    "New Year's Eve": ("Saint-Sylvestre", "Oudejaarsavond"),
    "Orthodox Christmas Day": ("Noël orthodoxe", "Orthodox Kerstmis"),
    "Pentecost": ("Pentecôte", "Pinksteren"),
    "Pentecost Monday": ("Lundi de Pentecôte", "Pinkstermaandag"),
    "Republic Day": ("Fête de la République", "Dag van de Republiek"),
    "Saint Joseph's Day": ("Saint-Joseph", "Sint-Jozef"),
    "Saint Stephen's Day": ("Saint-Étienne", "Sint-Stefanus"),
    "Second Day of Christmas": ("Lendemain de Noël", "Tweede kerstdag"),
    "Statehood Day": ("Jour de l’État", "Dag van de Staat"),
    "Thanksgiving Day": ("Action de grâce", "Thanksgiving"),
    "Boxing Day (observed)": ("Lendemain de Noël (reporté)", "Tweede kerstdag (verplaatst)"),
    "Christmas Day (observed)": ("Noël (reporté)", "Kerstmis (verplaatst)"),
    "New Year's Day (observed)": ("Jour de l’An (reporté)", "Nieuwjaarsdag (verplaatst)"),
    "Victory Day": ("Jour de la Victoire", "Dag van de Overwinning"),
}


def names(country, language):
    """Day -> name in a language, or nothing where the package lacks it."""
    known = holidays.country_holidays(country).supported_languages
    wanted = next((code for code in known if code == language or code.startswith(language + "_")), None)
    if wanted is None:
        return {}
    return dict(holidays.country_holidays(country, years=YEARS, language=wanted).items())


def tidy(name):
    return unicodedata.normalize("NFC", name.replace("\t", " ").replace("\n", " ").replace("'", "’")).strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="data/holidays.tsv")
    out = pathlib.Path(parser.parse_args().out)
    lines = ["country\tday\tname\tname_fr\tname_nl\tname_en"]
    for country in sorted(EUROPE + ELSEWHERE):
        # Named outright: the package would otherwise follow the language of this machine.
        own_language = holidays.country_holidays(country).default_language
        local = dict(holidays.country_holidays(country, years=YEARS, language=own_language).items())
        if country == "UA":
            # The package gives none while martial law lasts: the days are worked.
            continue
        english, french, dutch = (names(country, code) for code in ("en_US", "fr", "nl"))
        for day, name in sorted(local.items()):
            in_english = english.get(day) or (name if name.isascii() else "")
            usual = USUAL.get(in_english, ("", ""))
            shown = [name, french.get(day) or usual[0], dutch.get(day) or usual[1], in_english]
            lines.append("\t".join([country, day.isoformat(), *map(tidy, shown)]))
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
