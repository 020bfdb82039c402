//! From the description of a type to the type: the inverse of how `lib/types.nix` composes descriptions.
//!
//! A phrase is read from its beginning: a noun that is known, a composite ("list of …") or a group in
//! parentheses; what follows decides whether more alternatives come. Where a slice does not parse to its end,
//! it is unknown as a whole, save for what certainly encloses it ("null or …", "list of …").

use super::show::Class;
use super::{EnumValue, TypeDescription, known};
use smol_str::SmolStr;
use std::ops::Bound;

/// Descriptions that are nested deeper than this, have more alternatives in a row than `MOST`, or are longer than
/// `LONGEST` bytes are unknown, so that none can exhaust the stack. Real ones stay below 10, 10 and 40,000.
const DEEPEST: u32 = 32;
const MOST: usize = 32;
const LONGEST: usize = 1 << 20;

/// Makes a type of the one inside it.
type Build = fn(Box<TypeDescription>) -> TypeDescription;

/// What a phrase means, what kind of phrase it is, and the text after it.
type Phrase<'a> = (TypeDescription, Class, &'a str);

impl TypeDescription {
    /// The type that `description` describes, as the manual words it, with straight or curly quotation marks.
    ///
    /// What is not understood is [`TypeDescription::Unknown`], as a whole or in the parts that are certain. What
    /// [`TypeDescription::to_exact_text`] wrote is understood.
    pub fn parse(description: &str) -> TypeDescription {
        let description = description.trim();
        if description.len() > LONGEST {
            return TypeDescription::Unknown(SmolStr::new(description));
        }
        TypeDescription::of_json(description).unwrap_or_else(|| slice(description, 0).0)
    }
}

/// A whole description, or the inside of a group.
fn slice(text: &str, depth: u32) -> (TypeDescription, Class) {
    if depth < DEEPEST {
        if let Some((found, class, "")) = alternatives(text, depth) {
            return (found, class);
        }
        if let Some(rest) = text.strip_prefix("null or ").filter(|rest| !rest.is_empty()) {
            let inner = TypeDescription::Unknown(SmolStr::new(rest));
            return (TypeDescription::NullOr(Box::new(inner)), Class::Conjunction);
        }
    }
    (TypeDescription::Unknown(SmolStr::new(text)), Class::Unclassed)
}

/// One phrase, or several with "or" between them, or "… or … convertible to it".
fn alternatives(text: &str, depth: u32) -> Option<Phrase<'_>> {
    if depth >= DEEPEST {
        return None;
    }
    let Some(rest) = text.strip_prefix("null or ") else {
        return joined(operand(text, depth)?, depth);
    };
    let (inner, class, rest) = if rest.starts_with("null or ") {
        alternatives(rest, depth + 1)?
    } else {
        let first = operand(rest, depth)?;
        // "null or (positive integer, meaning >0) or …": the parentheses would not be needed if "null or" meant all
        // of the alternatives.
        if rest.starts_with('(') && first.0.class() == Class::NonRestrictive && first.2.starts_with(" or ") {
            return joined((TypeDescription::NullOr(Box::new(first.0)), Class::Conjunction, first.2), depth);
        }
        joined(first, depth)?
    };
    // A coercion would be in parentheses.
    let coercion = matches!(inner, TypeDescription::CoercedTo { .. }) && class == Class::Unclassed;
    (!coercion).then(|| (TypeDescription::NullOr(Box::new(inner)), Class::Conjunction, rest))
}

