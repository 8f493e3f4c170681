//! Codes from the time (RFC 6238: HMAC-SHA-1, thirty seconds, six digits), as every authenticator app makes them.

use chrono::{DateTime, Utc};
use ring::hmac;
use subtle::ConstantTimeEq as _;

/// Bytes of a seed, as RFC 4226 recommends.
const SEED_BYTES: usize = 20;
/// Seconds a code is for.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are accepted: clocks differ, and people type slowly.
const DRIFT: i64 = 1;
/// The digits of base 32 (RFC 4648).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret an authenticator app shares with the platform. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Seed([u8; SEED_BYTES]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    pub(super) fn from_secret(secret: [u8; 32]) -> Self {
        let mut seed = [0; SEED_BYTES];
        seed.copy_from_slice(&secret[..SEED_BYTES]);
        Self(seed)
    }

    /// As apps and people read it.
    pub(super) fn text(&self) -> String {
        base32(&self.0)
    }

    /// Reads [`Seed::text`] back.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut seed = [0; SEED_BYTES];
        let mut bits: u32 = 0;
        let mut held = 0;
        let mut at = 0;
        for byte in text.bytes() {
            let digit = ALPHABET.iter().position(|known| *known == byte)?;
            bits = (bits << 5) | u32::try_from(digit).ok()?;
            held += 5;
            if held >= 8 {
                held -= 8;
                *seed.get_mut(at)? = u8::try_from((bits >> held) & 0xff).ok()?;
                at += 1;
            }
        }
        (at == SEED_BYTES).then_some(Self(seed))
    }

    /// The address that apps read from a QR code.
    pub(super) fn address(&self, issuer: &str, account: &str) -> String {
        let part =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        format!(
            "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}",
            part(account),
            self.text(),
            issuer = part(issuer)
        )
    }

    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[tag.len() - 1] & 0xf);
        let number = tag[offset..offset + 4].iter().fold(0_u32, |all, byte| (all << 8) | u32::from(*byte));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// The code of an instant.
    pub(super) fn code_at(&self, now: DateTime<Utc>) -> String {
        self.code(now.timestamp().div_euclid(STEP_SECONDS))
    }

    /// The step that a code is for, if it is one of those accepted now.
    pub(super) fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let present = now.timestamp().div_euclid(STEP_SECONDS);
        (present - DRIFT..=present + DRIFT).rfind(|step| bool::from(self.code(*step).as_bytes().ct_eq(code.as_bytes())))
    }
}

/// Base 32 without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(ALPHABET[((bits >> held) & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(ALPHABET[((bits << (5 - held)) & 31) as usize]));
    }
    text
}

/// A code as typed: apps show it in two groups.
pub(super) fn six_digits(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked cases of RFC 6238, appendix B (their last six digits).
    #[test]
    fn the_standards_own_cases() {
        let seed = Seed(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            assert_eq!(seed.code_at(now), code);
            assert_eq!(seed.step_of(code, now), Some(seconds / 30));
            assert_eq!(seed.step_of(code, now + chrono::TimeDelta::seconds(30)), Some(seconds / 30));
            assert_eq!(seed.step_of(code, now + chrono::TimeDelta::seconds(61)), None);
            assert_eq!(seed.step_of(code, now - chrono::TimeDelta::seconds(61)), None);
        }
        assert_eq!(seed.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            seed.address("Gabarit", "ada+1@client.example"),
            "otpauth://totp/Gabarit:ada%2B1%40client.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Gabarit"
        );
    }

    #[test]
    fn base32_is_the_standards() {
        for (plain, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        for byte in [0_u8, 1, 0x5a, 0xff] {
            let seed = Seed::from_secret([byte; 32]);
            assert_eq!(Seed::parse(&seed.text()), Some(seed.clone()));
            assert_eq!(format!("{seed:?}"), "Seed(…)");
        }
        for wrong in ["", "GEZDGNBV", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBV"] {
            assert_eq!(Seed::parse(wrong), None);
        }
    }

    #[test]
    fn codes_are_read_as_apps_show_them() {
        assert_eq!(six_digits(" 123 456\n").as_deref(), Some("123456"));
        assert_eq!(six_digits("123-456").as_deref(), Some("123456"));
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert_eq!(six_digits(wrong), None);
        }
    }
}
