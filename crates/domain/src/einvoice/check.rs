//! Recomputes an e-invoice from its own figures: every line, every rounding, the VAT and the totals.

use super::EInvoice;
use crate::money::Cents;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// What was recomputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sum {
    /// BT-131 of a line: quantity × price, rounded once.
    Line {
        /// BT-126.
        id: String,
        /// BT-153.
        name: String,
    },
    /// BT-106: sum of the lines.
    Lines,
    /// BT-109: the same, there being no allowances or charges.
    Net,
    /// BT-116: sum of the lines of a category and rate.
    Taxable {
        /// BT-118.
        category: String,
        /// BT-119, as written.
        rate: String,
    },
    /// BT-117: the rate on that sum, rounded once.
    Tax {
        /// BT-118.
        category: String,
        /// BT-119, as written.
        rate: String,
    },
    /// BT-110: sum of the taxes.
    TaxTotal,
    /// BT-112: net and tax.
    Total,
    /// BT-115: total less prepaid.
    Due,
}

/// One figure, as stated and as recomputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which.
    pub sum: Sum,
    /// As it stands in the document.
    pub stated: Cents,
    /// As it must be.
    pub computed: Cents,
    /// Whether that is in order.
    pub holds: bool,
}

fn finding(sum: Sum, stated: Cents, computed: Cents) -> Finding {
    Finding { sum, stated, computed, holds: stated == computed }
}

/// Rounds euros half away from zero to cents; nothing for what no document has.
fn cents(euros: Option<Decimal>) -> Cents {
    euros
        .and_then(|euros| euros.checked_mul(Decimal::ONE_HUNDRED))
        .map(|cents| cents.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
        .map_or(Cents::ZERO, Cents::round)
}

/// Recomputes everything, in the order of the page. A credit note gives back the difference of two rounded taxes, so
/// its tax may be a cent from the rate on its lines (BR-CO-17 allows it).
#[must_use]
pub fn recompute(invoice: &EInvoice) -> Vec<Finding> {
    let mut findings: Vec<Finding> = invoice
        .lines
        .iter()
        .map(|line| {
            let sum = Sum::Line { id: line.id.clone(), name: line.name.clone() };
            finding(sum, line.net, cents(line.quantity.checked_mul(line.price)))
        })
        .collect();
    let lines: Cents = invoice.lines.iter().map(|line| line.net).sum();
    findings.push(finding(Sum::Lines, invoice.lines_total, lines));
    findings.push(finding(Sum::Net, invoice.net, lines));
    let tolerance = i64::from(invoice.is_credit_note());
    for vat in &invoice.vat {
        let rate = vat.rate.unwrap_or_default();
        let (category, shown) = (vat.category.clone(), rate.normalize().to_string());
        let taxable: Cents = invoice
            .lines
            .iter()
            .filter(|line| line.category == vat.category && line.rate.unwrap_or_default() == rate)
            .map(|line| line.net)
            .sum();
        findings.push(finding(Sum::Taxable { category: category.clone(), rate: shown.clone() }, vat.taxable, taxable));
        let tax = cents(taxable.as_decimal().checked_mul(rate).map(|share| share / Decimal::ONE_HUNDRED));
        let mut found = finding(Sum::Tax { category, rate: shown }, vat.tax, tax);
        found.holds = (found.stated.0 - found.computed.0).abs() <= tolerance;
        findings.push(found);
    }
    // A line of a category without a breakdown is in no taxable sum: then the net amounts disagree.
    let taxables: Cents = invoice.vat.iter().map(|vat| vat.taxable).sum();
    if taxables != lines {
        findings.push(finding(Sum::Net, taxables, lines));
    }
    findings.push(finding(Sum::TaxTotal, invoice.tax, invoice.vat.iter().map(|vat| vat.tax).sum()));
    findings.push(finding(Sum::Total, invoice.total, invoice.net + invoice.tax));
    findings.push(finding(Sum::Due, invoice.due, invoice.total - invoice.prepaid));
    findings
}
