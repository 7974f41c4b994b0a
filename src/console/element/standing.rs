//! An element in the document: how it is made, changed in place, and replaced.

use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::tachys;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::dom::{self, Dom};
use leptos::tachys::renderer::{CastFrom, RemoveEventHandler};
use leptos::tachys::view::{Mountable, Position, PositionState};
use wasm_bindgen::JsValue;

use super::super::legible::plain;
use super::{Element, Handler, Markup, Part, Slot, Text};

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
            if differs(part, last.as_ref(), &text) {
                put(element, part, name, text.as_deref());
            }
            Kept::Fixed(text)
        }
        Slot::Followed(mut value) => {
            let element = element.clone();
            let run = move |last: Option<Option<Text>>| {
                let text = value();
                if differs(part, last.as_ref(), &text) {
                    put(&element, part, name, text.as_deref());
                }
                text
            };
            Kept::Followed(RenderEffect::new_with_value(run, last))
        }
    }
}

/// Whether it has to be set. A property always has: whoever uses the page changes it without our knowing.
fn differs(part: Part, last: Option<&Option<Text>>, now: &Option<Text>) -> bool {
    part == Part::Property || last != Some(now)
}

fn put(element: &dom::Element, part: Part, name: &str, text: Option<&str>) {
    match (part, text) {
        // Where it leads to and what it stands for is not shown.
        (Part::Attribute, Some(text)) if matches!(name, "href" | "value") => Dom::set_attribute(element, name, text),
        (Part::Attribute, Some(text)) => Dom::set_attribute(element, name, &plain(text.into())),
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
        let Markup { tag, fixed, mut slots, handlers, nodes, children } = self.0.take();
        let element = Dom::create_element(tag, None);
        for (name, text) in fixed {
            Dom::set_attribute(&element, name, text);
        }
        let mut kept: Vec<_> = slots
            .extract_if(.., |(part, ..)| *part != Part::Property)
            .map(|(part, name, slot)| (part, name, keep(&element, part, name, slot, None)))
            .collect();
        let built = |child: AnyView| {
            let mut child = child.build();
            child.mount(&element, None);
            child
        };
        let children = children.into_iter().map(built).collect();
        // Properties last: the value of a <select> is one of its options.
        kept.extend(slots.into_iter().map(|(part, name, slot)| (part, name, keep(&element, part, name, slot, None))));
        let handlers = handlers.into_iter().map(|handler| listen(&element, handler)).collect();
        for node in nodes {
            node(&element);
        }
        Standing { element, tag, fixed, slots: kept, handlers, children }
    }

    fn rebuild(self, standing: &mut Standing) {
        if !self.0.fits(standing) {
            let mut old = std::mem::replace(standing, self.build());
            old.insert_before_this(standing);
            return old.unmount();
        }
        let Markup { slots, handlers, nodes, children, .. } = self.0.take();
        for (child, state) in children.into_iter().zip(&mut standing.children) {
            child.rebuild(state);
        }
        for ((part, name, slot), (.., kept)) in slots.into_iter().zip(&mut standing.slots) {
            let last = kept.last();
            *kept = keep(&standing.element, part, name, slot, last);
        }
        standing.handlers.clear();
        standing.handlers.extend(handlers.into_iter().map(|handler| listen(&standing.element, handler)));
        for node in nodes {
            node(&standing.element);
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
