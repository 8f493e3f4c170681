//! The words the scanners know.

/// Ends of domains that are no word, unit or file ending of the three languages: always taken for a domain's.
pub(super) const STRONG: &[&str] = &[
    "com", "org", "eu", "fr", "nl", "be", "uk", "ch", "lu", "biz", "info", "co", "io", "dev", "ca", "us", "edu", "gov",
    "paris", "bzh", "alsace", "corsica", "brussels", "vlaanderen", "gent", "amsterdam", "frl", "london", "berlin",
    "xyz", "club", "guru", "ninja", "bio", "mobi", "jobs", "coop", "asia", "gmbh", "srl",
];

/// Ends of domains that are also words, units or file endings: taken for a domain's where nothing speaks against it.
pub(super) const WEAK: &[&str] = &[
    "net", "de", "it", "es", "pt", "pl", "at", "ie", "se", "dk", "fi", "gr", "cz", "hu", "ro", "bg", "hr", "sk", "si",
    "lt", "lv", "ee", "mt", "cy", "no", "is", "li", "mc", "ad", "me", "ai", "tv", "cc", "ly", "gg", "to", "ws", "fm",
    "im", "sh", "gl", "re", "ma", "tn", "dz", "sn", "ci", "cm", "mg", "tr", "ru", "ua", "by", "rs", "ba", "al", "mk",
    "ge", "il", "ae", "sa", "qa", "in", "cn", "jp", "kr", "tw", "hk", "sg", "my", "th", "vn", "id", "ph", "au", "nz",
    "br", "ar", "mx", "cl", "pe", "za", "ng", "ke", "gd", "la", "vc", "so", "st", "su", "tk", "ml", "ga", "cf", "gq",
    "pm", "wf", "yt", "tf", "nc", "pf", "gp", "mq", "gf", "je", "sx", "cw", "aw", "bq", "sr", "cd", "cg", "ag", "bz",
    "app", "pro", "online", "site", "website", "web", "shop", "store", "tech", "cloud", "agency", "studio", "studios",
    "design", "build", "builders", "archi", "construction", "engineering", "engineer", "consulting", "expert",
    "services", "service", "solutions", "works", "work", "group", "team", "network", "digital", "systems", "software",
    "page", "pages", "link", "links", "live", "life", "world", "today", "space", "zone", "media", "blog", "news",
    "email", "chat", "video", "tools", "academy", "training", "education", "school", "institute", "center", "company",
    "international", "global", "immo", "contractors", "haus", "house", "land", "city", "technology", "energy", "green",
    "eco", "one", "top", "vip", "fun", "art", "name", "int", "aero", "museum", "tel", "cat", "scot", "wales", "istanbul",
    "host", "hosting", "contact", "support", "partners", "management", "finance", "business", "ventures", "capital",
    "fyi", "lol", "wiki", "how", "ink", "bar", "cafe", "run", "codes", "domains", "directory", "graphics", "photo",
    "photos", "photography", "gallery", "pictures", "land", "swiss", "wien", "koeln", "hamburg", "bayern", "ruhr", "quebec",
];

/// Domains in other scripts.
pub(super) const FOREIGN: &[&str] = &[
    "рф", "бел", "укр", "срб", "мкд", "бг", "қаз", "мон", "рус", "москва", "сайт", "онлаин", "орг", "ею", "中国", "中國",
    "公司", "网络", "網路", "网址", "在线", "网站", "商城", "香港", "台灣", "台湾", "新加坡", "澳門", "한국", "닷컴", "닷넷",
    "みんな", "コム", "भारत", "भारतम", "संगठन", "कॉम", "ไทย", "คอม", "ελ", "ευ", "გე", "հայ", "السعودية", "امارات", "مصر", "المغرب",
    "تونس", "الجزائر", "قطر", "ایران", "فلسطين", "سورية", "الاردن", "عمان", "شبكة", "موقع", "كوم", "קום", "ישראל", "ලංකා",
    "இந்தியா", "భారత్", "ভারত", "বাংলা",
];

/// Schemes that need no `//` after them.
pub(super) const SCHEMES: &[&str] = &["mailto", "tel", "sms", "skype", "whatsapp", "callto", "xmpp", "facetime", "tg"];

