//! From a file's bytes to its text.

use std::ops::Range;
use thiserror::Error;

pub use crate::syntax::MAX_FILE_SIZE;

/// A file's text, and what was wrong with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text. A byte order mark of UTF-8 is kept, so that offsets into the text are offsets into
    /// the file; bytes that are no UTF-8 are replaced by U+FFFD.
    pub text: String,
    /// What had to be replaced, in the order of the file.
    pub invalid: Vec<Invalid>,
    /// What to tell the user, if anything. The text can be analysed all the same, but it must not
    /// be written back to the file.
    pub error: Option<DecodeError>,
}

/// Bytes that are no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Where they stand in the file.
    pub bytes: Range<usize>,
    /// Where their replacement, one U+FFFD, stands in the text.
    pub text: Range<usize>,
}

/// How a file begins that git-crypt has encrypted.
const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";

/// Why a file's bytes are not the text that Nix would read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The file is larger than [`MAX_FILE_SIZE`]; its text is left empty.
    #[error("the file is too large ({size} bytes; the limit is {MAX_FILE_SIZE})")]
    TooLarge {
        /// The file's size in bytes.
        size: usize,
    },
    /// The file is encrypted, as git-crypt keeps it in a repository; its text is left empty.
    #[error("the file is encrypted with git-crypt")]
    Encrypted,
    /// The file is UTF-16, by its byte order mark.
    #[error("the file is encoded in UTF-16, but Nix reads UTF-8")]
    Utf16,
    /// Some bytes are no UTF-8. Nix tolerates them in strings and comments.
    #[error("the file is not valid UTF-8: first at byte {first}, {places} in all")]
    NotUtf8 {
        /// The offset of the first of them in the file.
        first: usize,
        /// At how many places there are such bytes.
        places: usize,
    },
}

/// Decodes a file's bytes. Never fails: what is wrong is noted in the result.
pub fn decode(bytes: Vec<u8>) -> Decoded {
    if bytes.len() > MAX_FILE_SIZE {
        let error = DecodeError::TooLarge { size: bytes.len() };
        return Decoded { text: String::new(), invalid: Vec::new(), error: Some(error) };
    }
    if bytes.starts_with(GIT_CRYPT) {
        return Decoded { text: String::new(), invalid: Vec::new(), error: Some(DecodeError::Encrypted) };
    }
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) => Decoded { text, invalid: Vec::new(), error: None },
            Err(error) => decode_lossily(error.as_bytes()),
        },
    }
}

fn decode_lossily(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len());
    let mut invalid: Vec<Invalid> = Vec::new();
    let mut offset = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        offset += chunk.valid().len();
        let bad = chunk.invalid().len();
        if bad > 0 {
            let start = text.len();
            text.push(char::REPLACEMENT_CHARACTER);
            invalid.push(Invalid { bytes: offset..offset + bad, text: start..text.len() });
            offset += bad;
        }
    }
    let error =
        invalid.first().map(|first| DecodeError::NotUtf8 { first: first.bytes.start, places: invalid.len() });
    Decoded { text, invalid, error }
}

/// `bytes` are what follows the byte order mark.
fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let (units, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    let mut replace = |text: &mut String, bytes: Range<usize>| {
        let start = text.len();
        text.push(char::REPLACEMENT_CHARACTER);
        invalid.push(Invalid { bytes, text: start..text.len() });
    };
    let mut offset = 2;
    for char in char::decode_utf16(units.iter().map(|&pair| unit(pair))) {
        match char {
            Ok(char) => {
                text.push(char);
                offset += 2 * char.len_utf16();
            }
            Err(_) => {
                replace(&mut text, offset..offset + 2);
                offset += 2;
            }
        }
    }
    if !odd.is_empty() {
        replace(&mut text, offset..offset + 1);
    }
    Decoded { text, invalid, error: Some(DecodeError::Utf16) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], text: &str, invalid: &[(Range<usize>, Range<usize>)], error: &str) {
        let decoded = decode(bytes.to_vec());
        assert_eq!(decoded.text, text);
        let found: Vec<_> = decoded.invalid.iter().map(|i| (i.bytes.clone(), i.text.clone())).collect();
        assert_eq!(found, invalid);
        assert_eq!(decoded.error.map(|error| error.to_string()).unwrap_or_default(), error);
    }

    #[test]
    fn utf8_is_taken_as_it_is() {
        check(b"", "", &[], "");
        check("{ a = \"ä€𝄞\"; }\r\n".as_bytes(), "{ a = \"ä€𝄞\"; }\r\n", &[], "");
        check(b"\xEF\xBB\xBF{ }", "\u{FEFF}{ }", &[], "");
    }

    #[test]
    fn other_bytes_are_replaced_and_noted() {
        // Latin-1.
        check(
            b"# f\xFCr\n\"\xE4\xF6\"",
            "# f\u{FFFD}r\n\"\u{FFFD}\u{FFFD}\"",
            &[(3..4, 3..6), (7..8, 9..12), (8..9, 12..15)],
            "the file is not valid UTF-8: first at byte 3, 3 in all",
        );
        // A character that is cut off.
        check(
            b"a\xE2\x82",
            "a\u{FFFD}",
            &[(1..3, 1..4)],
            "the file is not valid UTF-8: first at byte 1, 1 in all",
        );
    }

    #[test]
    fn utf16_is_read_but_told() {
        let error = "the file is encoded in UTF-16, but Nix reads UTF-8";
        check(b"\xFF\xFE{\0 \0}\0", "{ }", &[], error);
        check(b"\xFE\xFF\0{\0 \0}", "{ }", &[], error);
        check(b"\xFF\xFE\x34\xD8\x1E\xDDa\0", "𝄞a", &[], error);
        check(b"\xFF\xFE\x34\xD8a\0b", "\u{FFFD}a\u{FFFD}", &[(2..4, 0..3), (6..7, 4..7)], error);
    }

    #[test]
    fn too_large_files_are_not_read() {
        let decoded = decode(vec![b' '; MAX_FILE_SIZE + 1]);
        assert_eq!(decoded.text, "");
        assert_eq!(decoded.error, Some(DecodeError::TooLarge { size: MAX_FILE_SIZE + 1 }));
    }

    proptest! {
        #[test]
        fn replacements_stand_where_they_are_said_to(bytes: Vec<u8>) {
            let decoded = decode(bytes.clone());
            prop_assert!(decoded.error.is_some() || decoded.invalid.is_empty());
            for invalid in &decoded.invalid {
                prop_assert_eq!(&decoded.text[invalid.text.clone()], "\u{FFFD}");
                prop_assert!(bytes.get(invalid.bytes.clone()).is_some());
            }
        }
    }
}