/// The first of some alternatives with those that follow it.
fn joined((first, mut class, mut rest): Phrase<'_>, depth: u32) -> Option<Phrase<'_>> {
    if depth >= DEEPEST {
        return None;
    }
    let mut operands = vec![first];
    loop {
        let after = match class {
            Class::NonRestrictive => rest.strip_prefix(", or "),
            _ => rest.strip_prefix(" or "),
        };
        let Some(after) = after.filter(|_| operands.len() < MOST) else { break };
        let mut next = if after.starts_with("null or ") {
            alternatives(after, depth + 1)?
        } else {
            operand(after, depth)?
        };
        // The first of some alternatives is in parentheses where it is a composite, and stands before a comma where
        // it has a clause; later ones are the other way round. So new alternatives begin here, which were put
        // together before they were joined with the first ones.
        let composite =
            after.starts_with('(') && next.0.class() == Class::Composite && next.2.starts_with(" or ");
        if composite || next.1 == Class::NonRestrictive {
            next = joined(next, depth + 1)?;
        }
        if next.1 == Class::NonRestrictive {
            return None;
        }
        operands.push(next.0);
        class = Class::Conjunction;
        rest = next.2;
    }
    if let Some(rest) = rest.strip_prefix(" convertible to it") {
        let [to, from] = <[TypeDescription; 2]>::try_from(operands).ok()?.map(Box::new);
        return Some((TypeDescription::CoercedTo { to, from }, Class::Unclassed, rest));
    }
    if operands == [TypeDescription::Int, TypeDescription::Float] {
        return Some((TypeDescription::Number, Class::Conjunction, rest));
    }
    let mut operands = operands.into_iter();
    let first = operands.next()?;
    let either = operands.fold(first, |left, right| TypeDescription::Either(Box::new(left), Box::new(right)));
    Some((either, class, rest))
}

/// A phrase without "or" at its top.
fn operand(text: &str, depth: u32) -> Option<Phrase<'_>> {
    if depth >= DEEPEST {
        return None;
    }
    let (found, class, rest) =
        noun(text).or_else(|| composite(text, depth)).or_else(|| group(text, depth))?;
    match rest.strip_prefix(", not containing newlines or colons") {
        Some(rest) => Some((TypeDescription::PasswdEntry(Box::new(found)), Class::NonRestrictive, rest)),
        None => Some((found, class, rest)),
    }
}

/// "list of …" and its like.
fn composite(text: &str, depth: u32) -> Option<Phrase<'_>> {
    use TypeDescription::*;
    if let Some(rest) = text.strip_prefix("non-empty (list of ") {
        let end = closing_parenthesis(rest)?;
        let (elem, rest_of_group) = element(&rest[..end], depth)?;
        let list = ListOf { elem: Box::new(elem), non_empty: true };
        return rest_of_group.is_empty().then_some((list, Class::Composite, &rest[end + 1..]));
    }
    if let Some(rest) = text.strip_prefix("section of an INI file (attrs of ") {
        let end = closing_parenthesis(rest)?;
        let elem = Box::new(slice(&rest[..end], depth + 1).0);
        return Some((AttrsOf { elem, lazy: false }, Class::Composite, &rest[end + 1..]));
    }
    // Home Manager's `dagOf`: the description of the element is not put into parentheses.
    if let Some(rest) = text.strip_prefix("DAG of ") {
        let elem = Box::new(Unknown(SmolStr::new(format!("DAG entry of {rest}"))));
        return Some((AttrsOf { elem, lazy: false }, Class::Composite, ""));
    }
    let build: [(&str, Build); 7] = [
        ("list of ", |elem| ListOf { elem, non_empty: false }),
        ("attribute set of ", |elem| AttrsOf { elem, lazy: false }),
        ("lazy attribute set of ", |elem| AttrsOf { elem, lazy: true }),
        ("attribute list of ", AttrListOf),
        ("function that evaluates to a(n) ", FunctionTo),
        ("open submodule of ", OpenSubmodule),
        // Of this project: descriptions do not show that a type is unique.
        ("a single definition of ", Unique),
    ];
    for (prefix, build) in build {
        if let Some(rest) = text.strip_prefix(prefix) {
            let (elem, rest) = element(rest, depth)?;
            let found = build(Box::new(elem));
            let class = found.class();
            return Some((found, class, rest));
        }
    }
    None
}

/// What a composite is of. An unknown noun is accepted where it cannot be anything but one noun.
fn element(text: &str, depth: u32) -> Option<(TypeDescription, &str)> {
    match operand(text, depth + 1) {
        // A phrase of another kind would be in parentheses, so that an alternative or a comma belongs to it.
        Some((found, _, rest)) if ends_phrase(rest) => Some((found, rest)),
        // What begins like a known noun may as well describe the whole ("list of string of length 2").
        _ if text.is_empty() || text.contains(" or ") || text.contains([',', ';', '(', ')']) => None,
        _ if known::begins(text) => None,
        _ => Some((TypeDescription::Unknown(SmolStr::new(text)), "")),
    }
}

