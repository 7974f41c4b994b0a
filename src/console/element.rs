//! What `view!` is made into: elements of one type, whose parts are data.
//!
//! An element of Leptos has its attributes and children in its type, and each type brings code of its own. Here there is
//! one [`Element`]; it stands in Leptos' tree as any other view, and what changes is followed by Leptos' effects.
//!
//! Invariants: nothing of the console is known here, but how any text is shown (`legible`): here each passes.

mod list;
mod standing;

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use leptos::html::ElementType;
use leptos::prelude::*;
use leptos::tachys::html::event::EventDescriptor;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::renderer::dom;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

use super::legible::plain;

pub use list::{Item, each};
pub use playhead_macros::view;

/// A text that stands in the code, or was made.
pub type Text = Cow<'static, str>;

/// An element: its tag and what is in it.
pub struct Element(SendWrapper<Markup>);

struct Markup {
    tag: &'static str,
    fixed: &'static [(&'static str, &'static str)],
    slots: Vec<(Part, &'static str, Slot)>,
    handlers: Vec<(Text, Handler)>,
    nodes: Vec<Told>,
    children: Vec<AnyView>,
}

type Handler = Box<dyn FnMut(dom::Event)>;
type Told = Box<dyn FnOnce(&dom::Element)>;

/// A part of an element that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `name=`: an attribute.
    Attribute,
    /// `prop:name=`: a property: `checked` is on or off, others have a text.
    Property,
    /// `class:name=`: one class, on or off.
    Class,
    /// `style:name=`: one property of the style.
    Style,
}

/// What a part is set to.
pub enum Slot {
    /// This; `None`: the part is not there.
    Fixed(Option<Text>),
    /// Whatever this returns: it runs anew when a signal in it changes.
    Followed(Box<dyn FnMut() -> Option<Text>>),
}

impl Element {
    /// An element with attributes that stay as they are.
    pub fn new(tag: &'static str, fixed: &'static [(&'static str, &'static str)]) -> Element {
        let (slots, handlers, nodes, children) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Element(SendWrapper::new(Markup { tag, fixed, slots, handlers, nodes, children }))
    }

    /// Sets a part.
    pub fn set(&mut self, part: Part, name: &'static str, slot: Slot) {
        self.0.slots.push((part, name, slot));
    }

    /// Handles an event. The handler runs with the owner that is current now, so that it finds its context.
    pub fn on<E>(&mut self, event: E, mut handler: impl FnMut(E::EventType) + 'static)
    where
        E: EventDescriptor,
        E::EventType: From<dom::Event>,
    {
        self.listen(event.name(), Box::new(move |event| handler(event.into())));
    }

    fn listen(&mut self, name: Text, mut handler: Handler) {
        let owner = Owner::current().unwrap_or_default();
        self.0.handlers.push((name, Box::new(move |event| owner.with(|| handler(event)))));
    }

    /// Tells where the element is once it is there.
    pub fn node<E: ElementType<Output: JsCast>>(&mut self, node: NodeRef<E>) {
        self.0.nodes.push(Box::new(move |element| node.load(element)));
    }

    /// Adds a child.
    pub fn child(&mut self, child: AnyView) {
        self.0.children.push(child);
    }

    /// The view of it.
    pub fn view(mut self) -> AnyView {
        // In the order in which they are set: properties after the children.
        self.0.slots.sort_by_key(|(part, ..)| *part == Part::Property);
        self.into_any()
    }
}

/// A text.
pub fn text(text: &'static str) -> AnyView {
    Text::Borrowed(text).into_any()
}

fn written(text: Option<Text>) -> AnyView {
    plain(text.unwrap_or_default()).into_any()
}

/// Views one after another.
pub fn together(views: Vec<AnyView>) -> AnyView {
    views.into_any()
}

/// What can be a child of an element.
pub trait Child {
    /// The view of it.
    fn view(self) -> AnyView;
}

impl Child for AnyView {
    fn view(self) -> AnyView {
        self
    }
}

impl Child for Vec<AnyView> {
    fn view(self) -> AnyView {
        together(self)
    }
}

impl<const N: usize> Child for [AnyView; N] {
    fn view(self) -> AnyView {
        together(self.into())
    }
}

impl Child for () {
    fn view(self) -> AnyView {
        self.into_any()
    }
}

impl<C: Child> Child for Option<C> {
    fn view(self) -> AnyView {
        self.map_or_else(|| ().into_any(), Child::view)
    }
}

impl<C: Child, F: FnMut() -> C + Send + 'static> Child for F {
    fn view(mut self) -> AnyView {
        // One type, whatever the closure: Leptos compiles what follows it once.
        let view: Arc<Mutex<dyn FnMut() -> AnyView + Send>> = Arc::new(Mutex::new(move || self().view()));
        view.into_any()
    }
}

/// What makes a slot: a value, or a closure that returns one.
pub trait IntoSlot {
    /// The slot.
    fn slot(self) -> Slot;
}

/// What a part of an element can be set to.
pub trait Value {
    /// As text; `None`: the part is not there.
    fn text(self) -> Option<Text>;
}

impl<V: Value, F: FnMut() -> V + 'static> IntoSlot for F {
    fn slot(mut self) -> Slot {
        Slot::Followed(Box::new(move || self().text()))
    }
}

impl<V: Value> IntoSlot for Option<V> {
    fn slot(self) -> Slot {
        Slot::Fixed(self.text())
    }
}

impl<V: Value> Value for Option<V> {
    fn text(self) -> Option<Text> {
        self.and_then(Value::text)
    }
}

macro_rules! texts {
    ($($type:ty: $text:expr;)*) => {$(
        impl Value for $type {
            fn text(self) -> Option<Text> {
                let text: fn($type) -> Text = $text;
                Some(text(self))
            }
        }

        impl IntoSlot for $type {
            fn slot(self) -> Slot {
                Slot::Fixed(self.text())
            }
        }

        impl Child for $type {
            fn view(self) -> AnyView {
                written(self.text())
            }
        }
    )*};
}

texts! {
    &'static str: Text::Borrowed;
    String: Text::Owned;
    Arc<str>: |text| Text::Owned(text.to_string());
    usize: |number| Text::Owned(number.to_string());
    u64: |number| Text::Owned(number.to_string());
}

impl Value for bool {
    fn text(self) -> Option<Text> {
        self.then_some(Text::Borrowed(""))
    }
}

impl IntoSlot for bool {
    fn slot(self) -> Slot {
        Slot::Fixed(self.text())
    }
}
