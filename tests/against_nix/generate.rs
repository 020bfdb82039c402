//! Well-typed Nix expressions, made from a seed: the same seed makes the same expression.

use std::collections::BTreeMap;

/// The type of an expression.
#[derive(Clone, PartialEq, Debug)]
enum Type {
    Int,
    Float,
    Bool,
    Str,
    Null,
    List(Box<Type>),
    Set(BTreeMap<&'static str, Type>),
}

use Type::{Bool, Float, Int, List, Null, Set, Str};

fn list(of: &Type) -> Type {
    List(Box::new(of.clone()))
}

/// A variable that can be seen: its name, its type, and whether only `with` binds it.
type Variable = (&'static str, Type, bool);

/// Few names, so that they hide each other.
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f'"];

pub(crate) struct Generator {
    state: u64,
    /// The variables, outermost first.
    scope: Vec<Variable>,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Generator {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D,
            scope: Vec::new(),
        }
    }

    /// An expression of some type that can be shown as JSON.
    pub(crate) fn expression(&mut self) -> String {
        let of = self.data(2);
        self.of(&of, 5)
    }

    /// A number below `n`: SplitMix64.
    fn below(&mut self, n: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A type.
    fn data(&mut self, depth: usize) -> Type {
        match self.below(if depth == 0 { 10 } else { 15 }) {
            0..=3 => Int,
            4..=6 => Str,
            7 => Bool,
            8 => Float,
            9 => Null,
            10..=12 => List(Box::new(self.data(depth - 1))),
            _ => self.record(depth - 1),
        }
    }

    fn record(&mut self, depth: usize) -> Type {
        let mut attributes = BTreeMap::new();
        for _ in 0..self.below(4) {
            let name = self.pick(&NAMES);
            attributes.insert(name, self.data(depth));
        }
        Set(attributes)
    }

    /// Runs `f` with more variables.
    fn with<T>(&mut self, variables: Vec<Variable>, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope.len();
        self.scope.extend(variables);
        let result = f(self);
        self.scope.truncate(outer);
        result
    }

    /// A variable of this type, if there is one: the innermost of its name, those of `with` after all others.
    fn variable(&mut self, of: &Type) -> Option<&'static str> {
        let seen = |name: &str| {
            let mut all = self.scope.iter().rev().filter(|(n, ..)| *n == name);
            all.clone().find(|(.., with)| !with).or_else(|| all.next())
        };
        let fitting: Vec<&'static str> =
            NAMES.into_iter().filter(|name| seen(name).is_some_and(|(_, found, _)| found == of)).collect();
        (!fitting.is_empty()).then(|| self.pick(&fitting))
    }

    /// An expression of type `of`, in parentheses where they may be needed.
    fn of(&mut self, of: &Type, depth: usize) -> String {
        if self.chance(30)
            && let Some(name) = self.variable(of)
        {
            return name.to_owned();
        }
        if depth == 0 {
            return self.literal(of);
        }
        if self.chance(1) {
            return "(throw \"x\")".to_owned();
        }
        if self.chance(40) {
            return format!("({})", self.any(of, depth - 1));
        }
        match of {
            Int => format!("({})", self.int(depth - 1)),
            Bool => format!("({})", self.bool(depth - 1)),
            Str => format!("({})", self.string(depth - 1)),
            Float => format!("({})", self.float(depth - 1)),
            List(element) => format!("({})", self.list(element, depth - 1)),
            Set(attributes) => format!("({})", self.set(attributes, depth - 1)),
            Null => self.literal(of),
        }
    }

    fn literal(&mut self, of: &Type) -> String {
        match of {
            Int => self.below(20).to_string(),
            Bool => self.pick(&["true", "false"]).to_owned(),
            Str => self.text(),
            Float => self.pick(&["0.5", "1.0", "2.25", ".5", "1.0e2", "10.75"]).to_owned(),
            Null => "null".to_owned(),
            List(element) => {
                let items: Vec<String> = (0..self.below(4)).map(|_| self.of(element, 0)).collect();
                format!("[ {} ]", items.join(" "))
            }
            Set(attributes) => self.attributes(attributes, 0),
        }
    }

    /// A string literal, in one of the two notations.
    fn text(&mut self) -> String {
        let pieces = [
            "a", "b", "x y", "1.2", "foo-1", "/", "\\n", "\\t", "\\\\", "\\\"", "$", "\\${", "'", "$$", "ab",
            "\\q",
        ];
        let indented = [
            "a", "b ", "  c", "\n", "\n  ", "\n    d", "''$", "'''", "''\\n", "\"", "\\", "$", "''${", "\t",
            " {x}",
        ];
        if self.chance(75) {
            let text: String = (0..self.below(4)).map(|_| self.pick(&pieces)).collect();
            return format!("\"{text}\"");
        }
        let text: String = (0..self.below(6)).map(|_| self.pick(&indented)).collect();
        // Two quotes at the end would be read together with what ends the string.
        format!("''{text}.''")
    }

    /// Forms that an expression of any type can have.
    fn any(&mut self, of: &Type, depth: usize) -> String {
        match self.below(16) {
            0 => format!(
                "if {} then {} else {}",
                self.of(&Bool, depth),
                self.of(of, depth),
                self.of(of, depth)
            ),
            1..=3 => self.let_in(of, depth),
            4 => {
                let from = self.data(1);
                let f = self.function(&from, of, depth);
                format!("{f} {}", self.of(&from, depth))
            }
            5 | 6 => self.pattern(of, depth),
            7 => {
                let (name, record) = self.record_with(of);
                format!("{}.{name}", self.of(&record, depth))
            }
            8 => {
                let name = self.pick(&NAMES);
                format!("{{ }}.{name}.x or {}", self.of(of, depth))
            }
            9 | 10 => {
                let Set(record) = self.record(1) else { return self.literal(of) };
                let scope = self.of(&Set(record.clone()), depth);
                let variables = record.into_iter().map(|(name, of)| (name, of, true)).collect();
                format!("with {scope}; {}", self.with(variables, |g| g.of(of, depth)))
            }
            11 => format!("builtins.head [ {} {} ]", self.of(of, depth), self.of(of, depth)),
            12 => {
                format!("builtins.elemAt [ {} {} ] {}", self.of(of, depth), self.of(of, depth), self.below(2))
            }
            13 => {
                let other = self.data(1);
                let variables = vec![("a", of.clone(), false), ("b", other.clone(), false)];
                let step = self.with(variables, |g| g.of(of, depth));
                // Older versions of Nix evaluate the start even if it is not used.
                let start = self.literal(of);
                format!("builtins.foldl' (a: b: {step}) {start} {}", self.of(&list(&other), depth))
            }
            14 => {
                let other = self.data(1);
                let how = self.pick(&["seq", "deepSeq"]);
                format!("builtins.{how} {} {}", self.of(&other, depth), self.of(of, depth))
            }
            _ => {
                let (name, record) = self.record_with(of);
                format!("builtins.getAttr \"{name}\" {}", self.of(&record, depth))
            }
        }
    }

    /// A record type with an attribute of this type, and its name.
    fn record_with(&mut self, of: &Type) -> (&'static str, Type) {
        let name = self.pick(&NAMES);
        let mut attributes = match self.record(0) {
            Set(attributes) => attributes,
            _ => BTreeMap::new(),
        };
        attributes.insert(name, of.clone());
        (name, Set(attributes))
    }

    fn let_in(&mut self, of: &Type, depth: usize) -> String {
        let (first, second) = (self.pick(&NAMES), self.pick(&NAMES));
        let (x, y) = (self.data(1), self.data(1));
        let value = self.of(&x, depth);
        // The first value is made outside of the binding: it must not see its own name.
        if self.scope.iter().any(|(n, ..)| *n == first || *n == second) || first == second {
            // A function's parameter hides without being recursive.
            let body = self.with(vec![(first, x, false)], |g| g.of(of, depth));
            return format!("({first}: {body}) {value}");
        }
        let variables = vec![(first, x.clone(), false)];
        let other = self.with(variables.clone(), |g| g.of(&y, depth));
        let body = self.with(vec![(first, x, false), (second, y, false)], |g| g.of(of, depth));
        match self.below(4) {
            0 => format!("let {second} = {other}; {first} = {value}; in {body}"),
            1 => format!(
                "let inherit (rec {{ {first} = {value}; {second} = {other}; }}) {first} {second}; in {body}"
            ),
            2 => format!("let {{ {first} = {value}; {second} = {other}; body = {body}; }}"),
            _ => format!("let {first} = {value}; {second} = {other}; in {body}"),
        }
    }

    fn function(&mut self, from: &Type, to: &Type, depth: usize) -> String {
        let name = self.pick(&NAMES);
        let body = self.with(vec![(name, from.clone(), false)], |g| g.of(to, depth));
        format!("({name}: {body})")
    }

    /// A function with a pattern, applied to a set.
    fn pattern(&mut self, of: &Type, depth: usize) -> String {
        let (x, y, z) = (self.data(1), self.data(1), self.data(1));
        let argument_y = self.of(&y, depth);
        let default = self.with(vec![("a", x.clone(), false)], |g| g.of(&y, depth));
        let all = Set(BTreeMap::from([("a", x.clone()), ("c", z.clone())]));
        let (pattern, argument, extra) = match self.below(4) {
            0 => (format!("{{ a, b ? {default} }}"), String::new(), None),
            1 => (format!("{{ a, b ? {default} }}"), format!("b = {argument_y}; "), None),
            2 => (format!("{{ a, b ? {default}, ... }}"), format!("c = {}; ", self.of(&z, depth)), None),
            _ => (
                format!("{{ a, b ? {default}, ... }}@d"),
                format!("c = {}; ", self.of(&z, depth)),
                Some(("d", all, false)),
            ),
        };
        let mut variables = vec![("a", x.clone(), false), ("b", y, false)];
        variables.extend(extra);
        let body = self.with(variables, |g| g.of(of, depth));
        format!("({pattern}: {body}) {{ {argument}a = {}; }}", self.of(&x, depth))
    }

    fn int(&mut self, depth: usize) -> String {
        let int = |g: &mut Self| g.of(&Int, depth);
        match self.below(14) {
            0 => format!("{} + {}", int(self), int(self)),
            1 => format!("{} - {}", int(self), int(self)),
            2 => format!("{} * {}", int(self), self.below(5)),
            3 => format!("{} / {}", int(self), 1 + self.below(6)),
            4 => format!("-{}", int(self)),
            5 => {
                let other = self.data(1);
                format!("builtins.length {}", self.of(&list(&other), depth))
            }
            6 => format!("builtins.stringLength {}", self.of(&Str, depth)),
            7 => format!(
                "builtins.{} {} {}",
                self.pick(&["bitAnd", "bitOr", "bitXor", "add", "sub"]),
                int(self),
                int(self)
            ),
            8 => format!("builtins.{} {}", self.pick(&["floor", "ceil"]), self.of(&Float, depth)),
            9 => format!("builtins.compareVersions {} {}", self.of(&Str, depth), self.of(&Str, depth)),
            10 => format!("builtins.foldl' builtins.add 0 {}", self.of(&list(&Int), depth)),
            11 => format!("builtins.fromJSON (builtins.toJSON {})", int(self)),
            12 => format!("builtins.length (builtins.attrNames {})", {
                let r = self.record(1);
                self.of(&r, depth)
            }),
            _ => format!("{{ __functor = self: x: x + {}; }} {}", int(self), int(self)),
        }
    }

    fn float(&mut self, depth: usize) -> String {
        match self.below(4) {
            0 => format!("{} + {}", self.of(&Float, depth), self.of(&Int, depth)),
            1 => format!("{} * {}", self.of(&Int, depth), self.of(&Float, depth)),
            2 => format!("{} / 4.0", self.of(&Float, depth)),
            _ => format!("{} - {}", self.of(&Float, depth), self.of(&Float, depth)),
        }
    }

    fn bool(&mut self, depth: usize) -> String {
        let bool = |g: &mut Self| g.of(&Bool, depth);
        match self.below(14) {
            0 => format!("{} && {}", bool(self), bool(self)),
            1 => format!("{} || {}", bool(self), bool(self)),
            2 => format!("{} -> {}", bool(self), bool(self)),
            3 => format!("!{}", bool(self)),
            4..=6 => {
                let of = match self.below(4) {
                    0 => Int,
                    1 => Str,
                    2 => Float,
                    _ => list(&Int),
                };
                let op = self.pick(&["<", "<=", ">", ">="]);
                format!("{} {op} {}", self.of(&of, depth), self.of(&of, depth))
            }
            7 | 8 => {
                let of = self.data(2);
                let op = self.pick(&["==", "!="]);
                format!("{} {op} {}", self.of(&of, depth), self.of(&of, depth))
            }
            9 => {
                let of = self.data(1);
                let how = self.pick(&["any", "all"]);
                format!("builtins.{how} {} {}", self.function(&of, &Bool, depth), self.of(&list(&of), depth))
            }
            10 => {
                let of = self.data(1);
                format!("builtins.elem {} {}", self.of(&of, depth), self.of(&list(&of), depth))
            }
            11 => {
                let (name, record) = (self.pick(&NAMES), self.record(1));
                format!("{} ? {name}", self.of(&record, depth))
            }
            12 => {
                let (name, record) = (self.pick(&NAMES), self.record(1));
                format!("builtins.hasAttr \"{name}\" {}", self.of(&record, depth))
            }
            _ => {
                let of = self.data(2);
                let how = self.pick(&[
                    "isInt",
                    "isBool",
                    "isString",
                    "isList",
                    "isAttrs",
                    "isFloat",
                    "isNull",
                    "isFunction",
                ]);
                format!("builtins.{how} {}", self.of(&of, depth))
            }
        }
    }

    fn string(&mut self, depth: usize) -> String {
        let str = |g: &mut Self| g.of(&Str, depth);
        match self.below(15) {
            0 => format!("{} + {}", str(self), str(self)),
            1 | 2 => format!("\"a${{{}}} b${{{}}}\"", str(self), str(self)),
            3 => format!("''\n    x${{{}}}\n  y\n    ${{{}}} z\n  ''", str(self), str(self)),
            4 => format!("builtins.concatStringsSep {} {}", str(self), self.of(&list(&Str), depth)),
            5 => format!("builtins.substring {} {} {}", self.below(4), self.below(6), str(self)),
            6 => {
                let (from, to) = (self.pick(&["a", "b", "", "ab", "."]), self.pick(&["a", "b", "xy"]));
                // Older versions of Nix evaluate replacements that they do not use.
                let with = self.text();
                format!("builtins.replaceStrings [ \"{from}\" \"{to}\" ] [ {with} \"-\" ] {}", str(self))
            }
            7 | 8 => {
                let of = match self.below(6) {
                    0 => Int,
                    1 => Bool,
                    2 => list(&Int),
                    3 => list(&list(&Str)),
                    4 => Float,
                    _ => list(&Null),
                };
                format!("toString {}", self.of(&of, depth))
            }
            9 => {
                let of = self.data(2);
                format!("builtins.typeOf {}", self.of(&of, depth))
            }
            10 => {
                let of = self.pick(&[0, 1, 2]);
                let of = [Str, list(&Int), Set(BTreeMap::from([("a", Str), ("b", Bool)]))][of].clone();
                format!("builtins.toJSON {}", self.of(&of, depth))
            }
            11 => format!("builtins.{} {}", self.pick(&["baseNameOf", "dirOf"]), str(self)),
            12 => format!(
                "builtins.hashString \"{}\" {}",
                self.pick(&["md5", "sha1", "sha256", "sha512"]),
                str(self)
            ),
            13 => format!("(builtins.parseDrvName {}).{}", str(self), self.pick(&["name", "version"])),
            _ => format!("\"${{{{ __toString = self: {}; }}}}\"", str(self)),
        }
    }

    fn list(&mut self, of: &Type, depth: usize) -> String {
        let same = list(of);
        match self.below(15) {
            0 | 1 => {
                let items: Vec<String> = (0..self.below(4)).map(|_| self.of(of, depth)).collect();
                format!("[ {} ]", items.join(" "))
            }
            2 => format!("{} ++ {}", self.of(&same, depth), self.of(&same, depth)),
            3 | 4 => {
                let from = self.data(1);
                format!("map {} {}", self.function(&from, of, depth), self.of(&list(&from), depth))
            }
            5 => format!("builtins.filter {} {}", self.function(of, &Bool, depth), self.of(&same, depth)),
            6 => format!("builtins.genList {} {}", self.function(&Int, of, depth), self.below(4)),
            7 => format!("builtins.concatLists {}", self.of(&list(&same), depth)),
            8 => {
                let from = self.data(0);
                format!(
                    "builtins.concatMap {} {}",
                    self.function(&from, &same, depth),
                    self.of(&list(&from), depth)
                )
            }
            9 if matches!(of, Int | Str | Float) => {
                let less = self.pick(&["builtins.lessThan", "(x: y: x < y)", "(x: y: y < x)"]);
                format!("builtins.sort {less} {}", self.of(&same, depth))
            }
            10 => {
                let which = self.pick(&["right", "wrong"]);
                format!(
                    "(builtins.partition {} {}).{which}",
                    self.function(of, &Bool, depth),
                    self.of(&same, depth)
                )
            }
            11 => {
                let record = Set(NAMES.iter().take(self.below(4)).map(|n| (*n, of.clone())).collect());
                format!("builtins.attrValues {}", self.of(&record, depth))
            }
            12 => {
                let (name, record) = self.record_with(of);
                format!("builtins.catAttrs \"{name}\" {}", self.of(&list(&record), depth))
            }
            13 if *of == Str => {
                let pattern = self.pick(&["a", "[ab]+", "(a)|b", "[[:space:]]", "x*", "", "\\\\."]);
                format!(
                    "builtins.filter builtins.isString (builtins.split \"{pattern}\" {})",
                    self.of(&Str, depth)
                )
            }
            14 if *of == Str => {
                let record = self.record(1);
                match self.below(2) {
                    0 => format!("builtins.attrNames {}", self.of(&record, depth)),
                    _ => format!("builtins.splitVersion {}", self.of(&Str, depth)),
                }
            }
            _ => format!("builtins.tail ([ {} ] ++ {})", self.of(of, depth), self.of(&same, depth)),
        }
    }

    fn set(&mut self, attributes: &BTreeMap<&'static str, Type>, depth: usize) -> String {
        let same = Set(attributes.clone());
        let uniform =
            attributes.values().next().filter(|first| attributes.values().all(|of| of == *first)).cloned();
        match (self.below(8), uniform) {
            (0, _) => {
                let mut part = attributes.clone();
                part.retain(|_, _| self.chance(50));
                format!("{} // {}", self.of(&same, depth), self.of(&Set(part), depth))
            }
            (1, _) => {
                let mut more = attributes.clone();
                let mut extra = Vec::new();
                for name in NAMES.iter().filter(|n| !attributes.contains_key(*n)) {
                    if self.chance(40) {
                        more.insert(name, Int);
                        extra.push(format!("\"{name}\""));
                    }
                }
                format!("builtins.removeAttrs {} [ {} ]", self.of(&Set(more), depth), extra.join(" "))
            }
            (2, _) => {
                let wanted = Set(attributes.keys().map(|n| (*n, Null)).collect());
                let mut more = attributes.clone();
                more.entry("e").or_insert(Int);
                let keep = self.of(&wanted, depth);
                format!("builtins.intersectAttrs {keep} {}", self.of(&Set(more), depth))
            }
            (3, Some(of)) => {
                let from = self.data(1);
                let base = Set(attributes.keys().map(|n| (*n, from.clone())).collect());
                let f = self.with(vec![("b", Str, false), ("a", from, false)], |g| g.of(&of, depth));
                format!("builtins.mapAttrs (b: a: {f}) {}", self.of(&base, depth))
            }
            (4, _) => {
                let pairs: Vec<String> = attributes
                    .iter()
                    .map(|(name, of)| format!("{{ name = \"{name}\"; value = {}; }}", self.of(of, depth)))
                    .collect();
                format!("builtins.listToAttrs [ {} ]", pairs.join(" "))
            }
            (5, Some(List(of))) => {
                let base = Set(attributes.keys().map(|n| (*n, (*of).clone())).collect());
                format!(
                    "builtins.zipAttrsWith (n: vs: vs) [ {} {} ]",
                    self.of(&base, depth),
                    self.of(&base, depth)
                )
            }
            _ => self.attributes(attributes, depth),
        }
    }

    /// A set literal, its bindings in any order and notation.
    fn attributes(&mut self, attributes: &BTreeMap<&'static str, Type>, depth: usize) -> String {
        let mut bindings = Vec::new();
        for (name, of) in attributes {
            // What is in scope under the same name and type can be inherited.
            if self.chance(30) && self.variable(of) == Some(name) {
                bindings.push(format!("inherit {name};"));
                continue;
            }
            match of {
                Set(inner) if !inner.is_empty() && self.chance(50) => {
                    for (part, of) in inner {
                        bindings.push(format!("{name}.{part} = {};", self.of(of, depth)));
                    }
                }
                _ => {
                    let value = self.of(of, depth);
                    bindings.push(match self.below(5) {
                        0 => format!("\"{name}\" = {value};"),
                        1 => format!("${{\"{name}\" + \"\"}} = {value};"),
                        2 => format!("inherit ({{ {name} = {value}; }}) {name};"),
                        _ => format!("{name} = {value};"),
                    });
                }
            }
        }
        for i in (1..bindings.len()).rev() {
            let j = self.below(i + 1);
            bindings.swap(i, j);
        }
        format!("{{ {} }}", bindings.join(" "))
    }
}
