//! The yearly report on sellers (Directive 2021/514, DAC7): what experts tell of themselves, and the file for the tax
//! office.
//!
//! The file follows the OECD's schema for digital platform information (`urn:oecd:ties:dpi:v1`) as its public user guide
//! describes it. The schema itself is in no package registry: the file was not validated against it.

use crate::{
    clock::start_of_day,
    db::papers::{self as rows, IdentityRow, Reader},
    platform::Platform,
    services::{documents, papers::File},
};
use chrono::{Datelike, NaiveDate};
use gabarit_domain::{
    compensation::EarningLine,
    ids::ExpertId,
    invoice::{Document, DocumentLines},
    money::Cents,
    text::Name,
    vat::CountryCode,
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    papers::{SellerForm, SellerGap},
};
use std::collections::BTreeMap;

/// More documents than a year has.
const MOST: i64 = 200_000;

/// What an expert told, to be changed.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no expert.
pub async fn own(p: &Platform, actor: &AccountView) -> Result<SellerForm, ApiError> {
    let expert = actor.expert.ok_or(ApiError::Forbidden)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::identity(&mut conn.exec(), expert).await.map_err(|error| p.fault(error))?;
    Ok(found.map_or_else(SellerForm::default, |row| SellerForm {
        kind: if row.is_entity { "entity" } else { "person" }.to_owned(),
        first_name: row.first_name,
        last_name: row.last_name,
        birth_date: row.birth_date.map(|day| day.to_string()).unwrap_or_default(),
        tin: row.tin,
        tin_country: row.tin_country,
        registration: row.registration,
    }))
}

/// Stores what an expert tells.
///
/// # Errors
/// [`ApiError::Invalid`] by field; [`ApiError::Forbidden`] for who is no expert.
pub async fn store(p: &Platform, actor: &AccountView, form: &SellerForm) -> Result<(), ApiError> {
    let expert = actor.expert.ok_or(ApiError::Forbidden)?;
    let row = parse(form, p.today())?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    rows::store_identity(&mut tx.exec(), expert, &row, p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

fn parse(form: &SellerForm, today: NaiveDate) -> Result<IdentityRow, ApiError> {
    let mut fields = Vec::new();
    let mut wrong = |field: &str, problem| fields.push(FieldError { field: field.to_owned(), problem });
    let is_entity = match form.kind.as_str() {
        "entity" => true,
        "person" => false,
        _ => {
            wrong("kind", Problem::Missing);
            false
        }
    };
    let code = |text: &str| -> Option<String> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let good = (3..=30).contains(&compact.len())
            && compact.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'/' | b'.'));
        good.then_some(compact)
    };
    let tin = code(&form.tin).unwrap_or_else(|| {
        wrong("tin", if form.tin.trim().is_empty() { Problem::Missing } else { Problem::NotARegisterNumber });
        String::new()
    });
    let tin_country = CountryCode::parse(&form.tin_country).map(|code| code.to_string()).unwrap_or_else(|_| {
        wrong("tin_country", Problem::Missing);
        String::new()
    });
    let mut name = |field: &str, text: &str| {
        Name::parse(text).map(|name| name.as_str().to_owned()).unwrap_or_else(|error| {
            wrong(field, Problem::of_text(error, 120));
            String::new()
        })
    };
    let (first_name, last_name) = if is_entity {
        (String::new(), String::new())
    } else {
        (name("first_name", &form.first_name), name("last_name", &form.last_name))
    };
    let mut birth_date = None;
    let mut registration = String::new();
    if is_entity {
        registration = code(&form.registration).unwrap_or_else(|| {
            let empty = form.registration.trim().is_empty();
            wrong("registration", if empty { Problem::Missing } else { Problem::NotARegisterNumber });
            String::new()
        });
    } else {
        birth_date = form.birth_date.trim().parse::<NaiveDate>().ok();
        match birth_date {
            Some(day) if day < today && day.year() > 1900 => {}
            Some(day) if day < today => wrong("birth_date", Problem::NotADay),
            Some(_) => wrong("birth_date", Problem::InFuture),
            None => {
                let empty = form.birth_date.trim().is_empty();
                wrong("birth_date", if empty { Problem::Missing } else { Problem::NotADay });
            }
        }
    }
    if fields.is_empty() {
        Ok(IdentityRow { is_entity, first_name, last_name, birth_date, tin, tin_country, registration })
    } else {
        Err(ApiError::Invalid { fields, stash: None })
    }
}

/// What a seller was paid, by quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Quarter {
    /// Net of the platform's commission, before VAT.
    consideration: Cents,
    /// What the platform kept of the day rates.
    fees: Cents,
    /// VAT on the self-billed invoice.
    taxes: Cents,
    activities: i64,
}

