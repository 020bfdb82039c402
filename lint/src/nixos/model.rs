//! What a system and its specialisations will be: plain data, made once per evaluation, that rules and renderers ask.

pub use super::guards::Guard;
use super::table::Node;
pub use crate::eval::{Asked, Kinds, Release};
use crate::syntax::hir::{EntryKind, Name};
use indexmap::IndexMap;
use rowan::TextRange;
use rustc_hash::FxBuildHasher;
use serde_json::Value as Json;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A system: a configuration that nobody else imports, with its specialisations.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// What it is called: its attribute, or its entry file.
    pub name: String,
    /// The absolute path of the file where it starts.
    pub entry: String,
    /// What kind of configuration it is.
    pub world: World,
    /// What is known of the release of NixOS or Home Manager that it is made with.
    pub release: Option<Release>,
    /// Whether its modules have to say what it runs on: nobody else does.
    pub lacks_platform: bool,
    /// Where the table starts that has the options which no module at hand declares.
    pub options: Option<Node<'static>>,
    /// The files that took part; a [`Span`] refers to them by index.
    pub files: Vec<String>,
    /// The system without any specialisation. What another evaluation made that came to the same is shared.
    pub parent: Arc<Scope>,
    /// Its specialisations, by name.
    pub specialisations: Vec<Specialisation>,
    /// The users whose homes have specialisations of their own.
    pub homes: Vec<Name>,
    /// Every specialisation that a module names, and where, whether or not the module's conditions hold.
    pub named: Vec<(Name, Place)>,
}

/// A kind of configuration, with options of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum World {
    /// NixOS.
    Nixos,
    /// Home Manager.
    HomeManager,
    /// nix-darwin, which has no specialisations.
    Darwin,
    /// Any other use of the module system.
    Other,
}

impl World {
    /// The kind that the module system knows under this name (`_class`).
    pub fn of_class(class: &str) -> Self {
        match class {
            "nixos" => World::Nixos,
            "homeManager" => World::HomeManager,
            "darwin" => World::Darwin,
            _ => World::Other,
        }
    }

    /// The kind whose table of options has this name.
    pub(crate) fn of_table(name: &str) -> Option<Self> {
        [World::Nixos, World::HomeManager].into_iter().find(|world| world.table_name() == Some(name))
    }

    /// What the table of its options is called, if there is one.
    pub fn table_name(self) -> Option<&'static str> {
        match self {
            World::Nixos => Some("nixos"),
            World::HomeManager => Some("home-manager"),
            World::Darwin | World::Other => None,
        }
    }
}

/// A specialisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Specialisation {
    /// Its name.
    pub name: Name,
    /// Where something of it is defined, in the order of the definitions.
    pub places: Vec<Place>,
    /// Whether it has its parent's modules; `None` if that is not known.
    pub inherits: Option<bool>,
    /// Whether it certainly exists: false when its condition is not known.
    pub certain: bool,
    /// What it is.
    pub scope: Arc<Scope>,
    /// Specialisations that are defined inside of it, which NixOS drops.
    pub nested: Vec<Nested>,
}

/// A specialisation inside a specialisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Nested {
    /// Its name.
    pub name: Name,
    /// Where it is defined.
    pub place: Option<Place>,
    /// Whether a module of the specialisation itself defines it, and not one that the parent has too.
    pub own: bool,
}

/// A configuration: the parent's, or a specialisation's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Whether all its modules and definitions are known.
    pub complete: bool,
    /// Every option that something defines or declares, by path as NixOS prints it, in the order of these.
    pub options: Options,
    /// What is not known of its modules, or what NixOS would refuse about them.
    pub troubles: Vec<Trouble>,
    /// Whether a module is not known that may be a file of the configuration's own: it is none of an input or of NixOS.
    pub lacks_own: bool,
    /// What is defined inside of options that take none of that name, so that NixOS refuses these as a whole.
    pub intruders: Vec<Arc<OptionModel>>,
}

/// The options of a scope.
pub type Options = IndexMap<OptionPath, Arc<OptionModel>, FxBuildHasher>;

/// The path of an option as NixOS prints it. Scopes share long ones.
pub type OptionPath = SmolStr;

/// Something about a module that is not known or that NixOS would refuse.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// Where.
    pub span: Option<Span>,
    /// What is wrong, as a sentence.
    pub message: String,
    /// Whether NixOS would refuse it; otherwise it is only not known.
    pub refused: bool,
    /// What is behind it.
    pub cause: Cause,
}

