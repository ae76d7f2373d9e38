//! The generated JSON Schema, compiled once: exactly the keywords that our models give.

use regex::Regex;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

/// What the outermost object of the generated schema holds.
const WHOLE: [&str; 6] =
    ["$defs", "$schema", "oneOf", "title", "x-meshc-api-version", "x-meshc-not-yet-kinds"];

/// What may stand beside `$ref`: it says nothing of the value.
const REMARKS: [&str; 5] = ["$ref", "description", "examples", "title", "x-meshc-not-yet"];

/// The schema of every kind.
#[derive(Debug)]
pub struct Schema {
    pub(crate) rules: Vec<Rule>,
    kinds: FxHashMap<String, RuleIx>,
    not_yet_kinds: FxHashMap<String, String>,
    pub(crate) api_version: String,
}

/// A schema this checker cannot carry out; a mistake of ours, never of a user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SchemaFault {
    /// What it is.
    pub message: String,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct RuleIx(usize);

/// One schema object.
#[derive(Debug, Default)]
pub(crate) struct Rule {
    pub(crate) wants: Option<Wants>,
    pub(crate) reference: Option<RuleIx>,
    pub(crate) properties: Vec<(String, RuleIx)>,
    pub(crate) required: Vec<String>,
    pub(crate) additional: Additional,
    pub(crate) patterned: Option<(Regex, RuleIx)>,
    pub(crate) keys: Option<RuleIx>,
    pub(crate) items: Option<RuleIx>,
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
    pub(crate) pattern: Option<Regex>,
    pub(crate) choices: Vec<String>,
    pub(crate) any_of: Vec<RuleIx>,
    pub(crate) format: Option<String>,
    /// A value as it may be written.
    pub(crate) example: Option<Value>,
    pub(crate) not_yet: Option<String>,
    /// Values that are refused for now, and why.
    pub(crate) not_yet_values: Vec<(String, String)>,
    /// People look for this field; why there is none.
    pub(crate) never: Option<String>,
    pub(crate) named: bool,
    pub(crate) reserved: Vec<String>,
    /// Pairs of fields that say the same thing.
    pub(crate) exclusive: Vec<[String; 2]>,
    /// A field, another, and the value of that other with which alone it stands.
    pub(crate) goes_with: Vec<[String; 3]>,
    /// Exactly one of these fields.
    pub(crate) one_of: Vec<String>,
    /// A field, and the one without which it says nothing.
    pub(crate) only_with: Vec<[String; 2]>,
    /// Values people ask for that are never taken, and why.
    pub(crate) refused_values: Vec<(String, String)>,
    /// Any JSON: scalars by their type, lists and mappings.
    pub(crate) json: bool,
    /// In that JSON `null` stands for something: it removes.
    pub(crate) null: bool,
}

/// The shape a rule wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wants {
    Text,
    Integer,
    Boolean,
    List,
    Mapping,
}

/// What becomes of a key that is not listed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Additional {
    #[default]
    Any,
    Forbidden,
    Checked(RuleIx),
}

struct Compiler<'a> {
    definitions: &'a Map<String, Value>,
    by_name: FxHashMap<String, RuleIx>,
    /// A pattern is compiled once, however many fields hold it.
    patterns: FxHashMap<String, Regex>,
    rules: Vec<Rule>,
}