struct Seller {
    document: Document,
    quarters: [Quarter; 4],
}

/// Sums the self-billed documents of a year by expert; a credit note takes back.
async fn of_year(p: &Platform, actor: &AccountView, year: i32) -> Result<BTreeMap<ExpertId, Seller>, ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let day =
        |year| NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| (2000..2200).contains(&year)).ok_or(ApiError::NotFound);
    let span = (start_of_day(day(year)?, p.config.zone), start_of_day(day(year + 1)?, p.config.zone));
    let reader = Reader { account: actor.id, expert: None, all: true };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::issued_between(&mut conn.exec(), reader, span, MOST).await.map_err(|error| p.fault(error))?;
    let mut sellers = BTreeMap::new();
    for row in found {
        let document = documents::read(p, &row)?;
        if !document.number.kind.is_self_billed() {
            continue;
        }
        let back = document.number.kind.is_credit_note();
        let signed = |amount: Cents| if back { -amount } else { amount };
        let fees = match &document.lines {
            DocumentLines::Earned(lines) => lines
                .iter()
                .map(|line| match line {
                    EarningLine::Days { day_rate, band } => day_rate.times(band.days()) - band.amount,
                    EarningLine::PassedOn { .. } => Cents::ZERO,
                })
                .sum(),
            DocumentLines::Quoted(_) => Cents::ZERO,
        };
        let seller = sellers
            .entry(row.expert())
            .or_insert_with(|| Seller { document: document.clone(), quarters: Default::default() });
        if let Some(quarter) = seller.quarters.get_mut(document.issued_on.month0() as usize / 3) {
            quarter.consideration += signed(document.vat.taxable);
            quarter.fees += signed(fees);
            quarter.taxes += signed(document.vat.tax);
            quarter.activities += i64::from(!back);
        }
        // The latest document has the latest address.
        seller.document = document;
    }
    Ok(sellers)
}

/// Sellers of a year who have not told what the report needs.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn gaps(p: &Platform, actor: &AccountView, year: i32) -> Result<Vec<SellerGap>, ApiError> {
    let sellers = of_year(p, actor, year).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let mut gaps = Vec::new();
    for (expert, seller) in sellers {
        if rows::identity(&mut conn.exec(), expert).await.map_err(|error| p.fault(error))?.is_none() {
            gaps.push(SellerGap { expert, name: seller.document.seller.name });
        }
    }
    Ok(gaps)
}

/// The report of a year.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn report(p: &Platform, actor: &AccountView, year: i32) -> Result<File, ApiError> {
    let sellers = of_year(p, actor, year).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let mut known = Vec::new();
    for (expert, seller) in sellers {
        let identity = rows::identity(&mut conn.exec(), expert).await.map_err(|error| p.fault(error))?;
        known.push((expert, seller, identity));
    }
    let xml = crate::documents::dpi::write(
        &p.config.operator,
        year,
        p.now(),
        known.iter().map(|(expert, seller, identity)| crate::documents::dpi::Reported {
            reference: expert.to_string(),
            party: &seller.document.seller,
            identity: identity.as_ref(),
            quarters: seller
                .quarters
                .map(|quarter| (quarter.consideration, quarter.activities, quarter.fees, quarter.taxes)),
        }),
    );
    Ok(File { name: format!("dac7-{year}.xml"), content_type: "application/xml", bytes: xml.into_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(kind: &str) -> SellerForm {
        SellerForm {
            kind: kind.to_owned(),
            first_name: "Camille".to_owned(),
            last_name: "Exemple".to_owned(),
            birth_date: "1980-02-29".to_owned(),
            tin: "80 02 29-123.45".to_owned(),
            tin_country: "be".to_owned(),
            registration: "0123.456.749".to_owned(),
        }
    }

    /// Persons have a birth date, firms a registration; each mistake is named by its field.
    #[test]
    fn identities_are_checked() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap_or_default();
        let person = parse(&form("person"), today).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((person.tin.as_str(), person.tin_country.as_str()), ("800229-123.45", "BE"));
        assert_eq!(person.registration, "");
        let firm = parse(&form("entity"), today).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((firm.birth_date, firm.registration.as_str()), (None, "0123.456.749"));
        let error = parse(&SellerForm::default(), today).err().map(|error| {
            ["kind", "tin", "tin_country", "first_name", "last_name", "birth_date"]
                .map(|field| error.problems(field).count())
        });
        assert_eq!(error, Some([1; 6]));
        let future = SellerForm { birth_date: "2030-01-01".to_owned(), ..form("person") };
        assert!(parse(&future, today).is_err());
    }
}