/// What is behind a trouble, where there is more to say of it than its message.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// What modules or options there are depends on what options are: infinite recursion, through these places.
    Recursion(Vec<Span>),
    /// A module with `config` or `options` has settings beside them.
    Mixed(Mixed),
    /// Something else.
    Other,
}

/// A module with `config` or `options` and settings beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixed {
    /// The binding of `config`, or of `options`.
    pub top: Option<Place>,
    /// The name of the first setting, which NixOS tells.
    pub first: Name,
    /// The settings.
    pub settings: Vec<Place>,
}

/// An option of a scope, or an attribute of one.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionModel {
    /// Its path.
    pub path: Vec<Name>,
    /// What it will be.
    pub prediction: Prediction,
    /// Its definitions, in the order in which they merge.
    pub definitions: Vec<DefinitionModel>,
    /// Its type, as the manual words it.
    pub type_name: String,
    /// How several definitions of it go together.
    pub merging: Merging,
    /// Whether there is such an option.
    pub existence: Existence,
    /// Where a module of the configuration declares it.
    pub declaration: Option<Place>,
    /// The option of NixOS or Home Manager that it is, in the table of those.
    pub listed: Option<Node<'static>>,
    /// Whether its attributes are options of their own in [`Scope::options`], so that it is not shown itself.
    pub has_parts: bool,
    /// The options that were read to evaluate it.
    pub reads: Vec<Read>,
    /// Whether it is an old name of another one in [`Scope::options`], among whose definitions its own are.
    pub is_old_name: bool,
}

/// Whether there is an option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Existence {
    /// A module of the configuration declares it.
    Declared,
    /// NixOS or Home Manager has it, or it is an attribute of an option that takes any.
    Listed,
    /// Nothing that is known declares it.
    Missing(Missing),
}

/// An option that nothing declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// The path, or its beginning, of which NixOS says that it does not exist.
    pub path: Vec<Name>,
    /// Whether all modules that might declare it are known, and NixOS checks what they define. Another release of NixOS may have an
    /// option of that name all the same.
    pub certain: bool,
    /// Whether no other release comes into question: NixOS' or Home Manager's own options are those of the source at hand, or have
    /// no part in it.
    pub exact: bool,
    /// The names beside it that are most like its own, best first; all of them, if there are few and none is like it.
    pub beside: Vec<Name>,
}

impl Missing {
    /// Whether NixOS is certain to refuse the scope for one of these definitions. It does so even where a condition does not hold.
    pub fn is_refused(&self, definitions: &[DefinitionModel]) -> bool {
        // NixOS itself defines what it has.
        let is_made = |d: &DefinitionModel| d.state != DefinitionState::Maybe && d.origin != Origin::System;
        self.certain && self.exact && definitions.iter().any(is_made)
    }

    /// Whether it is an option of the parent that is missing in a specialisation that does not inherit it.
    pub fn is_only_in(&self, parent: &Scope, option: &OptionModel) -> bool {
        // NixOS cannot have an option that a module declares besides.
        let is_made = option.definitions.iter().any(|d| d.state != DefinitionState::Maybe);
        self.certain && is_made && parent.declared(&option.path).is_some()
    }
}

impl Existence {
    /// What is missing, if it is.
    pub fn missing(&self) -> Option<&Missing> {
        match self {
            Existence::Missing(missing) => Some(missing),
            _ => None,
        }
    }
}

/// How definitions of an option go together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Merging {
    /// Equal ones do; others conflict.
    Equal,
    /// They do not.
    Single,
    /// They add up: lists, lines, sets.
    Combined,
    /// Not known.
    Unknown,
}

/// What an option will be.
#[derive(Clone, Debug, PartialEq)]
pub enum Prediction {
    /// This value, at this priority.
    Ok {
        /// The value.
        value: Json,
        /// The priority of the definitions that make it.
        priority: i64,
    },
    /// Definitions contradict each other.
    Conflict {
        /// The option whose definitions do: this one, or one that it reads.
        option: String,
        /// What NixOS says.
        message: String,
    },
    /// Infinite recursion, through these places.
    Recursion(Vec<Span>),
    /// No definition.
    Undefined,
    /// Not known, for this reason.
    Unknown(String),
    /// NixOS refuses it with this message.
    Refused(String),
}

