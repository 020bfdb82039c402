//! How several definitions of an option go together, in words.

use super::TypeDescription;

impl TypeDescription {
    /// What becomes of several definitions at the same priority, as the rest of a sentence about them.
    pub fn merging(&self) -> String {
        use TypeDescription::*;
        match self {
            BoolByOr => "the value is true if any of them is".to_owned(),
            SeparatedString(separator) => {
                format!("they are joined with {} between them", serde_json::Value::from(separator.as_str()))
            }
            Package | PackageSet | Raw | Unique(_) => "two conflict, even if they are equal".to_owned(),
            ListOf { .. } => "they are concatenated".to_owned(),
            AttrsOf { .. } | Submodule | OpenSubmodule(_) => "each attribute is merged by itself".to_owned(),
            Attrs => "they are joined, and of an attribute the last one counts".to_owned(),
            NixpkgsConfig => "they are joined in depth, and of an attribute the last one counts".to_owned(),
            Anything => "sets are merged in depth, other values if they are equal".to_owned(),
            Unspecified => {
                "sets are joined, lists and strings concatenated, of Booleans one that is true is enough"
                    .to_owned()
            }
            Serializable { .. } => {
                "lists are concatenated, sets merged in depth, other values if they are equal".to_owned()
            }
            SystemdOption => "if any is a list all are concatenated, else they must be equal".to_owned(),
            NullOr(inner) => format!("all are null, or none is and {}", inner.merging()),
            CoercedTo { to, .. } => format!("each is converted, and then {}", to.merging()),
            Checked { base, .. } => base.merging(),
            PasswdEntry(inner) => inner.merging(),
            Either(left, right) if left.merging() == right.merging() => left.merging(),
            Either(..) => "the first alternative that accepts all of them merges them".to_owned(),
            FunctionTo(inner) => format!("of their results, {}", inner.merging()),
            DeferredModule => "they become one module that imports them all".to_owned(),
            Fileset => "they are united".to_owned(),
            AttrListOf(_) | AttrTag(_) | OptionType | OptionDeclaration | LuaInline | Unknown(_) => {
                "not known".to_owned()
            }
            Bool
            | Int
            | IntBetween { .. }
            | Float
            | Number
            | NumberBetween { .. }
            | Str
            | NonEmptyStr
            | SingleLineStr
            | StrMatching(_)
            | Path { .. }
            | Enum(_) => "equal ones merge, others conflict".to_owned(),
        }
    }
}