/// Mail services whose bare name after an "at" is an address.
pub(super) const PROVIDERS: &[&str] = &[
    "gmail", "googlemail", "hotmail", "outlook", "yahoo", "ymail", "protonmail", "proton", "icloud", "gmx", "laposte", "wanadoo",
    "telenet", "skynet", "proximus", "ziggo", "xs4all", "kpnmail", "hetnet", "planet", "tutanota", "fastmail", "zoho",
];

/// Names before `.NET`, `.IO` and the like that make it a library's.
pub(super) const LIBRARIES: &[&str] = &[
    "asp", "vb", "ado", "ml", "json", "math", "paint", "system", "xbim", "autocad", "acad", "dynamo", "managed", "helix",
    "entity", "topologic", "microsoft", "java", "dot", "f", "c", "mono", "xamarin", "nhibernate", "log4", "quartz", "akka",
];

/// Shortened words that are followed by a full stop.
pub(super) const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "mme", "mlle", "dhr", "mevr", "mw", "dr", "ir", "ing", "prof", "st", "ste", "av", "bd", "bvd", "nr",
    "no", "num", "fig", "art", "cf", "vs", "nb", "ex", "resp", "max", "min", "env", "rev", "ver", "vol", "ref", "p", "pp", "chap",
    "ch", "sect", "par", "al", "etc", "jr", "sr", "vb", "bv", "nv", "bijv", "incl", "excl", "ca", "approx", "dept", "dpt",
    "qty", "std", "dim", "diam", "ep", "hab", "cert", "dipl", "spec", "temp", "tech", "eng", "univ", "inst", "gem",
];

/// Articles, prepositions and other small words before "point" or "punt" that make it an ordinary word.
pub(super) const SMALL: &[&str] = &[
    "le", "la", "les", "l", "un", "une", "ce", "cet", "mon", "ton", "son", "notre", "votre", "leur", "au", "aux", "du", "des", "de",
    "d", "chaque", "premier", "dernier", "seul", "bon", "autre", "meme", "tel", "quel", "au", "par", "en", "sur", "et", "ou",
    "the", "a", "an", "this", "that", "my", "our", "your", "his", "her", "its", "their", "each", "every", "one", "some", "any",
    "no", "to", "of", "at", "in", "on", "and", "or", "with", "by", "per", "first", "last", "main", "key", "good", "good", "using",
    "het", "een", "dit", "dat", "mijn", "jouw", "ons", "uw", "hun", "elk", "ieder", "geen", "op", "van", "met", "bij", "laatste",
    "eerste", "goed", "sterk", "weak", "strong", "zwak", "nuage", "nuages", "cloud", "microsoft", "vb", "asp", "c", "net", "mise",
    "focal", "base", "check", "set", "survey", "project", "control", "starting", "reference", "meeting", "turning",
];

/// What stands before an address that people announce.
pub(super) const SITE_WORDS: &[&str] = &[
    "site", "web", "website", "www", "adresse", "adres", "address", "url", "lien", "link", "domaine", "domein", "domain", "mail",
    "email", "courriel", "portfolio", "blog", "page", "pagina", "webpagina", "internet", "online", "ligne", "mel", "visit", "bezoek",
    "visitez", "surf", "contact", "ecrivez", "schrijf", "write", "http", "https",
];

/// Networks on which people have a name that says where they are found.
pub(super) const PERSONAL: &[&str] = &[
    "instagram", "insta", "twitter", "telegram", "skype", "whatsapp", "snapchat", "snap", "tiktok", "facebook", "fb", "signal",
    "wechat", "threads", "mastodon", "bluesky", "bsky", "viber", "messenger", "pinterest", "twitch", "ig",
];

/// Networks that are also tools of the trade.
pub(super) const TRADE: &[&str] =
    &["linkedin", "github", "gitlab", "discord", "slack", "youtube", "teams", "behance", "dribbble", "artstation", "reddit", "medium", "vimeo", "x"];

/// Words between a network's name and the name on it.
pub(super) const NAMED: &[&str] = &[
    "pseudo", "username", "user", "handle", "nom", "naam", "gebruikersnaam", "gebruiker", "alias", "id", "identifiant", "profil",
    "profiel", "profile", "compte", "account", "nickname", "nick", "utilisateur", "schermnaam",
];

/// Words between them that say less.
pub(super) const UNDER: &[&str] =
    &["sous", "onder", "under", "als", "as", "est", "is", "c", "via", "at", "a", "op", "sur", "on", "moi", "me", "mij", "le", "mon", "my", "mijn", "de", "the"];

