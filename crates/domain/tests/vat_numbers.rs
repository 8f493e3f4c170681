//! Check digits of VAT numbers, against numbers that another implementation judged.
use gabarit_domain::vat::{CountryCode, VatNumber};

/// Every country of the Union: numbers of its form that hold, and numbers that do not. The list is random numbers as
/// python-stdnum 2.2 judges them (`stdnum.eu.vat`).
///
/// Numbers of persons that hold a birth date (Bulgaria, Latvia, Slovakia) may pass though wrong: the register tells,
/// and refusing a right one is the worse mistake.
#[test]
fn check_digits_of_every_member_state() {
    let mut countries = std::collections::BTreeMap::<String, (u32, u32)>::new();
    let mut refused = Vec::new();
    let mut passed = Vec::new();
    for line in include_str!("cases/vat_numbers.txt").lines() {
        let (sign, number) = line.split_once(' ').unwrap();
        let code = if number.starts_with("EL") { "GR" } else { number.get(..2).unwrap() };
        let holds = VatNumber::parse(CountryCode::parse(code).unwrap(), number).is_ok();
        let counts = countries.entry(code.to_owned()).or_default();
        if sign == "+" {
            counts.0 += 1;
            if !holds {
                refused.push(number);
            }
        } else if holds && !["BG", "LV", "SK"].contains(&code) {
            counts.1 += 1;
            passed.push(number);
        }
    }
    assert_eq!(countries.len(), 27);
    assert_eq!(refused, Vec::<&str>::new(), "right numbers refused");
    assert_eq!(passed, Vec::<&str>::new(), "wrong numbers passed");
}
