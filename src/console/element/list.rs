//! Lists that are followed: items that stay keep their elements.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::keyed;

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
