//! From where somebody signs in: the browser's name for its owner's list of sessions, and whether it is known.

/// A browser, as its request tells of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Browser<'a> {
    /// Its network address.
    pub address: &'a str,
    /// The cookie that says it has been here before.
    pub device: Option<&'a str>,
    /// Its `User-Agent` header.
    pub agent: &'a str,
}

impl<'a> From<&'a str> for Browser<'a> {
    fn from(address: &'a str) -> Self {
        Self { address, ..Self::default() }
    }
}

impl Browser<'_> {
    /// The cookie, if it can be one of ours.
    pub(super) fn device_token(&self) -> Option<&str> {
        self.device.filter(|token| token.len() == 43)
    }

    /// Browser and system, as the list of sessions keeps them: `Firefox/Windows`. No more is kept of the header.
    pub(super) fn name(&self) -> String {
        let first = |names: &[(&str, &'static str)]| {
            names.iter().find(|(mark, _)| self.agent.contains(mark)).map_or("", |(_, name)| *name)
        };
        // Each pretends to be those that came before it, so the youngest are looked for first.
        let browser = first(&[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("Vivaldi/", "Vivaldi"),
            ("SamsungBrowser/", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"),
            ("CriOS/", "Chrome"),
            ("Chromium/", "Chromium"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
            ("curl/", "curl"),
        ]);
        let system = first(&[
            ("Android", "Android"),
            ("iPhone", "iOS"),
            ("iPad", "iPadOS"),
            ("CrOS", "ChromeOS"),
            ("Windows", "Windows"),
            ("Mac OS X", "macOS"),
            ("Linux", "Linux"),
        ]);
        if browser.is_empty() && system.is_empty() { String::new() } else { format!("{browser}/{system}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_by_name() {
        for (agent, name) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox/Windows"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 \
                 Safari/605.1.15",
                "Safari/macOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
                 Safari/537.36",
                "Chrome/Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                "Edge/Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 CriOS/140.0.0.0 Mobile/15E148 Safari/604.1",
                "Chrome/iOS",
            ),
            ("curl/8.5.0", "curl/"),
            ("", ""),
            ("<script>alert(1)</script>", ""),
        ] {
            assert_eq!(Browser { agent, ..Browser::default() }.name(), name, "{agent}");
        }
    }
}
