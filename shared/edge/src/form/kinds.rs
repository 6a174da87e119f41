//! What a field may be: `text(1..=200)`, `integer(1..=5)`, `money()`, … each optionally handed on to a domain parser.

use super::Node;
use super::describe::Files;
use super::number::{Wrong, scaled, scaled_away};
use super::told::{Shaped, Told};
use crate::id::Id;
use crate::problem::Text;
use domain::Sentence;
use domain::ids::LARGEST;
use serde_json::Value;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds, RangeInclusive};
use utoipa::openapi::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

/// How to read one value.
pub trait Kind: Sized {
    type Out;

    /// `loose`: the value comes from a source that knows only text. Never called with [`Node::Null`].
    fn read(self, node: &Node, loose: bool) -> Result<Self::Out, Text>;

    /// The same as the API document says it.
    fn schema(&self) -> Object;

    fn files(&self) -> Files {
        Files::Never
    }

    /// A value of this kind as clients write it, where that can be told.
    fn show(&self, _: &Self::Out) -> Option<Value> {
        None
    }

    /// What the API document says of the field.
    fn about(self, about: &'static str) -> Told<Self> {
        Told { kind: self, about, example: "" }
    }

    /// What the API document shows as a value, written as in a query.
    fn example(self, example: &'static str) -> Told<Self> {
        Told { kind: self, about: "", example }
    }

    /// Says in the API document what only a domain parser knows: a format, a bound, a default.
    fn shaped(self, shape: fn(ObjectBuilder) -> ObjectBuilder) -> Shaped<Self> {
        Shaped { kind: self, shape }
    }

    /// Hands the value on; the sentence of an `Err` becomes the field's.
    fn then<U, F: FnOnce(Self::Out) -> Result<U, Sentence>>(self, next: F) -> Then<Self, F> {
        Then { kind: self, next }
    }

