//! Releases of nixpkgs and of what is released with it: what a reference to a source says of the release that it means.

/// What is known of the release of a source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Release {
    /// A release that it is at least: 2411 for 24.11.
    pub at_least: u32,
    /// Whether it is this one, and not a later one or what will become the next.
    pub exact: bool,
}

impl Release {
    /// What a branch, a channel or a URL says: `nixos-24.11`, `release-24.11`, `…/nixpkgs/0.2411.*`.
    pub fn named(reference: &str) -> Option<Self> {
        for (i, _) in reference.match_indices(['-', '/']) {
            let rest = &reference[i + 1..];
            if let Some(number) = numbered(rest.strip_prefix("0.").map_or(rest, |short| short)) {
                return Some(Release { at_least: number, exact: true });
            }
        }
        None
    }

    /// What the time says at which the newest of its files was made, in seconds since 1970: each May and November has a release.
    pub fn of_time(seconds: i64) -> Option<Self> {
        // A month of twelve equal ones: that is early enough, as a release comes at the end of its month at the earliest.
        let months = (seconds - 5 * 86_400) * 12 / 31_556_952;
        let (year, month) = (u32::try_from(months / 12).ok()? + 1970, months % 12 + 1);
        if !(2014..2060).contains(&year) {
            return None;
        }
        let at_least = match month {
            1..=5 => (year - 2001) * 100 + 11,
            6..=11 => (year - 2000) * 100 + 5,
            _ => (year - 2000) * 100 + 11,
        };
        Some(Release { at_least, exact: false })
    }

    /// How it is written: `24.11`.
    pub fn show(number: u32) -> String {
        format!("{:02}.{:02}", number / 100, number % 100)
    }

    /// Whether something that holds since a release holds in this one; `None` if it may.
    pub fn has(self, since: u32) -> Option<bool> {
        match (self.at_least >= since, self.exact) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// The release that a text starts with: `24.11`, or `2411` as FlakeHub has it.
fn numbered(text: &str) -> Option<u32> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let year = digits(text);
    let (year, month, rest) = match year {
        2 if text[2..].starts_with('.') && digits(&text[3..]) == 2 => (&text[..2], &text[3..5], &text[5..]),
        4 => (&text[..2], &text[2..4], &text[4..]),
        _ => return None,
    };
    let is_release =
        matches!(month, "03" | "05" | "09" | "11") && !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    let number = year.parse::<u32>().ok()? * 100 + month.parse::<u32>().ok()?;
    (is_release && (1300..6000).contains(&number)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_references_say() {
        for (reference, release) in [
            ("github:NixOS/nixpkgs/nixos-24.11", 2411),
            ("github:NixOS/nixpkgs/release-23.05", 2305),
            ("github:NixOS/nixpkgs/nixos-25.05-small", 2505),
            ("nixpkgs/nixos-22.11", 2211),
            ("https://releases.nixos.org/nixos/24.11/nixos-24.11.712345/nixexprs.tar.xz", 2411),
            ("https://flakehub.com/f/NixOS/nixpkgs/0.2411.*.tar.gz", 2411),
            ("git+https://github.com/NixOS/nixpkgs?ref=nixos-20.09", 2009),
        ] {
            assert_eq!(
                Release::named(reference),
                Some(Release { at_least: release, exact: true }),
                "{reference}"
            );
        }
        for reference in [
            "github:NixOS/nixpkgs/nixos-unstable",
            "github:NixOS/nixpkgs",
            "https://flakehub.com/f/NixOS/nixpkgs/0.1.*.tar.gz",
            "github:NixOS/nixpkgs/24ab11",
            "path:/2411a/x-24.1",
        ] {
            assert_eq!(Release::named(reference), None, "{reference}");
        }
    }

    #[test]
    fn what_times_say() {
        let at_least = |seconds| Release::of_time(seconds).map(|r| r.at_least);
        // 2024-12-10, 2025-01-15, 2025-05-20, 2025-06-20, 2025-11-28
        let times = [1_733_788_800, 1_736_899_200, 1_747_699_200, 1_750_377_600, 1_764_288_000];
        assert_eq!(times.map(at_least), [2411, 2411, 2411, 2505, 2505].map(Some));
        assert_eq!(Release::of_time(0), None);
    }

    #[test]
    fn what_releases_have() {
        let stable = Release { at_least: 2411, exact: true };
        let unstable = Release { exact: false, ..stable };
        assert_eq!((stable.has(2405), stable.has(2505)), (Some(true), Some(false)));
        assert_eq!((unstable.has(2405), unstable.has(2505)), (Some(true), None));
    }
}
