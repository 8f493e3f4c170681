//! A second pricing engine that shares no code with the first: whole-number fractions instead of decimals, its own
//! civil calendar from day numbers, the distance from unit vectors instead of the haversine. It reads the inputs as
//! JSON and writes the expected quote as JSON, so it also holds the serialised form in place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../wasm-check/src/sample.rs"]
#[expect(unreachable_pub, reason = "the crate that owns the file exports it")]
mod sample;

use gabarit_domain::pricing::quote;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `numerator / denominator`, half away from zero.
fn round_half_away(numerator: i128, denominator: i128) -> i128 {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    if 2 * rest.abs() >= denominator { quotient + numerator.signum() } else { quotient }
}

/// Days since 1970-01-01 of `YYYY-MM-DD`, by counting years, months and leap days.
fn day_number(text: &str) -> i64 {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().unwrap());
    let (year, month, day) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let years: i64 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    let months: i64 = (1..month).map(|m| month_length(year, m)).sum();
    years + months + day - 1
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn date(mut number: i64) -> String {
    let (mut year, mut month) = (1970, 1);
    while number >= if leap(year) { 366 } else { 365 } {
        number -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    while number >= month_length(year, month) {
        number -= month_length(year, month);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", number + 1)
}

/// 1970-01-01 was a Thursday: three days after a Monday. An ISO week is the Monday it starts on.
fn monday(number: i64) -> i64 {
    (number + 3).div_euclid(7)
}

/// Angle between two unit vectors × mean radius; `None` where the last bits decide how it rounds.
fn whole_km(from: &Value, to: &Value, road_factor: i64) -> Option<i64> {
    let vector = |point: &Value| {
        let degrees = |name: &str| (point[name].as_i64().unwrap() as f64 / 1e6).to_radians();
        let (lat, lon) = (degrees("lat"), degrees("lon"));
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let (a, b) = (vector(from), vector(to));
    let dot: f64 = (0..3).map(|i| a[i] * b[i]).sum();
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let sine = cross.iter().map(|x| x * x).sum::<f64>().sqrt();
    let km = sine.atan2(dot) * 6_371.008_8 * road_factor as f64 / 10_000.0;
    ((km.fract() - 0.5).abs() > 1e-6).then(|| km.round() as i64)
}

fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

const MEMBERS: &str = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE";

fn line(mut kind: Value, quantity: i64, unit: &str, unit_price: i64) -> Value {
    let rest = json!({"quantity": quantity, "unit": unit, "unit_price": unit_price, "net": quantity * unit_price});
    kind.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    kind
}

fn is_free(free: &Value, day: i64) -> bool {
    let offset = day - day_number(free["from"].as_str().unwrap());
    (0..int(&free["len"])).contains(&offset)
        && free["words"][offset as usize / 64].as_u64().unwrap() / 2_u64.pow(offset as u32 % 64) % 2 == 1
}

/// `Ok` the quote, `Err` the reasons; `None` where the distance is too close to call.
fn expected(context: &Value, offer: &Value, order: &Value) -> Option<Result<Value, Value>> {
    let rules = &context["rulebook"];
    let today = day_number(context["today"].as_str().unwrap());
    let days: Vec<i64> =
        order["days"].as_array().unwrap().iter().map(|day| day_number(day.as_str().unwrap())).collect();
    let (first, last) = (*days.first().unwrap(), *days.last().unwrap());
    let count = days.len() as i64;
    let on_site = order["location"]["mode"] == "on-site";
    let km = if on_site {
        whole_km(&offer["base"], &order["location"]["point"], int(&rules["travel"]["road_factor"]))?
    } else {
        0
    };

    let mut refused = Vec::new();
    let earliest = today + int(&rules["booking"]["lead_days"]);
    let latest = day_number(offer["free"]["from"].as_str().unwrap()) + (int(&offer["free"]["len"]) - 1).max(0);
    if first < earliest {
        refused.push(json!({"too-soon": {"earliest": date(earliest)}}));
    }
    if last > latest {
        refused.push(json!({"too-far-ahead": {"latest": date(latest)}}));
    }
    let taken: Vec<String> = days
        .iter()
        .filter(|day| (earliest..=latest).contains(day) && !is_free(&offer["free"], **day))
        .map(|day| date(*day))
        .collect();
    if !taken.is_empty() {
        refused.push(json!({"not-free": {"days": taken}}));
    }
    if on_site && offer["on_site"] == false {
        refused.push(json!("not-on-site"));
    } else if on_site && offer["max_travel_km"].as_i64().is_some_and(|limit| km > limit) {
        refused.push(json!({"too-far": {"one_way_km": km, "limit_km": offer["max_travel_km"]}}));
    } else if !on_site && offer["remote"] == false {
        refused.push(json!("not-remote"));
    }
    let tariffs = &rules["rental"]["licence_per_day"];
    for product in order["licences"].as_array().unwrap() {
        if tariffs.get(product.as_str().unwrap()).is_none() {
            refused.push(json!({"no-such-licence": {"product": product}}));
        }
    }
    if !refused.is_empty() {
        return Some(Err(Value::Array(refused)));
    }

    let level = int(&offer["level"]);
    let mut lines = vec![line(
        json!({"kind": "expert-days", "level": level}),
        count,
        "day",
        int(&rules["day_rates"][level as usize - 1]),
    )];
    let travel = &rules["travel"];
    let over = int(&travel["allowance_over_km"]);
    if on_site && km > over {
        let trips = days.iter().map(|day| monday(*day)).collect::<BTreeSet<_>>().len() as i64;
        let flight_over = int(&travel["flight_over_km"]);
        if km > flight_over {
            let mut tariff = int(&travel["flight_beyond"]);
            for flight in travel["flights"].as_array().unwrap().iter().rev() {
                if km <= int(&flight["up_to_km"]) {
                    tariff = int(&flight["price"]);
                }
            }
            let kind = json!({"kind": "flight", "one_way_km": km, "trips": trips, "over_km": flight_over});
            lines.push(line(kind, trips, "one", tariff));
        } else {
            let kind = json!({"kind": "travel", "one_way_km": km, "trips": trips, "over_km": over});
            lines.push(line(kind, km * 2 * trips, "kilometre", int(&travel["per_km"])));
        }
        let kind = json!({"kind": "lodging", "one_way_km": km, "over_km": over});
        lines.push(line(kind, count, "day", int(&travel["lodging_per_day"])));
    }
    if order["workstation"] == true {
        let tariff = int(&rules["rental"]["workstation_per_day"]);
        lines.push(line(json!({"kind": "workstation"}), count, "day", tariff));
    }
    for product in order["licences"].as_array().unwrap() {
        let kind = json!({"kind": "licence", "product": product});
        lines.push(line(kind, count, "day", int(&tariffs[product.as_str().unwrap()])));
    }
    let sum = |lines: &[Value]| lines.iter().map(|line| int(&line["net"])).sum::<i64>();
    if order["flexible"] == true {
        let (base, rate) = (sum(&lines), int(&rules["flexible"]["supplement"]));
        let free_until = date(first - int(&rules["flexible"]["notice_days"]));
        let supplement = round_half_away(i128::from(base) * i128::from(rate), 10_000) as i64;
        let kind = json!({"kind": "flexible", "base": base, "rate": rate, "free_until": free_until});
        lines.push(line(kind, 1, "one", supplement));
    }

    let net = sum(&lines);
    let (home, there) =
        (context["operator"]["country"].as_str().unwrap(), order["customer"]["country"].as_str().unwrap());
    let (category, rate) = if there == home {
        ("S", int(&context["operator"]["rate"]))
    } else if !MEMBERS.split(' ').any(|member| member == there) {
        ("O", 0)
    } else if order["customer"]["vat_status"] == "confirmed" && !order["customer"]["vat_number"].is_null() {
        ("AE", 0)
    } else {
        ("S", int(&context["operator"]["rate"]))
    };
    let tax = round_half_away(i128::from(net) * i128::from(rate), 10_000) as i64;
    Some(Ok(json!({
        "rulebook": rules["version"],
        "priced_on": context["today"],
        "valid_until": date(today + int(&rules["booking"]["quote_days"])),
        "lines": lines,
        "net": net,
        "vat": {"treatment": {"category": category, "rate": rate}, "taxable": net, "tax": tax},
        "total": net + tax,
    })))
}

/// Invariant 1, S5–S9, S24, S27–S29: over 12,000 random orders, the engine and the oracle say the same, line for line,
/// cent for cent, and refuse for the same reasons.
#[test]
fn engine_and_oracle_agree_on_every_line() {
    let (mut priced, mut refused, mut too_close) = (0, 0, 0);
    for seed in 0..16_000 {
        let sample::Case { context, offer, order } = sample::case(seed);
        let context_json = serde_json::to_value(&context).unwrap();
        let (offer_json, order_json) = (serde_json::to_value(&offer).unwrap(), serde_json::to_value(&order).unwrap());
        let Some(expected) = expected(&context_json, &offer_json, &order_json) else {
            too_close += 1;
            continue;
        };
        let actual = match quote(&context, &offer, &order) {
            Ok(quote) => Ok(serde_json::to_value(quote).unwrap()),
            Err(refusals) => Err(serde_json::to_value(refusals).unwrap()),
        };
        match &expected {
            Ok(_) => priced += 1,
            Err(_) => refused += 1,
        }
        assert_eq!(actual, expected, "seed {seed}: {order_json}");
    }
    assert!(priced >= 12_000 && refused >= 1_000 && too_close < 20, "{priced} priced, {refused} refused, {too_close}");
}

/// The oracle's own footing: known dates and roundings, so that it cannot be wrong in the engine's favour.
#[test]
fn the_oracle_knows_known_dates_and_roundings() {
    assert_eq!(day_number("2026-12-01"), 20_788);
    assert_eq!(date(20_788), "2026-12-01");
    assert_eq!(date(day_number("2028-02-29")), "2028-02-29");
    // Friday 2027-01-01 is in week 53 of 2026, with Monday 2026-12-28; Monday 2027-01-04 starts week 1.
    assert_eq!(monday(day_number("2026-12-28")), monday(day_number("2027-01-03")));
    assert_eq!(monday(day_number("2027-01-03")) + 1, monday(day_number("2027-01-04")));
    assert_eq!(round_half_away(5, 10), 1);
    assert_eq!(round_half_away(-5, 10), -1);
    assert_eq!(round_half_away(14, 10), 1);
    assert_eq!(round_half_away(-14, 10), -1);
}