    /// Hands a text on to a domain parser: `text(..).parse(Email::parse)`.
    fn parse<U, F: FnOnce(&str) -> Result<U, Sentence>>(self, next: F) -> Parsed<Self, F>
    where
        Self: Kind<Out = String>,
    {
        Parsed { kind: self, next }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Then<K, F> {
    kind: K,
    next: F,
}

impl<K: Kind, U, F: FnOnce(K::Out) -> Result<U, Sentence>> Kind for Then<K, F> {
    type Out = U;

    fn read(self, node: &Node, loose: bool) -> Result<U, Text> {
        (self.next)(self.kind.read(node, loose)?).map_err(Text::Borrowed)
    }

    fn schema(&self) -> Object {
        self.kind.schema()
    }

    fn files(&self) -> Files {
        self.kind.files()
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Parsed<K, F> {
    kind: K,
    next: F,
}

impl<K: Kind<Out = String>, U, F: FnOnce(&str) -> Result<U, Sentence>> Kind for Parsed<K, F> {
    type Out = U;

    fn read(self, node: &Node, loose: bool) -> Result<U, Text> {
        (self.next)(&self.kind.read(node, loose)?).map_err(Text::Borrowed)
    }

    fn schema(&self) -> Object {
        self.kind.schema()
    }

    fn files(&self) -> Files {
        self.kind.files()
    }
}

/// Text of so many characters (not bytes), kept exactly as sent. NUL is refused; everything else Unicode has is text.
pub fn text(length: impl RangeBounds<usize>) -> TextKind {
    let least = match length.start_bound() {
        Bound::Included(least) => *least,
        Bound::Excluded(below) => below + 1,
        Bound::Unbounded => 0,
    };
    let most = match length.end_bound() {
        Bound::Included(most) => *most,
        Bound::Excluded(above) => above.saturating_sub(1),
        Bound::Unbounded => usize::MAX,
    };
    TextKind { least, most, not_blank: false, trimmed: false }
}

#[derive(Clone, Copy, Debug)]
pub struct TextKind {
    least: usize,
    most: usize,
    not_blank: bool,
    trimmed: bool,
}

impl TextKind {
    /// Without the white space around it; what is left counts.
    #[must_use]
    pub fn trimmed(self) -> Self {
        Self { trimmed: true, ..self }
    }

    /// Refuses a text of nothing but white space.
    #[must_use]
    pub fn not_blank(self) -> Self {
        Self { not_blank: true, ..self }
    }
}

impl Kind for TextKind {
    type Out = String;

    fn read(self, node: &Node, loose: bool) -> Result<String, Text> {
        let text = words(node, loose, "This must be text.")?;
        let text = if self.trimmed { text.trim() } else { text };
        let length = text.chars().count();
        if text.contains('\0') {
            return Err("This may not contain the character NUL.".into());
        }
        if length < self.least && self.least == 1 {
            return Err("This may not be empty.".into());
        }
        if length < self.least {
            return Err(format!("This must have at least {} characters.", self.least).into());
        }
        if length > self.most {
            return Err(format!("This may have at most {} characters.", self.most).into());
        }
        if self.not_blank && text.trim().is_empty() {
            return Err("This may not be blank.".into());
        }
        Ok(text.to_owned())
    }

    fn schema(&self) -> Object {
        let least = self.least.max(usize::from(self.not_blank));
        of(Type::String)
            .min_length(Some(least).filter(|least| *least > 0))
            .max_length(Some(self.most).filter(|most| *most < usize::MAX))
            .build()
    }

    fn show(&self, value: &String) -> Option<Value> {
        Some(value.as_str().into())
    }
}

/// A text's content; for anything else `otherwise`.
pub(super) fn words(node: &Node, loose: bool, otherwise: Sentence) -> Result<&str, Text> {
    match node {
        Node::Text(text) => Ok(text),
        Node::List(_) if loose => Err("Give this only once.".into()),
        _ => Err(otherwise.into()),
    }
}

pub(super) fn of(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

/// The largest numbers are no bounds, but what a number can be at all.
fn whole(range: &RangeInclusive<i64>) -> Object {
    of(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(*range.start()).filter(|least| *least > i64::MIN))
        .maximum(Some(*range.end()).filter(|most| *most < i64::MAX))
        .build()
}

pub(super) fn with_example(schema: ObjectBuilder, example: &str) -> Object {
    let mut schema = schema.build();
    schema.example = Some(example.into());
    schema
}

/// A number as JSON writes it, or a text of the same form.
fn number(node: &Node, loose: bool, places: i64, otherwise: Sentence) -> Result<i64, Text> {
    number_by(scaled, node, loose, places, otherwise)
}

fn number_by(
    scaled: fn(&str, i64) -> Result<i64, Wrong>,
    node: &Node,
    loose: bool,
    places: i64,
    otherwise: Sentence,
) -> Result<i64, Text> {
    let text = match node {
        Node::Number(text) => text,
        other => words(other, loose, otherwise)?,
    };
    scaled(text, places).map_err(|wrong| match wrong {
        Wrong::NotANumber => otherwise.into(),
        Wrong::Fraction if places == 0 => otherwise.into(),
        Wrong::Fraction => format!("This may have at most {places} decimals.").into(),
        Wrong::Huge => "This number is too large.".into(),
    })
}

/// A whole number: `12`, `"12"`, also `12.0` and `1.2e1`, which JSON does not tell from it.
pub fn integer(range: RangeInclusive<i64>) -> Integer {
    Integer(range)
}

#[derive(Clone, Debug)]
pub struct Integer(RangeInclusive<i64>);

impl Kind for Integer {
    type Out = i64;

    fn read(self, node: &Node, loose: bool) -> Result<i64, Text> {
        let number = number(node, loose, 0, "This must be a whole number.")?;
        if !self.0.contains(&number) {
            return Err(format!("This must be between {} and {}.", self.0.start(), self.0.end()).into());
        }
        Ok(number)
    }

    fn schema(&self) -> Object {
        whole(&self.0)
    }

    fn show(&self, value: &i64) -> Option<Value> {
        Some((*value).into())
    }
}

/// An id in a body or a query: an integer `T` accepts.
pub fn id<T: Id>() -> IdKind<T> {
    IdKind(PhantomData)
}

#[derive(Clone, Copy, Debug)]
pub struct IdKind<T>(PhantomData<T>);

impl<T: Id> Kind for IdKind<T> {
    type Out = T;

    fn read(self, node: &Node, loose: bool) -> Result<T, Text> {
        const BAD: Sentence = "This must be an id.";
        T::from_number(number(node, loose, 0, BAD)?).ok_or(Text::Borrowed(BAD))
    }

    fn schema(&self) -> Object {
        whole(&(1..=LARGEST))
    }
}

/// An amount of money in minor units: `"10.00"`, `"10"`, `10` and `10.0` are all 1000. Exact; not negative.
pub fn money() -> Money {
    Money
}

#[derive(Clone, Copy, Debug)]
pub struct Money;

impl Kind for Money {
    type Out = i64;

    fn read(self, node: &Node, loose: bool) -> Result<i64, Text> {
        const BAD: Sentence = "This must be an amount such as 10.00.";
        let minor = number(node, loose, 2, BAD)?;
        if minor < 0 { Err(BAD.into()) } else { Ok(minor) }
    }

    fn schema(&self) -> Object {
        with_example(of(Type::String).pattern(Some(r"^[0-9]+(\.[0-9]{1,2})?$")), "10.00")
    }
}

/// A number of at most two decimals, as hundredths; the range is in hundredths too.
pub fn hundredths(range: RangeInclusive<i64>) -> Hundredths {
    Hundredths { range, scaled }
}

#[derive(Clone, Debug)]
pub struct Hundredths {
    range: RangeInclusive<i64>,
    scaled: fn(&str, i64) -> Result<i64, Wrong>,
}

impl Hundredths {
    /// Takes any decimals: to the next hundredth away from zero, so that what is out of the range stays out of it.
    #[must_use]
    pub fn rounded_away(self) -> Self {
        Self { scaled: scaled_away, ..self }
    }
}

impl Kind for Hundredths {
    type Out = i64;

    fn read(self, node: &Node, loose: bool) -> Result<i64, Text> {
        let number = number_by(self.scaled, node, loose, 2, "This must be a number.")?;
        if !self.range.contains(&number) {
            let shown = |hundredths: &i64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
            let (least, most) = (shown(self.range.start()), shown(self.range.end()));
            return Err(format!("This must be between {least} and {most}.").into());
        }
        Ok(number)
    }

    fn schema(&self) -> Object {
        let shown = |hundredths: &i64| Some(*hundredths as f64 / 100.0);
        of(Type::Number).minimum(shown(self.range.start())).maximum(shown(self.range.end())).build()
    }
}

/// `true` or `false`; in a query or a form the words, in any letter case.
pub fn boolean() -> Boolean {
    Boolean
}

#[derive(Clone, Copy, Debug)]
pub struct Boolean;

impl Kind for Boolean {
    type Out = bool;

    fn read(self, node: &Node, loose: bool) -> Result<bool, Text> {
        const BAD: Sentence = "This must be true or false.";
        match node {
            Node::Bool(value) => Ok(*value),
            Node::Text(word) if loose && word.eq_ignore_ascii_case("true") => Ok(true),
            Node::Text(word) if loose && word.eq_ignore_ascii_case("false") => Ok(false),
            other => words(other, loose, BAD).and(Err(BAD.into())),
        }
    }

    fn schema(&self) -> Object {
        of(Type::Boolean).build()
    }

    fn show(&self, value: &bool) -> Option<Value> {
        Some((*value).into())
    }
}

/// One of a few words, spelt exactly so, and what each means.
pub fn one_of<T: Copy + PartialEq + 'static>(choices: &'static [(&'static str, T)]) -> OneOf<T> {
    OneOf(choices)
}

#[derive(Clone, Copy, Debug)]
pub struct OneOf<T: 'static>(&'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Kind for OneOf<T> {
    type Out = T;

    fn read(self, node: &Node, loose: bool) -> Result<T, Text> {
        let sent = words(node, loose, "This must be text.")?;
        let known = self.0.iter().find(|(word, _)| *word == sent).map(|(_, meaning)| *meaning);
        known.ok_or_else(|| crate::words::none_of(crate::words::of(self.0)).into())
    }

    fn schema(&self) -> Object {
        of(Type::String).enum_values(Some(self.0.iter().map(|(word, _)| *word))).build()
    }

    fn show(&self, value: &T) -> Option<Value> {
        self.0.iter().find(|(_, meaning)| meaning == value).map(|(word, _)| (*word).into())
    }
}