/// A definition of an option.
#[derive(Clone, Debug, PartialEq)]
pub struct DefinitionModel {
    /// The binding that it stands in; `None` for what NixOS itself adds.
    pub place: Option<Place>,
    /// Its priority.
    pub priority: i64,
    /// Its order among those of the same priority (`mkOrder`).
    pub order: i64,
    /// What became of it.
    pub state: DefinitionState,
    /// Whose it is.
    pub origin: Origin,
    /// Its value, if it is known.
    pub value: Option<Json>,
    /// The expression that is its value, without properties such as `mkIf` around it.
    pub expression: Option<Span>,
    /// The conditions around it, outermost first.
    pub conditions: Vec<ConditionModel>,
    /// The options that were read to evaluate its value.
    pub reads: Vec<Read>,
    /// What in it is not of the option's type, where that is certain and it takes part.
    pub misfits: Vec<Misfit>,
    /// The old name of the option, if it is made by that.
    pub old_name: Option<String>,
    /// Set where one of NixOS' own modules makes it, whose source is at hand.
    pub of_nixos: Option<DefinitionOfNixos>,
}

/// What there is to say of a definition that one of NixOS' own modules makes.
#[derive(Clone, Debug, PartialEq)]
pub struct DefinitionOfNixos {
    /// The module's file, seen from the folder of nixpkgs.
    pub file: String,
    /// The configuration's definitions that made its conditions hold, and whose they are.
    pub because: Vec<(Place, Origin)>,
    /// How a configuration may write the value, where it is made of packages.
    pub text: Option<String>,
}

/// A part of a definition, or all of it, that is not of its type: NixOS refuses it.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// The option, or the part of it, as NixOS prints it.
    pub option: String,
    /// The type, as the manual words it.
    pub type_name: String,
    /// The kinds of values that are of that type.
    pub takes: Kinds,
    /// The value, if it is known.
    pub value: Option<Json>,
    /// Where it stands.
    pub span: Option<Span>,
}

/// What became of a definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefinitionState {
    /// It takes part in the value.
    Wins,
    /// A stronger one hides it.
    Loses,
    /// Its condition does not hold.
    Off,
    /// It is not known whether its condition holds.
    Maybe,
}

/// Whose a definition is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A module of this scope: for a specialisation, of its own configuration.
    Own,
    /// A module of the parent.
    Inherited,
    /// NixOS itself.
    System,
    /// The option's own default.
    Default,
}

/// A condition around a definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionModel {
    /// Where it stands.
    pub span: Option<Span>,
    /// What it asks about specialisations, and where.
    pub guard: Option<(Guard, Span)>,
    /// Whether it holds; `None` if that is not known.
    pub holds: Option<bool>,
    /// The options that were read to evaluate it.
    pub reads: Vec<Read>,
}

/// An option that was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// In which scope.
    pub scope: ReadScope,
    /// Its path as NixOS prints it.
    pub option: String,
    /// Set where it is an attribute that the value of an option does not have, or a text that the value, being a set, was compared
    /// with: how that is asked, and the expression that does.
    pub missing: Option<(Asked, Span)>,
}

/// The scope in which an option is read, seen from what reads it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ReadScope {
    /// The same.
    Own,
    /// The parent, for a specialisation.
    Parent,
    /// Another specialisation.
    Other(Name),
}

/// A binding in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Which file: an index into [`System::files`].
    pub file: u32,
    /// The whole binding.
    pub range: TextRange,
    /// Its attribute path.
    pub path: TextRange,
    /// Its value.
    pub value: TextRange,
    /// How it is written.
    pub kind: EntryKind,
}

impl Place {
    /// The whole binding as a span.
    pub fn span(&self) -> Span {
        Span { file: self.file, range: self.range }
    }
}

/// A piece of a file's text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Span {
    /// Which file: an index into [`System::files`].
    pub file: u32,
    /// Which part.
    pub range: TextRange,
}

impl System {
    /// Whether something of it that may be a file of the configuration's own is not known.
    pub fn lacks_own(&self) -> bool {
        self.scopes().any(|(_, scope)| scope.lacks_own)
    }

    /// The files that it is made of, without those of NixOS' own modules.
    pub fn own_files(&self) -> impl Iterator<Item = &String> {
        let own = self.options.and_then(|options| options.table().definers());
        self.files.iter().filter(move |path| !own.is_some_and(|own| path.starts_with(own.folder())))
    }

    /// How many options of its specialisations there are not, as far as is known.
    pub fn strangers(&self) -> usize {
        let options = self.specialisations.iter().flat_map(|s| s.scope.options.values());
        options.filter(|option| option.existence.missing().is_some()).count()
    }