/// "( … )".
fn group(text: &str, depth: u32) -> Option<Phrase<'_>> {
    let inside = text.strip_prefix('(')?;
    let end = closing_parenthesis(inside)?;
    let rest = &inside[end + 1..];
    ends_phrase(rest).then(|| (slice(&inside[..end], depth + 1).0, Class::Noun, rest))
}

/// A phrase that is not made of the descriptions of other types.
fn noun(text: &str) -> Option<Phrase<'_>> {
    known::fixed(text, ends_phrase)
        .or_else(|| {
            let (found, rest) = range(text)
                .or_else(|| enumeration(text))
                .or_else(|| matching(text))
                .or_else(|| separated(text))
                .or_else(|| tagged(text))
                .or_else(|| checked(text))?;
            let class = found.class();
            Some((found, class, rest))
        })
        .filter(|(_, _, rest)| ends_phrase(rest))
}

/// Whether a phrase can end where `rest` follows.
fn ends_phrase(rest: &str) -> bool {
    const FOLLOWING: [&str; 4] =
        [" or ", ", or ", " convertible to it", ", not containing newlines or colons"];
    rest.is_empty() || FOLLOWING.iter().any(|following| rest.starts_with(following))
}

/// Where the parenthesis that is open at the beginning of `text` is closed. Quoted text does not count.
fn closing_parenthesis(text: &str) -> Option<usize> {
    let mut open = 0_u32;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return Some(at),
            ')' => open -= 1,
            '“' => {
                chars.find(|&(_, c)| c == '”')?;
            }
            '"' => {
                let mut escaped = false;
                chars.find(|&(_, c)| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                })?;
            }
            _ => {}
        }
    }
    None
}

/// Numbers within bounds.
fn range(text: &str) -> Option<(TypeDescription, &str)> {
    if let Some(rest) = text.strip_prefix("integer or floating point number between ") {
        let (lowest, rest) = number::<f64>(rest)?;
        let (highest, rest) = number::<f64>(rest.strip_prefix(" and ")?)?;
        let found = TypeDescription::NumberBetween {
            lowest: Bound::Included(lowest),
            highest: Bound::Included(highest),
        };
        return Some((found, rest.strip_prefix(" (both inclusive)")?));
    }
    const SIZED: [&str; 6] = ["8 bit un", "8 bit ", "16 bit un", "16 bit ", "32 bit un", "32 bit "];
    let rest = text.strip_prefix("integer between ").or_else(|| {
        SIZED.iter().find_map(|size| text.strip_prefix(size)?.strip_prefix("signed integer; between "))
    })?;
    let (lowest, rest) = number::<i64>(rest)?;
    let (highest, rest) = number::<i64>(rest.strip_prefix(" and ")?)?;
    Some((TypeDescription::IntBetween { lowest, highest }, rest.strip_prefix(" (both inclusive)")?))
}

