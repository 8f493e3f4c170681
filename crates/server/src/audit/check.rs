//! The checks by name: what each is called in the command's answer, and what it says to managers who find it broken.

use gabarit_i18n::{Locale, finding as text};

macro_rules! checks {
    ($($invariant:literal $check:ident $name:literal $words:ident),+ $(,)?) => {
        /// A check. Its name says what holds while it finds nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $(#[doc = $name] $check),+
        }

        impl Check {
            /// All of them, in the order of the invariants.
            pub const ALL: &[Self] = &[$(Self::$check),+];

            /// Its name in the database and for the command; never changed.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$check => $name),+ }
            }

            /// Which invariant it is about.
            #[must_use]
            pub const fn invariant(self) -> u8 {
                match self { $(Self::$check => $invariant),+ }
            }

            /// What is wrong where it finds something.
            #[must_use]
            pub fn words(self, locale: Locale) -> &'static str {
                match self { $(Self::$check => text::$words(locale)),+ }
            }
        }
    };
}

checks! {
    1 RulebookReadable "rulebook readable" rulebook_unreadable,
    1 QuoteReadable "quote readable" quote_unreadable,
    1 QuoteAddsUp "quote adds up" quote_sum,
    1 TotalIsTheQuotes "total is the quote's" total_differs,
    1 VatFollowsTheCustomer "VAT follows the customer" vat_category,
    1 RulebookPinned "rulebook pinned" rulebook_pinned,
    1 QuoteFollowsTheRulebook "quote follows the rulebook" quote_price,
    1 ChargeIsTheQuotesTotal "charge is the quote's total" charge_differs,
    1 WhatIsTakenFollowsThePayment "what is taken follows the payment" taken_differs,
    1 AnOrderIsPaid "an order is paid" order_unpaid,
    1 DocumentUnchanged "document unchanged" document_changed,
    1 DocumentReadable "document readable" document_unreadable,
    1 DocumentAddsUp "document adds up" document_sum,
    1 DocumentIsItsRow "document is its row" document_row,
    1 AnAcceptedBookingHasOneInvoice "an accepted booking has one invoice" invoice_count,
    1 InvoiceIsTheQuote "invoice is the quote" invoice_differs,
    1 DocumentIsAboutTheBookedDays "document is about the booked days" document_days,
    1 AnInvoiceOfBeforeAChangeIsCreditedWhole "an invoice of before a change is credited whole" old_invoice_credit,
    1 CreditNotesAreWhatIsNoLongerKept "credit notes are what is no longer kept" credit_differs,
    1 ACompletedBookingHasOneSelfBilledInvoice "a completed booking has one self-billed invoice" selfbilled_count,
    1 SelfBilledInvoiceFollowsTheLadder "self-billed invoice follows the ladder" selfbilled_differs,
    1 AReplacedSelfBilledInvoiceIsCreditedWhole "a replaced self-billed invoice is credited whole" selfbilled_credit,
    1 MoneyKeptIsWhatWasInvoiced "money kept is what was invoiced" kept_differs,
    1 NothingIsKeptWithoutAnInvoice "nothing is kept without an invoice" kept_uninvoiced,
    1 ARentalIsReadable "a rental is readable" rental_unreadable,
    1 ARentalCostsWhatItsRulesSay "a rental costs what its rules say" rental_price,
    1 InvoicesOfRentalsLessCreditNotesAreTheMoneyKept "invoices of rentals less credit notes are the money kept" rental_invoiced,
    1 WhatIsPaidForARentalIsKeptOrGoesBack "what is paid for a rental is kept or goes back" rental_kept,
    1 AnAuthorisedRentalHasOneAuthorisedCard "an authorised rental has one authorised card" rental_card,
    2 FirstAndLastDayAreTheOrders "first and last day are the order's" days_order,
    2 ABookingCutShortKeepsDaysItHad "a booking cut short keeps days it had" days_cut,
    2 AnOccupyingBookingHasItsDays "an occupying booking has its days" days_missing,
    2 ABookingHasNoOtherDays "a booking has no other days" days_surplus,
    2 DaysAreTheBookedExperts "days are the booked expert's" days_expert,
    2 AnExpertDayIsTakenOnce "an expert-day is taken once" day_doubled,
    2 ATakenDayHasABooking "a taken day has a booking" day_stray,
    2 ARentalHasItsUnits "a rental has its units" rental_units,
    2 ABookingHasWhatItRents "a booking has what it rents, on its days" booking_rented,
    2 NoMoreIsRentedOutThanThereIs "no more is rented out than there is" rental_oversold,
    3 LedgerAgreesWithPaymentsAndDocuments "ledger agrees with payments and documents" ledger_differs,
    3 LedgerAgreesWithPaymentsAndDocumentsOfRentals "ledger agrees with payments and documents of rentals" ledger_rental,
    3 NoMoreIsPaidOutThanInvoiced "no more is paid out than invoiced" payout_over,
    3 APayoutIsWhereItsBatchIs "a payout is where its batch is" payout_batch,
    3 ALedgerTransactionSumsToNought "a ledger transaction sums to nought" ledger_sum,
    3 LedgerAccountsAreOfTheChart "ledger accounts are of the chart" ledger_account,
    3 ASelfBilledInvoiceIsPayable "a self-billed invoice is payable" payable_differs,
    3 ASettlementIsPostedAsItWasNoted "a settlement is posted as it was noted" settlement,
    3 DocumentNumbersHaveNoGap "document numbers have no gap" number_gap,
    3 TheCounterIsTheLastNumber "the counter is the last number" number_counter,
    3 ARefundReachesTheClient "a refund reaches the client" refund_failed,
    3 TheProviderSaysTheSame "the provider says the same" provider_differs,
    4 StateAndClockFitTogether "state and clock fit together" state_clock,
    4 ClocksAreHeeded "clocks are heeded" clock_late,
    4 OrdinalsAreGivenAtCompletion "ordinals are given at completion" ordinals_early,
    4 CompletedDaysAreCounted "completed days are counted" ladder_short,
    4 EveryMoveOfARentalIsLogged "every move of a rental is logged" rental_log,
    4 CandidatesAreLogged "candidates are logged" log_none,
    4 NominationsAreLogged "nominations are logged" log_none,
    4 CyclesAreLogged "cycles are logged" log_none,
    4 MembershipsAreLogged "memberships are logged" log_none,
    4 TheLogHasNoGap "the log has no gap" log_gap,
    4 TheLogOfACandidateHasNoGap "the log of a candidate has no gap" log_gap,
    4 TheLogOfANominationHasNoGap "the log of a nomination has no gap" log_gap,
    4 TheLogOfACycleHasNoGap "the log of a cycle has no gap" log_gap,
    4 TheLogOfAMembershipHasNoGap "the log of a membership has no gap" log_gap,
    4 MovesAreDrawn "moves are drawn" log_move,
    4 MovesOfCandidatesAreDrawn "moves of candidates are drawn" log_move,
    4 MovesOfNominationsAreDrawn "moves of nominations are drawn" log_move,
    4 MovesOfCyclesAreDrawn "moves of cycles are drawn" log_move,
    4 MovesOfMembershipsAreDrawn "moves of memberships are drawn" log_move,
    4 TheLogLeadsToTheState "the log leads to the state" log_end,
    4 TheLogOfACandidateLeadsToItsState "the log of a candidate leads to its state" log_end,
    4 TheLogOfANominationLeadsToItsState "the log of a nomination leads to its state" log_end,
    4 TheLogOfACycleLeadsToItsPhase "the log of a cycle leads to its phase" log_end,
    4 TheLogOfAMembershipLeadsToItsState "the log of a membership leads to its state" log_end,
    4 TheLogOfAPartnerLeadsToTheState "the log of a partner leads to the state" log_end,
    4 TheLogOfALeadLeadsToItsState "the log of a lead leads to its state" log_end,
    4 ChangesOfEventsAndBenefitsAreLogged "changes of events and benefits are logged" programme_log,
    4 ACycleHasAPhase "a cycle has a phase" cycle_phase,
    4 ACycleAnswersWithinThirtyDays "a cycle answers within thirty days" cycle_answer,
    4 WindowsOpenInTime "windows open in time" cycle_window,
    4 ARefusalHasReasons "a refusal has reasons" refusal_reasons,
    4 ReviewersAreImpartial "reviewers are impartial" reviewer_partial,
    4 ANominationFitsItsReviewsAndDecision "a nomination fits its reviews and decision" nomination_state,
    4 WhoDecidesHadNoPart "who decides had no part" decider_part,
    4 AnswersAreLetters "answers are letters" letter_missing,
    4 LettersAreOfAnsweredNominations "letters are of answered nominations" letter_early,
    4 WhoIsGrantedIsAMember "who is granted is a member" granted_no_member,
    4 AClosedCycleHasAnsweredEverybody "a closed cycle has answered everybody" closed_unanswered,
    4 AnswersComeInTime "answers come in time" answer_late,
    4 AMembershipRestsOnAGrantedNomination "a membership rests on a granted nomination" membership_ground,
    4 AMembershipFitsItsReasonsAndAppeals "a membership fits its reasons and appeals" membership_state,
    4 TermsOfAMembershipFollowEachOther "terms of a membership follow each other" membership_terms,
    4 MembershipsEndInTime "memberships end in time" membership_end,
    4 AcceptedTermsHaveTheirTime "accepted terms have their time" claim_terms,
    4 PartnersHaveWhatTheirStateNeeds "partners have what their state needs" partner_state,
    4 ChangedPostsKeepWhatTheySaid "changed posts keep what they said" post_log,
    5 TheOrderNamesTheBookedExpert "the order names the booked expert" order_expert,
    5 NobodyBooksThemselves "nobody books themselves" books_self,
    5 ADocumentsCauseIsItsBooking "a document's cause is its booking" document_cause,
    5 ADocumentIsAboutItsBooking "a document is about its booking" document_about,
    5 ADocumentHasABooking "a document has a booking" document_stray,
    5 ReviewsAreOfCompletedBookings "reviews are of completed bookings" review_stray,
    5 TheSellerIsTheBookedExpert "the seller is the booked expert" seller_other,
    5 PlacesAtEventsAreMembers "places at events are members'" event_stranger,
    5 BenefitsEndWithTheMembership "benefits end with the membership" claim_stands,
    5 CodesEndWithTheirClaims "codes end with their claims" code_stands,
    5 AClaimIsItsMembers "a claim is its member's" claim_other,
    5 AddressesAreForgotten "addresses are forgotten" address_kept,
}

impl Check {
    /// Reads [`Check::name`] back.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.name() == name)
    }
}