    /// What NixOS refuses for another reason than definitions that contradict each other, in each scope.
    pub(super) fn failures(&self) -> BTreeSet<(Option<Name>, &str)> {
        let mut failures = BTreeSet::new();
        for (specialisation, scope) in self.scopes() {
            let fails = |option: &OptionModel| {
                matches!(option.prediction, Prediction::Recursion(_) | Prediction::Refused(_))
            };
            let options =
                scope.options.iter().filter(|(_, option)| fails(option)).map(|(path, _)| path.as_str());
            let troubles = scope.troubles.iter().filter(|t| t.refused).map(|t| t.message.as_str());
            failures
                .extend(options.chain(troubles).map(|what| (specialisation.map(|s| s.name.clone()), what)));
        }
        failures
    }

    /// The parent and each specialisation, with the latter's name.
    pub fn scopes(&self) -> impl Iterator<Item = (Option<&Specialisation>, &Scope)> {
        std::iter::once((None, &*self.parent))
            .chain(self.specialisations.iter().map(|s| (Some(s), &*s.scope)))
    }
}

impl Scope {
    /// Whether it is another one, with the same options in memory.
    pub(super) fn shares_all_with(&self, other: &Scope) -> bool {
        let options = || self.options.iter().zip(&other.options);
        self.options.len() == other.options.len()
            && options().all(|((path, option), (of, theirs))| path == of && Arc::ptr_eq(option, theirs))
            && (self.complete, self.lacks_own) == (other.complete, other.lacks_own)
            && self.troubles == other.troubles
            && self.intruders == other.intruders
    }

    /// Adds an option at its place in the order, or replaces it.
    pub(super) fn insert(&mut self, path: impl Into<OptionPath>, option: OptionModel) {
        self.options.insert_sorted(path.into(), Arc::new(option));
    }

    /// The options whose paths start with a text.
    pub fn options_from<'s>(
        &'s self,
        start: &'s str,
    ) -> impl Iterator<Item = (&'s OptionPath, &'s Arc<OptionModel>)> {
        let first = self.options.partition_point(|path, _| path.as_str() < start);
        let rest = self.options.get_range(first..).into_iter().flat_map(|rest| rest.iter());
        rest.take_while(move |(path, _)| path.starts_with(start))
    }

    /// The option at a path.
    pub fn option(&self, path: &str) -> Option<&OptionModel> {
        self.options.get(path).map(Arc::as_ref)
    }

    /// The options, each by one name: what is defined by an old name and by the new one is an option of the new name.
    pub fn options_once(&self) -> impl Iterator<Item = (&OptionPath, &OptionModel)> {
        let options = self.options.iter().map(|(path, option)| (path, option.as_ref()));
        options.filter(|(_, option)| !option.is_old_name)
    }

    /// Why nothing of it is known, if nothing is.
    pub fn unevaluated(&self) -> Option<&Trouble> {
        self.troubles.first().filter(|_| self.options.is_empty() && !self.complete)
    }

    /// The option that a module of the configuration declares at a path, or above it.
    pub fn declared(&self, path: &[Name]) -> Option<&OptionModel> {
        let at = |end: usize| self.option(&super::show_loc(&path[..end]));
        let mut options = (1..=path.len()).rev().filter_map(at);
        options.find(|option| option.existence == Existence::Declared)
    }

    /// What becomes of an option: below one that failed as a whole, every part of it did.
    pub fn prediction(&self, path: &str) -> &Prediction {
        let known = self.option(path).or_else(|| self.failed_above(path));
        known.map_or(&Prediction::Undefined, |option| &option.prediction)
    }

    /// The option above a path that was not taken apart because it has no value.
    pub fn failed_above(&self, path: &str) -> Option<&OptionModel> {
        let mut end = path.len();
        while let Some(dot) = path[..end].rfind('.') {
            end = dot;
            if let Some(option) = self.option(&path[..end]) {
                let failed = !matches!(option.prediction, Prediction::Ok { .. } | Prediction::Undefined);
                return (failed && !option.has_parts).then_some(option);
            }
        }
        None
    }

    /// Whether NixOS refuses a module of it, and with that all of it.
    pub fn is_refused(&self) -> bool {
        self.refusal().is_some()
    }

    /// Why NixOS refuses all of it, if it does.
    pub fn refusal(&self) -> Option<&Trouble> {
        self.troubles.iter().find(|trouble| trouble.refused)
    }
}

impl Prediction {
    /// Whether NixOS has no value for it.
    pub fn fails(&self) -> bool {
        matches!(self, Prediction::Conflict { .. } | Prediction::Recursion(_) | Prediction::Refused(_))
    }

    /// The value, if it is known.
    pub fn value(&self) -> Option<&Json> {
        match self {
            Prediction::Ok { value, .. } => Some(value),
            _ => None,
        }
    }
}
