//! Fictional members of the recognition programme: in the hall and out of it, with renewals that wait, benefits of several
//! countries, events and conversations.

use super::nominations;
use crate::{
    db::{
        Exec, benefit, community,
        contributions::{self, NewContribution},
        demo::{self, NewAccount},
        membership as rows,
        membership_events::{self, EventRow},
    },
    platform::Platform,
    services::membership,
};
use chrono::{Days, NaiveTime, TimeDelta};
use gabarit_domain::{
    ids::{AccountId, BenefitId, CommunityPostId, CommunityThreadId, ContributionId, MemberEventId},
    membership::{BenefitKind, Offer},
    recognition::Channel,
};
use gabarit_i18n::Locale;
use gabarit_view::{benefit::BenefitText, error::ApiError};
use uuid::Uuid;

/// A member: who, where, what, since how many days, whether listed, and in which of the last months there was something.
struct Sketch {
    name: &'static str,
    locale: Locale,
    country: &'static str,
    products: &'static [&'static str],
    languages: &'static [&'static str],
    days: i64,
    listed: bool,
    about: &'static str,
    months: &'static [u32],
}

/// Names nobody bears. The first one's address is `member@gabarit.example`.
const MEMBERS: [Sketch; 7] = [
    Sketch {
        name: "Mila Voorbeeld",
        locale: Locale::Nl,
        country: "NL",
        products: &["revit", "navisworks"],
        languages: &["nl", "en"],
        days: 168,
        listed: true,
        about: "Beantwoordt vragen over families en gedeelde coördinaten.",
        months: &[0, 1, 2, 3, 5, 7],
    },
    Sketch {
        name: "Ferdinand Fictif",
        locale: Locale::Fr,
        country: "FR",
        products: &["inventor", "vault"],
        languages: &["fr"],
        days: 345,
        listed: true,
        about: "Écrit sur les assemblages qui restent légers.",
        months: &[0, 1, 2, 4, 5, 6, 8, 10],
    },
    Sketch {
        name: "Saar Denkbeeldig",
        locale: Locale::Nl,
        country: "BE",
        products: &["civil-3d"],
        languages: &["nl", "fr"],
        days: 350,
        listed: true,
        about: "Organiseert bijeenkomsten over wegen en riolering.",
        months: &[0, 3, 7],
    },
    Sketch {
        name: "Hugo Exemplaire",
        locale: Locale::Fr,
        country: "BE",
        products: &["autocad", "revit"],
        languages: &["fr", "en"],
        days: 182,
        listed: true,
        about: "Des vidéos courtes pour bien commencer.",
        months: &[0, 1, 2, 3, 4, 5],
    },
    Sketch {
        name: "Greta Sample",
        locale: Locale::En,
        country: "DE",
        products: &["fusion"],
        languages: &["en", "de"],
        days: 175,
        listed: true,
        about: "Explains tool paths to people who fear them.",
        months: &[0, 1],
    },
    Sketch {
        name: "Ivo Testmans",
        locale: Locale::Nl,
        country: "BE",
        products: &["maya", "3ds-max"],
        languages: &["nl", "en"],
        days: 164,
        listed: true,
        about: "Licht en schaduw, stap voor stap.",
        months: &[0],
    },
    Sketch {
        name: "Nina Inconnue",
        locale: Locale::Fr,
        country: "FR",
        products: &["plant-3d"],
        languages: &["fr"],
        days: 171,
        listed: false,
        about: "",
        months: &[0, 2],
    },
];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x6761_6261_7269_7400_9000_0000_0000_0000 + number)
}

/// Inserts them; `hash` opens their accounts.
pub(super) async fn insert(exec: &mut Exec<'_>, p: &Platform, hash: &str) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let now = p.now();
    let mut accounts = Vec::new();
    for (sketch, number) in MEMBERS.iter().zip(1_u128..) {
        let account = AccountId(id(number));
        let email =
            if number == 1 { "member@gabarit.example".to_owned() } else { format!("member-{number}@gabarit.example") };
        let row = NewAccount {
            id: account.0,
            email,
            name: sketch.name.to_owned(),
            phone: "+32 2 555 00 00".to_owned(),
            locale: sketch.locale.code(),
            time_zone: "Europe/Amsterdam".to_owned(),
            is_manager: false,
        };
        demo::insert_accounts(exec, &[row], hash, now).await.map_err(fault)?;
        let of = (usize::try_from(number).unwrap_or(0), account);
        let founded = nominations::granted(exec, p, of, (sketch.locale, sketch.country), sketch.days);
        let nomination = founded.await.map_err(fault)?;
        membership::grant(exec, p, account, nomination, now - TimeDelta::days(sketch.days)).await?;
        member(exec, p, sketch, account, number).await.map_err(fault)?;
        accounts.push(account);
    }
    benefits(exec, p).await.map_err(fault)?;
    events(exec, p, &accounts).await.map_err(fault)?;
    threads(exec, p, &accounts).await.map_err(fault)
}

