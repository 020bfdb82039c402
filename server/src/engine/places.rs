//! Names of documents and paths of files: the client has the one, the analyser the other.

use speclint_lint::eval::paths;

/// The folder in which documents are thought to be that are in no file.
const UNTITLED: &str = "/.speclint-untitled/";
const SCHEME: &str = "file://";

/// Whether a path is that of a document in no file.
pub(crate) fn is_untitled(path: &str) -> bool {
    path.starts_with(UNTITLED)
}

/// The path of a file, or one that stands for a document in no file.
pub(crate) fn path(uri: &str) -> String {
    let Some(rest) = uri.strip_prefix(SCHEME) else { return format!("{UNTITLED}{}", encoded(uri, false)) };
    // Behind the host, if there is one.
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    let path = path.find(['?', '#']).map_or(path, |end| &path[..end]);
    paths::normalise(&decoded(path))
}

/// The name of a file.
pub(crate) fn uri(path: &str) -> String {
    format!("{SCHEME}{}", encoded(path, true))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let hex = |byte: u8| char::from(byte).to_digit(16);
        match behind {
            [high, low, behind @ ..] if *first == b'%' => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push((high * 16 + low) as u8);
                    rest = behind;
                    continue;
                }
                _ => bytes.push(*first),
            },
            _ => bytes.push(*first),
        }
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(text: &str, with_slashes: bool) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        let is_plain =
            byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || with_slashes && byte == b'/';
        if is_plain {
            result.push(char::from(byte));
        } else {
            result.push_str(&format!("%{byte:02X}"));
        }
    }
    result
}

/// A folder of the client's, which may be called otherwise than it really is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Root {
    /// What the client calls it, without a slash at the end.
    pub(crate) uri: String,
    /// Its real path.
    pub(crate) path: String,
}

impl Root {
    /// The name of a file that is in the folder.
    pub(crate) fn uri_of(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(self.path.trim_end_matches('/'))?;
        rest.starts_with('/').then(|| format!("{}{}", self.uri, encoded(rest, true)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (name, wanted) in [
            ("file:///a/b%20c.nix", "/a/b c.nix"),
            ("file:///a/%E6%BC%A2%F0%9F%8E%AE.nix", "/a/漢🎮.nix"),
            ("file:///a/100%25.nix", "/a/100%.nix"),
        ] {
            assert_eq!(path(name), wanted);
            assert_eq!(uri(wanted), name);
        }
        assert_eq!(path("file://host/a/../b#c"), "/b");
        assert_eq!(path("file:///a%2fb%zz%4"), "/a/b%zz%4");
        assert_eq!(path("file://"), "/");
    }

    #[test]
    fn what_is_in_no_file_has_a_path_all_the_same() {
        let one = path("untitled:Untitled-1");
        assert!(is_untitled(&one) && one != path("untitled:Untitled-2"));
        assert!(!is_untitled(&path("file:///a")));
    }

    #[test]
    fn files_in_a_folder_are_called_after_it() {
        let root = Root { uri: "file:///home/me/link".into(), path: "/etc/nixos".into() };
        assert_eq!(root.uri_of("/etc/nixos/a b.nix").as_deref(), Some("file:///home/me/link/a%20b.nix"));
        assert_eq!(root.uri_of("/etc/nixos2/a.nix"), None);
    }
}
