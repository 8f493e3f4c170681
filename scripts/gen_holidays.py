#!/usr/bin/env python3
"""Writes data/holidays.tsv and data/holiday_regions.tsv: public holidays by country and region.

Needs the package `holidays` (MIT); data/README.md names the version. The same
version gives the same bytes:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install holidays==0.109
    /tmp/venv/bin/python scripts/gen_holidays.py
"""

import argparse
import datetime
import pathlib
import unicodedata

import holidays

YEARS = range(2026, 2032)

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


# Parts of the package that are no region of ISO 3166-2: towns, zones of school holidays, old names.
NO_REGIONS = {
    "AU": {"NSW Western"},
    "BR": {"São Paulo Capital"},
    "CH": {"Stadt Zurich"},
    "DE": {"Augsburg"},
    "ES": {"Barcelona"},
    "FR": {"Zone A", "Zone B", "Zone C", "TF"},
    "NL": {"Midden", "Noord", "Zuid"},
}
NO_REGIONS_AT_ALL = {"IT", "IN", "BR", "AE", "AR", "CL", "CO", "JP", "MX", "NZ", "SG", "HK"}

# The package names Belgium's communities; ISO 3166-2 knows regions, and none for the German-speaking one.
CODES = {("BE", "Flemish"): "VLG", ("BE", "French"): "WAL", ("BE", "German"): "DG"}
NAMES = {
    ("BE", "Flemish"): "Vlaamse Gemeenschap",
    ("BE", "French"): "Communauté française",
    ("BE", "German"): "Deutschsprachige Gemeinschaft",
    ("FI", "01"): "Åland",
}

# Days of Belgium's communities, which the package has as school holidays only: month, day and names.
COMMUNITIES = {
    "Flemish": (7, 11, "Feest van de Vlaamse Gemeenschap", "Fête de la Communauté flamande", "Flemish Community Day"),
    "French": (9, 27, "Feest van de Franse Gemeenschap", "Fête de la Communauté française", "French Community Day"),
    "German": (
        11,
        15,
        "Feest van de Duitstalige Gemeenschap",
        "Fête de la Communauté germanophone",
        "German-speaking Community Day",
    ),
}


def names(country, language, region=None):
    """Day -> name in a language, or nothing where the package lacks it."""
    known = holidays.country_holidays(country).supported_languages
    wanted = next((code for code in known if code == language or code.startswith(language + "_")), None)
    if wanted is None:
        return {}
    return dict(calendar(country, region, wanted).items())


def calendar(country, region, language):
    return holidays.country_holidays(country, subdiv=region, years=YEARS, language=language)


def tidy(name):
    return unicodedata.normalize("NFC", name.replace("\t", " ").replace("\n", " ").replace("'", "’")).strip()


def regions(country):
    """The package's parts of a country that are regions."""
    if country in NO_REGIONS_AT_ALL:
        return []
    left_out = NO_REGIONS.get(country, set())
    return [part for part in holidays.country_holidays(country).subdivisions if part not in left_out]


def region_name(country, part):
    """What its people call it: the longest of the package's names in the country's own language comes first."""
    if (country, part) in NAMES:
        return NAMES[country, part]
    aliases = holidays.country_holidays(country).get_subdivision_aliases().get(part, [])
    return next((alias for alias in aliases if len(alias) > 3), part)


def days(country, region=None):
    """(name, name_fr, name_nl, name_en) -> days."""
    # Named outright: the package would otherwise follow the language of this machine.
    own_language = holidays.country_holidays(country).default_language
    local = dict(calendar(country, region, own_language).items())
    english, french, dutch = (names(country, code, region) for code in ("en_US", "fr", "nl"))
    found = {}
    for day, name in sorted(local.items()):
        in_english = english.get(day) or (name if name.isascii() else "")
        usual = USUAL.get(in_english, ("", ""))
        shown = (name, french.get(day) or usual[0], dutch.get(day) or usual[1], in_english)
        found.setdefault(tuple(map(tidy, shown)), []).append(day)
    if country == "BE" and region:
        month, on, dutch, french, english = COMMUNITIES[region]
        found[dutch, french, dutch, english] = [datetime.date(year, month, on) for year in YEARS]
    return found


def flat(found):
    return {day for days in found.values() for day in days}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="data")
    out = pathlib.Path(parser.parse_args().out)
    lines = ["country\tregions\tname\tname_fr\tname_nl\tname_en\tdays"]
    known = ["country\tcode\tname"]
    for country in sorted(EUROPE + ELSEWHERE):
        if country == "UA":
            # The package gives none while martial law lasts: the days are worked.
            continue
        national = days(country)
        parts = {part: days(country, part) for part in regions(country)}
        # What holds in every region is the country's, whatever the package says of the whole.
        whole = flat(national)
        rows = {(names, tuple(found)): [] for names, found in national.items()}
        for part, found in parts.items():
            code = CODES.get((country, part), part)
            for names_of, dates in found.items():
                own = tuple(day for day in dates if day not in whole)
                if own:
                    rows.setdefault((names_of, own), []).append(code)
            missing = tuple(sorted(whole - flat(found)))
            if missing:
                rows.setdefault((("", "", "", ""), missing), []).append("-" + code)
        own = {code.lstrip("-") for codes in rows.values() for code in codes}
        if own:
            listed = sorted((region_name(country, part), CODES.get((country, part), part)) for part in parts)
            # Where few regions have days of their own, the others are not offered.
            listed = [(name, code) for name, code in listed if code in own or 2 * len(own) >= len(parts)]
            known += ["\t".join([country, code, tidy(name)]) for name, code in listed]
        for (shown, dates), codes in rows.items():
            when = " ".join(day.isoformat() for day in dates)
            lines.append("\t".join([country, " ".join(sorted(codes)), *shown, when]))
    (out / "holidays.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (out / "holiday_regions.tsv").write_text("\n".join(known) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