impl Schema {
    /// Compiles the generated schema of all kinds.
    ///
    /// # Errors
    /// A keyword or value that this checker does not know: nothing is ever passed over.
    pub fn parse(json: &[u8]) -> Result<Self, SchemaFault> {
        let whole: Value =
            serde_json::from_slice(json).map_err(|error| fault(error.to_string()))?;
        let empty = Map::new();
        for keyword in whole.as_object().unwrap_or(&empty).keys() {
            if !WHOLE.contains(&keyword.as_str()) {
                return Err(fault(format!("unknown keyword `{keyword}`")));
            }
        }
        let definitions = whole.get("$defs").and_then(Value::as_object).unwrap_or(&empty);
        let mut compiler = Compiler {
            definitions,
            by_name: FxHashMap::default(),
            patterns: FxHashMap::default(),
            rules: Vec::new(),
        };
        let mut kinds = FxHashMap::default();
        for one in whole.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            let name = referred(one).ok_or_else(|| fault("`oneOf` holds references only"))?;
            kinds.insert(name.to_owned(), compiler.definition(name)?);
        }
        let not_yet = whole.get("x-meshc-not-yet-kinds").and_then(Value::as_object);
        let not_yet_kinds = not_yet.unwrap_or(&empty).iter();
        let api_version = whole.get("x-meshc-api-version").and_then(Value::as_str);
        Ok(Self {
            kinds,
            not_yet_kinds: not_yet_kinds
                .filter_map(|(kind, why)| Some((kind.clone(), why.as_str()?.to_owned())))
                .collect(),
            api_version: api_version.unwrap_or_default().to_owned(),
            rules: compiler.rules,
        })
    }

    pub(crate) fn rule(&self, ix: RuleIx) -> Option<&Rule> {
        let rule = self.rules.get(ix.0)?;
        match rule.reference {
            Some(target) => self.rules.get(target.0),
            None => Some(rule),
        }
    }

    /// Why a field or kind is refused for now.
    pub(crate) fn not_yet(&self, ix: RuleIx) -> Option<&str> {
        self.rules.get(ix.0)?.not_yet.as_deref()
    }

    pub(crate) fn kind(&self, name: &str) -> Option<RuleIx> {
        self.kinds.get(name).copied()
    }

    pub(crate) fn not_yet_kind(&self, name: &str) -> Option<&str> {
        self.not_yet_kinds.get(name).map(String::as_str)
    }

    pub(crate) fn kind_names(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().chain(self.not_yet_kinds.keys()).map(String::as_str)
    }
}

