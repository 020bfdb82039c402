//! The ways in which hashes are written: hexadecimal, base 64, and the base 32 that Nix' store paths use.

const DIGITS: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in Nix' base 32: least significant digits last, with an alphabet without e, o, u and t.
pub(super) fn encode(bytes: &[u8]) -> String {
    let length = (bytes.len() * 8).div_ceil(5);
    let digit = |n: usize| {
        let (i, shift) = (n * 5 / 8, n * 5 % 8);
        let low = u16::from(bytes[i]);
        let high = u16::from(bytes.get(i + 1).copied().unwrap_or(0));
        char::from(DIGITS[usize::from((low | high << 8) >> shift & 31)])
    };
    (0..length).rev().map(digit).collect()
}

/// The `size` bytes that a text in Nix' base 32 stands for.
pub(super) fn decode(text: &str, size: usize) -> Option<Vec<u8>> {
    if text.len() != (size * 8).div_ceil(5) {
        return None;
    }
    let mut bytes = vec![0u8; size];
    for (n, c) in text.bytes().rev().enumerate() {
        let digit = DIGITS.iter().position(|d| *d == c)? as u16;
        let (i, shift) = (n * 5 / 8, n * 5 % 8);
        let [low, high] = (digit << shift).to_le_bytes();
        bytes[i] |= low;
        match bytes.get_mut(i + 1) {
            Some(next) => *next |= high,
            None if high != 0 => return None,
            None => {}
        }
    }
    Some(bytes)
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Bytes in base 64, padded.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            text.push(if i <= chunk.len() {
                char::from(BASE64[(bits >> (18 - 6 * i) & 63) as usize])
            } else {
                '='
            });
        }
    }
    text
}

/// The bytes that a text in base 64 stands for.
pub(super) fn unbase64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let mut bits = 0u32;
        for c in chunk {
            bits = bits << 6 | BASE64.iter().position(|d| d == c)? as u32;
        }
        bits <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for size in 0..70 {
            let bytes: Vec<u8> = (0..size).map(|i| (i * 37 + 11) as u8).collect();
            assert_eq!(decode(&encode(&bytes), size).as_deref(), Some(&*bytes));
            assert_eq!(unhex(&hex(&bytes)).as_deref(), Some(&*bytes));
            assert_eq!(unbase64(&base64(&bytes)).as_deref(), Some(&*bytes));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(decode("e", 0), None);
        assert_eq!(decode("zz", 1), None);
        assert_eq!(unhex("0g"), None);
        assert_eq!(unhex("ä"), None);
        assert_eq!(unbase64("A==="), None);
        assert_eq!(unbase64("ä="), None);
    }
}
