//! Identifiers. Each kind of record has its own type, so that one cannot be passed for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
    };
}

id!(
    /// An account: the person who signs in, in whatever roles.
    AccountId
);
id!(
    /// An expert's profile.
    ExpertId
);
id!(
    /// A client's order for one expert on a set of days.
    BookingId
);
id!(
    /// One payment at the payment provider.
    PaymentId
);
id!(
    /// One refund of (part of) a payment.
    RefundId
);
id!(
    /// An issued document: invoice, credit note, self-billed invoice.
    DocumentId
);
id!(
    /// A file of credit transfers to experts.
    PayoutBatchId
);
id!(
    /// One credit transfer to an expert, for one invoice.
    PayoutId
);
id!(
    /// A review written by a client after a completed booking (S21).
    ReviewId
);

id!(
    /// A candidate's application (S33).
    CandidateId
);
id!(
    /// An uploaded file.
    UploadId
);
id!(
    /// A nomination for the recognition programme (S46).
    NominationId
);
id!(
    /// A cycle of the recognition programme (S50).
    CycleId
);
id!(
    /// Something an account shared with other users (S64).
    ContributionId
);

id!(
    /// A membership of the recognition programme (S52).
    MembershipId
);
id!(
    /// A benefit of the catalogue (S57).
    BenefitId
);
id!(
    /// A member's claim of a benefit.
    ClaimId
);
id!(
    /// An event for members.
    MemberEventId
);
id!(
    /// A conversation of the members' community.
    CommunityThreadId
);
id!(
    /// What somebody wrote in one.
    CommunityPostId
);

/// A place of the gazetteer, by its GeoNames identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceId(pub u32);

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PlaceId {
    type Err = std::num::ParseIntError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.parse().map(Self)
    }
}
