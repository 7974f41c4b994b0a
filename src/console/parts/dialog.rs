//! The one dialog shell: a native `<dialog>`, as a modal, a side sheet, or a sheet beside the page.
//!
//! Focus starts where the content says (`autofocus`: the safe button, or a search field), Esc backs out, and focus goes
//! back to where it was, also when the dialog is closed by Back.

use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{HtmlDialogElement, HtmlElement, KeyboardEvent};
use wasm_bindgen::JsCast;

use super::icon::{Glyph, Icon};
use crate::console::element::view;

/// How a dialog stands to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogForm {
    /// In the middle; the page waits.
    Modal,
    /// At the side, as high as the window; the page waits.
    Sheet,
    /// At the side, and the page stays usable.
    Aside,
}

/// Closes the dialog around it.
#[derive(Clone, Copy)]
pub struct DialogHandle(NodeRef<html::Dialog>);

impl DialogHandle {
    /// Backs out, as Esc does.
    pub fn close(self) {
        if let Some(dialog) = self.0.try_get_untracked().flatten() {
            dialog.close();
        }
    }
}

/// The dialog this component stands in.
pub fn use_dialog() -> DialogHandle {
    expect_context()
}

fn focused() -> Option<HtmlElement> {
    document().active_element().and_then(|element| element.dyn_into().ok())
}

/// Gives focus back after the dialog is gone, unless something else has taken it meanwhile.
fn give_back(origin: Option<HtmlElement>) {
    request_animation_frame(move || {
        let lost = focused().is_none_or(|now| now.tag_name() == "BODY");
        if let Some(origin) = origin.filter(|origin| lost && origin.is_connected()) {
            // An element that cannot take focus leaves it where it is.
            let _ = origin.focus();
        }
    });
}

fn open(dialog: &HtmlDialogElement, form: DialogForm, origin: Option<HtmlElement>) {
    match form {
        DialogForm::Modal | DialogForm::Sheet => {
            // It fails only on a dialog that is open already, which is what was wanted.
            let _ = dialog.show_modal();
        }
        DialogForm::Aside => {
            // Not `show()`, which takes the focus: it is moved only for the button that opens the sheet, and not when
            // the sheet comes back after another dialog, or with the page.
            dialog.set_open(true);
            let asked = origin.is_some_and(|origin| origin.get_attribute("aria-haspopup").as_deref() == Some("dialog"));
            if let (true, Ok(Some(first))) = (asked, dialog.query_selector("button"))
                && let Ok(first) = first.dyn_into::<HtmlElement>()
            {
                let _ = first.focus();
            }
        }
    }
}

/// A dialog that is open as long as it is mounted.
#[component]
pub fn Dialog(
    /// How it stands to the page.
    form: DialogForm,
    /// What it is about, as its accessible name: verb and object.
    #[prop(into)]
    title: Signal<String>,
    /// One line under the title; empty for none.
    #[prop(into, optional)]
    about: Signal<String>,
    /// Called after it was closed: by Esc, by its cross, or by a click beside it.
    #[prop(into)]
    on_close: Callback<()>,
    /// `.dialog-body` and `.dialog-foot`.
    children: Children,
) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    let handle = DialogHandle(node);
    provide_context(handle);
    let origin = StoredValue::new_local(focused());
    node.on_load(move |dialog| open(&dialog, form, origin.try_get_value().flatten()));
    on_cleanup(move || give_back(origin.try_get_value().flatten()));
    // Only a modal dialog is closed by the browser on Esc.
    let escape = move |event: KeyboardEvent| {
        if form == DialogForm::Aside && event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            handle.close();
        }
    };
    let (class, id) = match form {
        DialogForm::Modal => ("modal", "modal-title"),
        DialogForm::Sheet => ("sheet", "sheet-title"),
        DialogForm::Aside => ("sheet aside", "aside-title"),
    };
    view! {
        <dialog
            node_ref=node
            class=class
            aria-labelledby=id
            closedby=(form != DialogForm::Aside).then_some("any")
            on:close=move |_| on_close.run(())
            on:keydown=escape
        >
            <div class="dialog-head">
                <div class="titles">
                    <h2 id=id>{move || title.get()}</h2>
                    {move || {
                        let about = about.get();
                        (!about.is_empty()).then(|| view! { <p>{about}</p> })
                    }}
                </div>
                <button class="button quiet square small" type="button" aria-label="Close" on:click=move |_| handle.close()>
                    <Icon name=Glyph::Close/>
                </button>
            </div>
            {children()}
        </dialog>
    }
}