async fn member(
    exec: &mut Exec<'_>,
    p: &Platform,
    sketch: &Sketch,
    account: AccountId,
    number: u128,
) -> sqlx::Result<()> {
    let now = p.now();
    if let Some(mut profile) = rows::profile(exec, account).await? {
        profile.about = sketch.about.to_owned();
        profile.country = Some(sketch.country.to_owned());
        profile.listed = sketch.listed;
        let own = |list: &[&str]| list.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        rows::update_profile(exec, &profile, &own(sketch.products), &own(sketch.languages), now).await?;
    }
    const CHANNELS: [Channel; 4] = [Channel::Forum, Channel::Video, Channel::MeetUp, Channel::Article];
    for (index, month) in (0_usize..).zip(sketch.months) {
        let day = p.today().checked_sub_months(chrono::Months::new(*month)).unwrap_or_default();
        let channel = CHANNELS.get(index % 4).copied().unwrap_or(Channel::Forum);
        let new = NewContribution {
            id: ContributionId(id(10_000 + number * 100 + u128::try_from(index).unwrap_or(0))),
            account,
            channel,
            occurred_on: day.checked_sub_days(Days::new(2)).unwrap_or(day),
            url: &format!("https://forum.example/{number}/{index}"),
            title: match sketch.locale {
                Locale::Fr => "Une réponse qui a aidé",
                Locale::Nl => "Een antwoord dat hielp",
                Locale::En => "An answer that helped",
            },
            language: sketch.locale.code(),
            reach: Some(40),
            helped: "",
            source_key: None,
            now,
        };
        contributions::insert(exec, &new).await?;
    }
    Ok(())
}