fn number<T: std::str::FromStr>(text: &str) -> Option<(T, &str)> {
    let end =
        text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E')).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// "one of …", "value … (singular enum)".
fn enumeration(text: &str) -> Option<(TypeDescription, &str)> {
    if let Some(rest) = text.strip_prefix("impossible (empty enum)") {
        return Some((TypeDescription::Enum(Vec::new()), rest));
    }
    if let Some(rest) = text.strip_prefix("value ") {
        let (value, rest) = enum_value(rest)?;
        return Some((TypeDescription::Enum(vec![value]), rest.strip_prefix(" (singular enum)")?));
    }
    let (first, mut rest) = enum_value(text.strip_prefix("one of ")?)?;
    let mut values = vec![first];
    while let Some((value, after)) = rest.strip_prefix(", ").and_then(enum_value) {
        values.push(value);
        rest = after;
    }
    (values.len() > 1).then_some((TypeDescription::Enum(values), rest))
}

fn enum_value(text: &str) -> Option<(EnumValue, &str)> {
    let ends =
        |rest: &str| ends_phrase(rest) || rest.starts_with(", ") || rest.starts_with(" (singular enum)");
    for (opening, closing) in [('“', '”'), ('"', '"')] {
        if let Some(rest) = text.strip_prefix(opening) {
            // The value is not escaped: it ends at the first mark after which something can follow.
            let end = rest
                .match_indices(closing)
                .map(|(at, _)| at)
                .find(|at| ends(&rest[at + closing.len_utf8()..]))?;
            let value = &rest[..end];
            let nested = value.contains(['“', '”']);
            return (!nested)
                .then(|| (EnumValue::Str(SmolStr::new(value)), &rest[end + closing.len_utf8()..]));
        }
    }
    if let Some(rest) = text.strip_prefix('<') {
        let (kind, rest) = rest.split_once('>')?;
        let value = if kind == "null" { EnumValue::Null } else { EnumValue::Hidden(SmolStr::new(kind)) };
        return ends(rest).then_some((value, rest));
    }
    for (word, value) in [("true", true), ("false", false)] {
        if let Some(rest) = text.strip_prefix(word).filter(|rest| ends(rest)) {
            return Some((EnumValue::Bool(value), rest));
        }
    }
    number::<i64>(text).filter(|(_, rest)| ends(rest)).map(|(value, rest)| (EnumValue::Int(value), rest))
}

/// "string matching the pattern …": the pattern is not delimited. It goes to the end, or to an "or" after which
/// a type follows.
fn matching(text: &str) -> Option<(TypeDescription, &str)> {
    let rest = text.strip_prefix("string matching the pattern ")?;
    let ends = rest.match_indices([' ', ',']).map(|(at, _)| at).find(|&at| {
        let after = &rest[at..];
        let next = after.strip_prefix(" or ").or_else(|| after.strip_prefix(", or "));
        after == " convertible to it"
            || after.starts_with(", not containing newlines or colons")
            || next.is_some_and(begins_phrase)
    });
    let end = ends.unwrap_or(rest.len());
    (end > 0).then(|| (TypeDescription::StrMatching(SmolStr::new(&rest[..end])), &rest[end..]))
}

/// Whether `text` begins like the description of a type.
fn begins_phrase(text: &str) -> bool {
    const BEGINNINGS: [&str; 20] = [
        "(",
        "null or ",
        "list of ",
        "non-empty (list of ",
        "attribute set of ",
        "lazy attribute set of ",
        "attribute list of ",
        "attribute-tagged union",
        "function that evaluates to a(n) ",
        "open submodule of ",
        "one of ",
        "value ",
        "impossible (empty enum)",
        "integer between ",
        "integer or floating point number between ",
        "8 bit ",
        "16 bit ",
        "32 bit ",
        "string matching the pattern ",
        "strings concatenated with ",
    ];
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
        || known::fixed(text, ends_phrase).is_some()
}

/// "… (with check: …)" (nixos/modules/tasks/filesystems.nix).
fn checked(text: &str) -> Option<(TypeDescription, &str)> {
    let (base, rest) = text.split_once(" (with check: ")?;
    let (base, _, "") = known::fixed(base, str::is_empty)? else { return None };
    let end = text.len() - rest.len() + closing_parenthesis(rest)? + 1;
    let check = SmolStr::new(&text[..end]);
    Some((TypeDescription::Checked { base: Box::new(base), check }, &text[end..]))
}

/// "strings concatenated with …".
fn separated(text: &str) -> Option<(TypeDescription, &str)> {
    let rest = text.strip_prefix("strings concatenated with ")?;
    let (literal, rest) = match rest.strip_prefix('“') {
        Some(inside) => inside.split_once('”')?,
        None => {
            let inside = rest.strip_prefix('"')?;
            let mut escaped = false;
            let end = inside.find(|c| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            })?;
            (&inside[..end], &inside[end + 1..])
        }
    };
    let separator: String = serde_json::from_str(&format!("\"{literal}\"")).ok()?;
    Some((TypeDescription::SeparatedString(SmolStr::new(separator)), rest))
}

/// "attribute-tagged union …"; the names of the tags are told since 25.05.
fn tagged(text: &str) -> Option<(TypeDescription, &str)> {
    let rest = text.strip_prefix("attribute-tagged union")?;
    let Some(rest) = rest.strip_prefix(" with choices: ") else {
        return Some((TypeDescription::AttrTag(None), rest));
    };
    let (tags, rest) = match rest.find(" or ") {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let tags = tags.split(", ").map(|tag| {
        let mut name = crate::nixos::table::path::parse_option_path(tag).ok()?;
        (name.len() == 1).then(|| name.pop().map(SmolStr::from)).flatten()
    });
    Some((TypeDescription::AttrTag(Some(tags.collect::<Option<_>>()?)), rest))
}