/// Ordinary words after a network's name and a colon: how well somebody knows it.
pub(super) const SKILL: &[&str] = &[
    "avance", "avancee", "expert", "experte", "debutant", "debutante", "intermediaire", "confirme", "gevorderd", "gevorderde",
    "beginner", "advanced", "intermediate", "basic", "basis", "bon", "bonne", "goed", "good", "oui", "yes", "ja", "non", "nee", "no",
    "aucun", "geen", "none", "formation", "learning", "training", "marketing", "ads", "api", "bot", "business", "actif", "active",
    "actief", "administration", "gestion", "usage", "quotidien", "daily", "dagelijks", "occasionnel", "maitrise", "ok", "certifie",
    "certified", "branches", "actions", "reviews", "communication", "coordination", "suivi", "community", "communaute",
];

/// Words of code that start with the sign of a handle.
pub(super) const CODE: &[&str] = &[
    "override", "media", "import", "param", "return", "returns", "property", "staticmethod", "classmethod", "dataclass", "font",
    "keyframes", "nullable", "deprecated", "todo", "latest", "test", "suppresswarnings", "autowired", "component", "injectable",
    "angular", "types", "charset", "supports", "container", "layer", "echo", "using", "model", "transaction", "commandmethod",
    "scale", "echelle", "schaal", "home", "work", "site", "origin", "center", "centre", "midpoint", "endpoint", "level", "niveau",
    "grid", "axis", "getvar", "setvar", "pytest", "njit", "cache", "property", "abstractmethod", "wip", "param", "see", "since", "throws",
];

/// Telephones, and what people write before a number.
pub(super) const CALL: &[&str] = &[
    "tel", "telephone", "telefoon", "telefoonnummer", "phone", "call", "appelez", "appeler", "appel", "bel", "bellen", "gsm", "mobile", "mobiel",
    "mob", "portable", "whatsapp", "sms", "fax", "joignable", "bereikbaar", "reach", "ring", "text", "texto", "contactez", "signal", "telegram",
    "numero", "nummer", "cell", "viber", "rappelez", "joindre", "dial", "composez", "tf", "ph", "fixe", "direct",
];

/// Words between such a word and the number.
pub(super) const CALL_FILLERS: &[&str] = &[
    "au", "op", "at", "on", "me", "moi", "mij", "via", "le", "the", "number", "numero", "nummer", "is", "est", "n", "no", "nr", "my", "mon",
    "mijn", "het", "us", "nous", "ons", "par", "per", "direct", "directement", "a", "to", "sur", "of", "ou", "or", "gsm", "sms", "telefoon",
];

/// Words before a number that make it anything but a telephone's.
pub(super) const NUMBERED: &[&str] = &[
    "n", "no", "nr", "num", "ref", "reference", "certificat", "certificate", "certificaat", "certification", "licence", "license", "licentie", "serial",
    "serie", "series", "id", "code", "siret", "siren", "kvk", "kbo", "bce", "rcs", "tva", "btw", "vat", "iban", "bic", "isbn", "issn", "doi", "ean",
    "article", "artikel", "item", "part", "order", "commande", "bestelling", "project", "projet", "dossier", "invoice", "factuur",
    "facture", "registration", "agrement", "matricule", "handle", "guid", "uuid", "lot", "poste", "din", "iso", "nf", "en", "bs", "be", "build", "version", "v",
    "coordonnees", "coordinates", "coordinaten", "epsg", "lambert", "x", "y", "z", "rgb", "hex", "dtu", "ral", "type", "norme", "norm", "acp", "credential",
];

/// Units: a number before one is an amount.
pub(super) const UNITS: &[&str] = &[
    "m", "m2", "m3", "mm", "cm", "km", "km2", "ha", "kg", "t", "kn", "kva", "kw", "mw", "eur", "euro", "euros", "usd", "k", "mio", "h", "heures", "hours",
    "uur", "jours", "days", "dagen", "points", "punten", "lignes", "lines", "regels", "elements", "elementen", "polygones", "polygons", "pieces", "stuks",
    "objets", "objects", "objecten", "triangles", "faces", "logements", "woningen", "dwellings", "users", "utilisateurs", "gebruikers", "personnes", "people",
    "pixels", "px", "gb", "mb", "tonnes", "ton", "mpa", "pa", "w", "wh", "kwh", "l", "litres", "liter", "fichiers", "files", "bestanden", "vues", "views",
];