/// Kind, whether it takes codes, countries (none: everywhere), and title, description, instructions, terms in French, Dutch
/// and English.
type BenefitSketch = (BenefitKind, bool, &'static [&'static str], [[&'static str; 4]; 3]);

const BENEFITS: [BenefitSketch; 7] = [
    (
        BenefitKind::Badge,
        false,
        &[],
        [
            ["Badge", "À montrer sur votre site ; il se vérifie d’un clic.", "", ""],
            ["Badge", "Voor op uw site; met één klik te controleren.", "", ""],
            ["Badge", "For your site; one click verifies it.", "", ""],
        ],
    ),
    (
        BenefitKind::WelcomeKit,
        false,
        &["BE", "NL", "FR"],
        [
            ["Kit de bienvenue", "Un carnet, une règle graduée, une lettre.", "", ""],
            ["Welkomstpakket", "Een schrift, een schaalliniaal, een brief.", "", ""],
            ["Welcome kit", "A notebook, a scale ruler, a letter.", "", ""],
        ],
    ),
    (
        BenefitKind::Learning,
        true,
        &[],
        [
            [
                "Cours en ligne",
                "Un an d’accès à la bibliothèque de cours fictive.",
                "Entrez le code à la première visite.",
                "",
            ],
            [
                "Online cursussen",
                "Een jaar toegang tot de fictieve cursusbibliotheek.",
                "Vul de code in bij het eerste bezoek.",
                "",
            ],
            ["Online courses", "A year of the fictional course library.", "Enter the code on your first visit.", ""],
        ],
    ),
    (
        BenefitKind::EventDiscount,
        true,
        &["BE", "NL"],
        [
            [
                "Journées du dessin",
                "30 % de moins sur l’entrée d’un congrès fictif.",
                "Donnez le code à l’inscription.",
                "",
            ],
            [
                "Dagen van het tekenen",
                "30 % korting op een fictief congres.",
                "Geef de code op bij de inschrijving.",
                "",
            ],
            ["Days of drawing", "30% off the fee of a fictional congress.", "Give the code when you register.", ""],
        ],
    ),
    (
        BenefitKind::Software,
        true,
        &["BE", "NL", "FR", "DE"],
        [
            [
                "Accès aux logiciels",
                "Pour découvrir les nouveautés et mieux aider les autres.",
                "Le code ouvre l’installation de démonstration.",
                "Usage non commercial seulement : apprendre et aider d’autres utilisateurs et utilisatrices. À la fin de l’adhésion, l’accès prend fin et les logiciels sont à désinstaller aussitôt.",
            ],
            [
                "Toegang tot software",
                "Om nieuwe functies te leren en anderen beter te helpen.",
                "De code opent de demonstratie-installatie.",
                "Alleen niet-commercieel gebruik: leren en andere gebruikers helpen. Aan het einde van het lidmaatschap vervalt de toegang en moet de software meteen worden verwijderd.",
            ],
            [
                "Software access",
                "To learn what is new and to help others better.",
                "The code opens the demonstration’s installation.",
                "Non-commercial use only: learning, and helping other users. When membership ends, access ends and the software must be uninstalled at once.",
            ],
        ],
    ),
    (
        BenefitKind::Events,
        false,
        &[],
        [
            ["Événements réservés", "Des soirées en petit comité, en ligne et sur place.", "", ""],
            ["Besloten evenementen", "Avonden in kleine kring, online en ter plaatse.", "", ""],
            ["Members’ events", "Evenings in a small circle, online and on site.", "", ""],
        ],
    ),
    (
        BenefitKind::Community,
        false,
        &[],
        [
            ["Communauté privée", "Questions et réponses entre membres.", "", ""],
            ["Besloten gemeenschap", "Vragen en antwoorden onder leden.", "", ""],
            ["Private community", "Questions and answers among members.", "", ""],
        ],
    ),
];

async fn benefits(exec: &mut Exec<'_>, p: &Platform) -> sqlx::Result<()> {
    let from = p.today().checked_sub_days(Days::new(200)).unwrap_or_default();
    for ((kind, uses_codes, countries, texts), number) in BENEFITS.iter().zip(1_u128..) {
        let benefit = BenefitId(id(20_000 + number));
        benefit::insert(exec, benefit, *kind, *uses_codes).await?;
        for (locale, [title, description, instructions, terms]) in Locale::ALL.into_iter().zip(texts) {
            let text = BenefitText {
                title: (*title).to_owned(),
                description: (*description).to_owned(),
                instructions: (*instructions).to_owned(),
                terms: (*terms).to_owned(),
            };
            benefit::set_text(exec, benefit, locale, &text).await?;
        }
        let everywhere: &[Option<&str>] = &[None];
        let named: Vec<Option<&str>> = countries.iter().map(|country| Some(*country)).collect();
        let offered = if countries.is_empty() { everywhere } else { &named };
        for (country, index) in offered.iter().zip(0_u128..) {
            let offer = Offer { country: country.map(ToOwned::to_owned), from, until: None };
            benefit::insert_offer(exec, benefit, id(30_000 + number * 100 + index), &offer).await?;
        }
        if *uses_codes {
            for index in 0..20_u128 {
                let code = format!("DEMO-{number}-{:03}", index * 37 + 101);
                benefit::add_code(exec, id(40_000 + number * 100 + index), benefit, &code, p.now()).await?;
            }
        }
    }
    Ok(())
}

async fn events(exec: &mut Exec<'_>, p: &Platform, accounts: &[AccountId]) -> sqlx::Result<()> {
    let evening = |days: u64| {
        let day = p.today().checked_add_days(Days::new(days)).unwrap_or_default();
        day.and_time(NaiveTime::from_hms_opt(17, 0, 0).unwrap_or_default()).and_utc()
    };
    let sketches = [
        (
            "Families die iedereen begrijpt",
            "Drie korte lezingen, dan vragen. Breng een lastige familie mee.",
            "nl",
            12,
            "Utrecht, Voorbeeldkade 1",
            "",
            20,
        ),
        (
            "Réponses qui aident : atelier en ligne",
            "Comment poser les bonnes questions avant de répondre.",
            "fr",
            26,
            "",
            "https://reunion.example/atelier",
            2,
        ),
    ];
    for ((title, description, language, days, place, link, places), number) in sketches.into_iter().zip(1_u128..) {
        let event = EventRow {
            id: id(50_000 + number),
            title: title.to_owned(),
            description: description.to_owned(),
            language: language.to_owned(),
            starts_at: evening(days),
            ends_at: evening(days) + TimeDelta::hours(2),
            place: place.to_owned(),
            link: link.to_owned(),
            places,
            cancelled_at: None,
            version: 1,
            going: 0,
            waiting: 0,
        };
        membership_events::insert(exec, &event).await?;
        for (account, index) in accounts.iter().skip(1).take(3).zip(0_i64..) {
            let state = if index < places { "going" } else { "waiting" };
            let at = p.now() - TimeDelta::hours(9 - index);
            membership_events::sign_up(exec, MemberEventId(event.id), *account, state, None, at).await?;
        }
    }
    Ok(())
}

async fn threads(exec: &mut Exec<'_>, p: &Platform, accounts: &[AccountId]) -> sqlx::Result<()> {
    let sketches = [
        (
            ("Gedeelde coördinaten tussen twee gebouwen", "revit", "nl"),
            [
                (1_usize, "Twee modellen, één terrein: wie bepaalt het nulpunt?"),
                (0, "Het terrein. Haal de coördinaten uit het terreinmodel op en publiceer ze nooit terug."),
            ],
        ),
        (
            ("Assemblages lents au démarrage", "inventor", "fr"),
            [
                (3, "Plus de 2 000 pièces, huit minutes pour ouvrir. Par où commencer ?"),
                (1, "Par les niveaux de détail : une vue simplifiée d’abord, le reste à la demande."),
            ],
        ),
    ];
    for (((title, product, language), posts), number) in sketches.into_iter().zip(1_u128..) {
        let thread = CommunityThreadId(id(60_000 + number));
        let mut at = p.now() - TimeDelta::days(6 - i64::try_from(number).unwrap_or(0));
        for ((who, body), index) in posts.into_iter().zip(0_u128..) {
            let Some(account) = accounts.get(who).copied() else { continue };
            if index == 0 {
                let new =
                    community::NewThread { id: thread, account, title, product: Some(product), language, now: at };
                community::insert(exec, &new).await?;
            }
            let post = CommunityPostId(id(70_000 + number * 100 + index));
            community::insert_post(exec, post, thread, account, body, at).await?;
            at += TimeDelta::hours(5);
        }
    }
    Ok(())
}
