//! The platform's own small components. They know the language, the money and the look, and nothing of any page.
//!
//! Their classes are in `style/`; pages add layout by Tailwind utilities of the same theme.

pub mod action;
pub mod confirm;
pub mod data;
pub mod day_calendar;
pub mod dialog;
pub mod field;
pub mod form;
pub mod icon;
pub mod profile_body;
pub mod quote_panel;
pub mod refunds;
pub mod state;
pub mod text;
pub mod title_block;

pub use action::{Button, ButtonKind, LinkButton, Pagination, Sure};
pub use confirm::ConfirmField;
pub use data::{Attached, Avatar, LevelBadge, Money, Rating, TableFrame, Tag};
pub use day_calendar::DayCalendar;
pub use dialog::Dialog;
pub use field::{Checkbox, Choice, Field, Fieldset, Files, Radios, Select, TextArea};
pub use form::{FormErrors, FormState, Hidden, SaveOrSend, Submit, Version, use_form_state, use_posted_form};
pub use icon::{Icon, IconName};
pub use profile_body::{ProfileBody, ProfileWords, RecordItem, works};
pub use quote_panel::{PricePanel, ProductNames, QuoteLines, day_list, refusal_field, refusal_reason};
pub use refunds::Refunds;
pub use state::{EmptyState, ErrorState, NotFound, Notice, Skeleton};
pub use text::{error_text, problem_text, refusal_text};
pub use title_block::{TitleBlock, TitleRow, TitleTotal};
