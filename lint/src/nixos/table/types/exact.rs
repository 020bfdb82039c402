//! Types as text from which they can be read back exactly: as the manual words them where that says it all, as JSON
//! where it does not.

use super::TypeDescription;

/// How the JSON of a type begins; no description does.
const JSON: char = '{';

impl TypeDescription {
    /// The text from which [`TypeDescription::parse`] makes this type; a single line.
    pub fn to_exact_text(&self) -> String {
        let words = self.to_string();
        if !words.contains('\n') && !words.starts_with(JSON) && TypeDescription::parse(&words) == *self {
            return words;
        }
        // An enumeration of plain data: writing it cannot fail, and all but the plainest types are objects.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The type whose JSON the text is, if it is one.
    pub(super) fn of_json(text: &str) -> Option<TypeDescription> {
        text.starts_with(JSON).then(|| serde_json::from_str(text).ok())?
    }
}
