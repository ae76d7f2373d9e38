use std::collections::HashMap;

use serde_json::Value;

/// The order of fields in every kind, as the models declare them.
#[derive(Debug, Default)]
pub struct Order {
    kinds: HashMap<String, usize>,
    shapes: Vec<Shape>,
}

/// A table of orders that is none; a mistake of ours, never of a user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderFault {
    /// What it is.
    pub message: String,
}

/// What is known of the mappings and lists at one place of the language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShapeIx(usize);

#[derive(Debug, Default)]
struct Shape {
    /// Field to its rank and what is below it.
    fields: HashMap<String, (usize, Option<usize>)>,
    /// What is below a key that people choose.
    rest: Option<usize>,
    items: Option<usize>,
}

impl Order {
    /// Reads the generated table: `{"kinds": {KIND: SHAPE}, "shapes": [{"fields": [[NAME, SHAPE]],
    /// "rest": SHAPE, "items": SHAPE}]}`, a shape being an index or null.
    ///
    /// # Errors
    /// Text that is no JSON of this form.
    pub fn parse(json: &[u8]) -> Result<Self, OrderFault> {
        let whole: Value = serde_json::from_slice(json)
            .map_err(|error| OrderFault { message: error.to_string() })?;
        let missing = |what: &str| OrderFault { message: format!("`{what}` is missing") };
        let kinds =
            whole.get("kinds").and_then(Value::as_object).ok_or_else(|| missing("kinds"))?;
        let shapes =
            whole.get("shapes").and_then(Value::as_array).ok_or_else(|| missing("shapes"))?;
        Ok(Self {
            kinds: kinds.iter().filter_map(|(kind, ix)| Some((kind.clone(), index(ix)?))).collect(),
            shapes: shapes.iter().map(Shape::of).collect(),
        })
    }

    pub(crate) fn kind(&self, name: &str) -> Option<ShapeIx> {
        self.kinds.get(name).copied().map(ShapeIx)
    }

    /// The rank of a field; a key that is none comes behind all of them.
    pub(crate) fn rank(&self, shape: Option<ShapeIx>, key: &str) -> usize {
        self.shape(shape).and_then(|one| one.fields.get(key)).map_or(usize::MAX, |&(rank, _)| rank)
    }

    pub(crate) fn below(&self, shape: Option<ShapeIx>, key: &str) -> Option<ShapeIx> {
        let shape = self.shape(shape)?;
        shape.fields.get(key).map_or(shape.rest, |&(_, below)| below).map(ShapeIx)
    }

    pub(crate) fn items(&self, shape: Option<ShapeIx>) -> Option<ShapeIx> {
        self.shape(shape)?.items.map(ShapeIx)
    }

    fn shape(&self, shape: Option<ShapeIx>) -> Option<&Shape> {
        self.shapes.get(shape?.0)
    }
}

impl Shape {
    fn of(value: &Value) -> Self {
        let fields = value.get("fields").and_then(Value::as_array).into_iter().flatten();
        let field = |(rank, pair): (usize, &Value)| {
            Some((pair.get(0)?.as_str()?.to_owned(), (rank, pair.get(1).and_then(index))))
        };
        Self {
            fields: fields.enumerate().filter_map(field).collect(),
            rest: value.get("rest").and_then(index),
            items: value.get("items").and_then(index),
        }
    }
}

fn index(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}