impl Compiler<'_> {
    fn definition(&mut self, name: &str) -> Result<RuleIx, SchemaFault> {
        if let Some(&ix) = self.by_name.get(name) {
            return Ok(ix);
        }
        let content = self.definitions.get(name);
        let content = content.ok_or_else(|| fault(format!("no definition `{name}`")))?.clone();
        let ix = self.reserve();
        self.by_name.insert(name.to_owned(), ix);
        self.fill(ix, &content)?;
        Ok(ix)
    }

    fn reserve(&mut self) -> RuleIx {
        self.rules.push(Rule::default());
        RuleIx(self.rules.len() - 1)
    }

    fn nested(&mut self, content: &Value) -> Result<RuleIx, SchemaFault> {
        let ix = self.reserve();
        self.fill(ix, content)?;
        Ok(ix)
    }

    fn fill(&mut self, ix: RuleIx, content: &Value) -> Result<(), SchemaFault> {
        let content = content.as_object().ok_or_else(|| fault("a schema must be an object"))?;
        if content.contains_key("$ref")
            && let Some(other) = content.keys().find(|key| !REMARKS.contains(&key.as_str()))
        {
            return Err(fault(format!("`{other}` beside `$ref` would be passed over")));
        }
        let mut rule = Rule::default();
        for (keyword, value) in content {
            if !self.structure(&mut rule, keyword, value)? {
                plain(&mut rule, keyword, value)?;
            }
        }
        if let Some(slot) = self.rules.get_mut(ix.0) {
            *slot = rule;
        }
        Ok(())
    }

    fn regex(&mut self, pattern: &str) -> Result<Regex, SchemaFault> {
        if let Some(known) = self.patterns.get(pattern) {
            return Ok(known.clone());
        }
        let compiled = Regex::new(pattern).map_err(|error| fault(error.to_string()))?;
        self.patterns.insert(pattern.to_owned(), compiled.clone());
        Ok(compiled)
    }

    /// Keywords that hold schemas or patterns; false for any other.
    fn structure(
        &mut self,
        rule: &mut Rule,
        keyword: &str,
        value: &Value,
    ) -> Result<bool, SchemaFault> {
        match keyword {
            "$ref" => {
                let name = value.as_str().and_then(|text| text.strip_prefix("#/$defs/"));
                let name = name.ok_or_else(|| fault("a reference must be to `#/$defs/`"))?;
                rule.reference = Some(self.definition(name)?);
            }
            "properties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    rule.properties.push((name.clone(), self.nested(inner)?));
                }
            }
            "patternProperties" => {
                let object = value.as_object().filter(|object| object.len() == 1);
                let only = object.and_then(|object| object.iter().next());
                let (pattern, inner) = only.ok_or_else(|| fault("one pattern of keys"))?;
                rule.patterned = Some((self.regex(pattern)?, self.nested(inner)?));
            }
            "additionalProperties" => {
                rule.additional = match value {
                    Value::Bool(true) => Additional::Any,
                    Value::Bool(false) => Additional::Forbidden,
                    inner => Additional::Checked(self.nested(inner)?),
                };
            }
            "pattern" => {
                let pattern = value.as_str().ok_or_else(|| fault("`pattern` must be text"))?;
                rule.pattern = Some(self.regex(pattern)?);
            }
            "propertyNames" => rule.keys = Some(self.nested(value)?),
            "items" => rule.items = Some(self.nested(value)?),
            "anyOf" => {
                for inner in value.as_array().into_iter().flatten() {
                    let inner = self.nested(inner)?;
                    rule.any_of.push(inner);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Keywords that hold plain values.
fn plain(rule: &mut Rule, keyword: &str, value: &Value) -> Result<(), SchemaFault> {
    let text = || match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(fault(format!("`{keyword}` must be text"))),
    };
    let number = || match value.as_i64() {
        Some(number) => Ok(Some(number)),
        None => Err(fault(format!("`{keyword}` must be a whole number"))),
    };
    match keyword {
        "title" | "description" => {}
        "examples" => {
            rule.example = value.as_array().and_then(|all| all.first()).cloned();
        }
        "type" => rule.wants = Some(wants(value)?),
        "required" => rule.required = strings(value)?,
        "enum" => rule.choices = choices(value.as_array().map_or(&[], Vec::as_slice))?,
        "const" => rule.choices = choices(core::slice::from_ref(value))?,
        "minItems" | "minLength" | "minProperties" | "minimum" => rule.least = number()?,
        "maxItems" | "maxLength" | "maxProperties" | "maximum" => rule.most = number()?,
        "x-meshc-format" => rule.format = Some(text()?),
        "x-meshc-not-yet" => rule.not_yet = Some(text()?),
        "x-meshc-never" => rule.never = Some(text()?),
        "x-meshc-not-yet-values" => rule.not_yet_values = explained(value)?,
        "x-meshc-named" => rule.named = value == &Value::Bool(true),
        "x-meshc-reserved" => rule.reserved = strings(value)?,
        "x-meshc-exclusive" => rule.exclusive = groups(value)?,
        "x-meshc-goes-with" => rule.goes_with = groups(value)?,
        "x-meshc-one-of" => rule.one_of = strings(value)?,
        "x-meshc-only-with" => rule.only_with = groups(value)?,
        "x-meshc-refused-values" => rule.refused_values = explained(value)?,
        "x-meshc-null" => rule.null = value == &Value::Bool(true),
        "x-meshc-json" => rule.json = value == &Value::Bool(true),
        _ => return Err(fault(format!("unknown keyword `{keyword}`"))),
    }
    Ok(())
}

fn wants(value: &Value) -> Result<Wants, SchemaFault> {
    match value.as_str() {
        Some("string") => Ok(Wants::Text),
        Some("integer") => Ok(Wants::Integer),
        Some("boolean") => Ok(Wants::Boolean),
        Some("array") => Ok(Wants::List),
        Some("object") => Ok(Wants::Mapping),
        _ => Err(fault(format!("unknown type {value}"))),
    }
}

fn strings(value: &Value) -> Result<Vec<String>, SchemaFault> {
    let items = value.as_array().ok_or_else(|| fault("expected a list of texts"))?;
    let text = |item: &Value| item.as_str().map(str::to_owned);
    items.iter().map(|item| text(item).ok_or_else(|| fault("expected a text"))).collect()
}

/// Values to choose from, as they are written.
fn choices(values: &[Value]) -> Result<Vec<String>, SchemaFault> {
    let written = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if number.is_i64() => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err(fault("a choice is text, a whole number or a truth value")),
    };
    values.iter().map(written).collect()
}

/// Lists of names that belong together, all of one length.
fn groups<const N: usize>(value: &Value) -> Result<Vec<[String; N]>, SchemaFault> {
    let groups = value.as_array().ok_or_else(|| fault("expected a list of lists"))?;
    let group =
        |names: Vec<String>| names.try_into().map_err(|_| fault("a list too short or long"));
    groups.iter().map(|one| strings(one).and_then(group)).collect()
}

fn explained(value: &Value) -> Result<Vec<(String, String)>, SchemaFault> {
    let values = value.as_object().ok_or_else(|| fault("expected values and why"))?;
    let pair = |(name, why): (&String, &Value)| Some((name.clone(), why.as_str()?.to_owned()));
    values.iter().map(|one| pair(one).ok_or_else(|| fault("expected a text"))).collect()
}

fn referred(value: &Value) -> Option<&str> {
    value.as_object().filter(|one| one.len() == 1)?.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

fn fault(message: impl Into<String>) -> SchemaFault {
    SchemaFault { message: message.into() }
}
