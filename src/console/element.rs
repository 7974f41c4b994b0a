//! What `view!` is made into: elements of one type, whose parts are data.
//!
//! An element of Leptos has its attributes and children in its type, and each type brings code of its own. Here there is
//! one [`Element`]; it stands in Leptos' tree as any other view, and what changes is followed by Leptos' effects.
//!
//! Invariants: nothing of the console is known here.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use leptos::html::ElementType;
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::tachys;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::html::event::EventDescriptor;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::renderer::dom::{self, Dom};
use leptos::tachys::renderer::{CastFrom, RemoveEventHandler};
use leptos::tachys::view::keyed::keyed;
use leptos::tachys::view::{Mountable, Position, PositionState};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};

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
    pub fn view(self) -> AnyView {
        self.into_any()
    }
}

/// A text.
pub fn text(text: &'static str) -> AnyView {
    Text::Borrowed(text).into_any()
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
                self.text().unwrap_or_default().into_any()
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

/// One item of a list: what it is known by, and what draws it, told the signal of its place.
pub struct Item {
    /// While the key is in the list, the item stays as it was drawn.
    pub key: u128,
    /// Draws it.
    pub view: Box<dyn FnOnce(ReadSignal<usize>) -> AnyView + Send>,
}

impl Item {
    /// An item.
    pub fn new(key: u128, view: impl FnOnce(ReadSignal<usize>) -> AnyView + Send + 'static) -> Item {
        Item { key, view: Box::new(view) }
    }

    /// An item that is told by its place too: it is drawn anew when it comes to stand elsewhere.
    pub fn placed(key: u128, at: usize, view: impl FnOnce(ReadSignal<usize>) -> AnyView + Send + 'static) -> Item {
        Item::new(key ^ ((at as u128) << 96), view)
    }
}

/// A list that is followed: items that stay keep their elements.
pub fn each(items: impl Fn() -> Vec<Item> + Send + 'static) -> AnyView {
    each_of(Box::new(items))
}

fn each_of(items: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    // Items are owned one by one: what one provides or starts is neither seen by the others nor ended with them.
    let parent = Owner::current().unwrap_or_default();
    let draw = move |at, item: Item| {
        let owner = parent.with(Owner::new);
        let (at, set_at) = ArcRwSignal::new(at).split();
        let view = owner.with(|| (item.view)(at.into()));
        (move |at| set_at.set(at), OwnedView::new_with_owner(view, owner))
    };
    (move || keyed(items(), |item: &Item| item.key, draw.clone())).into_any()
}

/// What stands in the document of an element.
pub struct Standing {
    element: dom::Element,
    tag: &'static str,
    fixed: &'static [(&'static str, &'static str)],
    slots: Vec<(Part, &'static str, Kept)>,
    handlers: Vec<(Text, RemoveEventHandler<dom::Element>)>,
    children: Vec<<AnyView as Render>::State>,
}

/// What a part is set to, and what follows it.
enum Kept {
    Fixed(Option<Text>),
    Followed(RenderEffect<Option<Text>>),
}

impl Kept {
    fn last(&self) -> Option<Option<Text>> {
        match self {
            Kept::Fixed(text) => Some(text.clone()),
            Kept::Followed(effect) => effect.take_value(),
        }
    }
}

/// Sets a part; `last` is what it is set to, if it is set.
fn keep(element: &dom::Element, part: Part, name: &'static str, slot: Slot, last: Option<Option<Text>>) -> Kept {
    match slot {
        Slot::Fixed(text) => {
            if last.as_ref() != Some(&text) {
                put(element, part, name, text.as_deref());
            }
            Kept::Fixed(text)
        }
        Slot::Followed(mut value) => {
            let element = element.clone();
            let run = move |last: Option<Option<Text>>| {
                let text = value();
                if last.as_ref() != Some(&text) {
                    put(&element, part, name, text.as_deref());
                }
                text
            };
            Kept::Followed(RenderEffect::new_with_value(run, last))
        }
    }
}

fn put(element: &dom::Element, part: Part, name: &str, text: Option<&str>) {
    match (part, text) {
        (Part::Attribute, Some(text)) => Dom::set_attribute(element, name, text),
        (Part::Attribute, None) => Dom::remove_attribute(element, name),
        (Part::Property, text) => {
            let value = if name == "checked" {
                JsValue::from_bool(text.is_some())
            } else {
                JsValue::from_str(text.unwrap_or_default())
            };
            Dom::set_property(element, name, &value);
        }
        (Part::Class, Some(_)) => Dom::add_class(&Dom::class_list(element), name),
        (Part::Class, None) => Dom::remove_class(&Dom::class_list(element), name),
        (Part::Style, Some(text)) => Dom::set_css_property(&Dom::style(element), name, text),
        (Part::Style, None) => Dom::remove_css_property(&Dom::style(element), name),
    }
}

fn listen(element: &dom::Element, (name, handler): (Text, Handler)) -> (Text, RemoveEventHandler<dom::Element>) {
    let remove = Dom::add_event_listener(element, &name, handler);
    (name, remove)
}

impl Markup {
    /// Whether it is the same element with other values: then it is changed in place, and keeps focus and scroll.
    fn fits(&self, standing: &Standing) -> bool {
        self.tag == standing.tag
            && self.fixed == standing.fixed
            && self.children.len() == standing.children.len()
            && self.slots.iter().map(|(part, name, _)| (part, name)).eq(standing.slots.iter().map(|(p, n, _)| (p, n)))
            && self.handlers.iter().map(|(name, _)| name).eq(standing.handlers.iter().map(|(name, _)| name))
    }
}

impl Render for Element {
    type State = Standing;

    fn build(self) -> Standing {
        let Markup { tag, fixed, slots, handlers, nodes, children } = self.0.take();
        let element = Dom::create_element(tag, None);
        for (name, text) in fixed {
            Dom::set_attribute(&element, name, text);
        }
        let slots =
            slots.into_iter().map(|(part, name, slot)| (part, name, keep(&element, part, name, slot, None))).collect();
        let handlers = handlers.into_iter().map(|handler| listen(&element, handler)).collect();
        for node in nodes {
            node(&element);
        }
        let built = |child: AnyView| {
            let mut child = child.build();
            child.mount(&element, None);
            child
        };
        let children = children.into_iter().map(built).collect();
        Standing { element, tag, fixed, slots, handlers, children }
    }

    fn rebuild(self, standing: &mut Standing) {
        if !self.0.fits(standing) {
            let mut old = std::mem::replace(standing, self.build());
            old.insert_before_this(standing);
            return old.unmount();
        }
        let Markup { slots, handlers, nodes, children, .. } = self.0.take();
        for ((part, name, slot), (.., kept)) in slots.into_iter().zip(&mut standing.slots) {
            let last = kept.last();
            *kept = keep(&standing.element, part, name, slot, last);
        }
        standing.handlers.clear();
        standing.handlers.extend(handlers.into_iter().map(|handler| listen(&standing.element, handler)));
        for node in nodes {
            node(&standing.element);
        }
        for (child, state) in children.into_iter().zip(&mut standing.children) {
            child.rebuild(state);
        }
    }
}

impl Mountable for Standing {
    fn unmount(&mut self) {
        self.element.remove();
    }

    fn mount(&mut self, parent: &dom::Element, marker: Option<&dom::Node>) {
        Dom::insert_node(parent, &self.element, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = Dom::get_parent(&self.element).and_then(dom::Element::cast_from);
        parent.is_some_and(|parent| {
            child.mount(&parent, Some(&self.element));
            true
        })
    }

    fn elements(&self) -> Vec<dom::Element> {
        vec![self.element.clone()]
    }
}

tachys::no_attrs!(Element);

/// The page is drawn in the browser only: what follows is never asked.
impl RenderHtml for Element {
    type AsyncOutput = Element;
    type Owned = Element;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Element {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Standing {
        self.build()
    }

    fn into_owned(self) -> Element {
        self
    }
}
