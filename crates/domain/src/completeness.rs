//! How complete a profile is (S44), and why each missing point matters.

use serde::{Deserialize, Serialize};

/// What the meter looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProfileFacts {
    /// Characters of the headline.
    pub headline: usize,
    /// Characters of the summary.
    pub summary: usize,
    /// Languages.
    pub languages: usize,
    /// Skills.
    pub skills: usize,
    /// Products.
    pub products: usize,
    /// Sectors.
    pub sectors: usize,
    /// Certificates.
    pub certificates: usize,
    /// Diplomas.
    pub education: usize,
    /// Jobs and projects.
    pub experience: usize,
    /// Whether clients who have booked can call.
    pub phone: bool,
    /// Whether invoices can be made.
    pub billing: bool,
    /// Free days in the coming sixty.
    pub free_days: usize,
    /// Whether the expert is employed by the operator: billing is then the operator's affair.
    pub in_house: bool,
}

/// A point that a good profile has; each has a name and a reason in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Point {
    /// A headline of 20 characters or more.
    Headline,
    /// A summary of 200 characters or more.
    Summary,
    /// A product.
    Products,
    /// A sector.
    Sectors,
    /// A language.
    Languages,
    /// Three skills.
    Skills,
    /// A certificate.
    Certificate,
    /// A diploma.
    Education,
    /// A job or project.
    Experience,
    /// Ten free days in the coming sixty.
    Availability,
    /// A telephone number.
    Phone,
    /// Billing details.
    Billing,
}

impl Point {
    /// All of them, the weightiest first.
    pub const ALL: [Self; 12] = [
        Self::Summary,
        Self::Products,
        Self::Availability,
        Self::Headline,
        Self::Experience,
        Self::Skills,
        Self::Billing,
        Self::Certificate,
        Self::Education,
        Self::Sectors,
        Self::Languages,
        Self::Phone,
    ];

    /// Its part of a hundred.
    #[must_use]
    pub const fn weight(self) -> u32 {
        match self {
            Self::Summary => 15,
            Self::Products | Self::Availability => 12,
            Self::Headline | Self::Experience | Self::Skills | Self::Billing => 9,
            Self::Certificate => 7,
            Self::Education => 6,
            Self::Sectors | Self::Languages | Self::Phone => 4,
        }
    }

    const fn is_met(self, facts: &ProfileFacts) -> bool {
        match self {
            Self::Headline => facts.headline >= 20,
            Self::Summary => facts.summary >= 200,
            Self::Products => facts.products >= 1,
            Self::Sectors => facts.sectors >= 1,
            Self::Languages => facts.languages >= 1,
            Self::Skills => facts.skills >= 3,
            Self::Certificate => facts.certificates >= 1,
            Self::Education => facts.education >= 1,
            Self::Experience => facts.experience >= 1,
            Self::Availability => facts.free_days >= 10,
            Self::Phone => facts.phone,
            Self::Billing => facts.billing || facts.in_house,
        }
    }
}

/// The meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completeness {
    /// Of a hundred.
    pub percent: u32,
    /// What is missing, the weightiest first.
    pub missing: Vec<Point>,
}

/// Measures a profile.
#[must_use]
pub fn completeness(facts: &ProfileFacts) -> Completeness {
    let missing: Vec<Point> = Point::ALL.into_iter().filter(|point| !point.is_met(facts)).collect();
    let lacking: u32 = missing.iter().map(|point| point.weight()).sum();
    Completeness { percent: 100 - lacking, missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S44: the points make a hundred, and every missing one is named.
    #[test]
    fn points_make_a_hundred() {
        assert_eq!(Point::ALL.into_iter().map(Point::weight).sum::<u32>(), 100);
        let nothing = completeness(&ProfileFacts::default());
        assert_eq!((nothing.percent, nothing.missing.len()), (0, 12));
        let all = ProfileFacts {
            headline: 20,
            summary: 200,
            languages: 1,
            skills: 3,
            products: 1,
            sectors: 1,
            certificates: 1,
            education: 1,
            experience: 1,
            phone: true,
            billing: true,
            free_days: 10,
            in_house: false,
        };
        assert_eq!(completeness(&all), Completeness { percent: 100, missing: vec![] });
        let short = ProfileFacts { summary: 199, phone: false, ..all };
        assert_eq!(completeness(&short), Completeness { percent: 81, missing: vec![Point::Summary, Point::Phone] });
        assert_eq!(completeness(&ProfileFacts { billing: false, in_house: true, ..all }).percent, 100);
    }
}
