//! `view!`: the markup of Leptos, made into elements of one type.
//!
//! Leptos gives each element a type of its own, made of all that is in it, and compiles code for each: that was 50 kB of
//! the page. Here the same markup becomes calls of `console::element`, and what is in an element is data.
//!
//! ```text
//! view! {
//!     <button class="chip" aria-pressed=move || on.get() on:click=press>{words} " " <b>{count}</b></button>
//!     <Icon name=Glyph::Close/>
//! }
//! ```
//!
//! - `name="text"`, `name`: stands as it is; `name=value`: a text, a number, a `bool`, an `Option` of these, or a closure
//!   of these, which is followed;
//! - `on:event=handler`; `prop:value`, `prop:checked`; `class:name=bool`; `style:name=text`; `node_ref=node`;
//! - children are texts, elements, and blocks: a text, a number, a view, an `Option`, a closure of these;
//! - a name with a capital is a component of Leptos.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement};
use syn::spanned::Spanned;
use syn::{Error, Expr, Lit, Stmt};

/// Makes markup into a view; see the crate's documentation.
#[proc_macro]
pub fn view(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let made = rstml::parse(tokens).and_then(|nodes| views(&nodes));
    made.unwrap_or_else(|error| error.to_compile_error()).into()
}

/// One view of all nodes.
fn views(nodes: &[Node]) -> Result<TokenStream, Error> {
    let mut views = nodes.iter().map(child).collect::<Result<Vec<_>, _>>()?;
    match views.len() {
        1 => Ok(views.remove(0)),
        _ => Ok(quote! { crate::console::element::together(vec![#(#views),*]) }),
    }
}

/// An expression for one child: a view.
fn child(node: &Node) -> Result<TokenStream, Error> {
    match node {
        Node::Text(text) => {
            let text = &text.value;
            Ok(quote! { crate::console::element::text(#text) })
        }
        Node::Block(NodeBlock::ValidBlock(block)) => {
            let value = match block.stmts.as_slice() {
                [Stmt::Expr(only, None)] => quote! { #only },
                _ => quote! { #block },
            };
            Ok(quote_spanned! { block.span() => crate::console::element::Child::view(#value) })
        }
        Node::Element(element) => {
            let name = element.name().to_string();
            let last = name.rsplit("::").next().unwrap_or_default();
            if last.starts_with(|first: char| first.is_ascii_uppercase()) {
                component(element)
            } else {
                markup(element, &name)
            }
        }
        Node::Fragment(fragment) => views(&fragment.children),
        other => Err(Error::new(other.span(), "only elements, texts in quotes and blocks can stand here")),
    }
}

/// A component of Leptos with its properties.
fn component(element: &NodeElement<rstml::Infallible>) -> Result<TokenStream, Error> {
    let name = element.name();
    let mut properties = Vec::new();
    for attribute in element.attributes() {
        let attribute = keyed(attribute)?;
        let key = format_ident!("{}", attribute.key.to_string(), span = attribute.key.span());
        // A name alone passes the variable of that name.
        let value = attribute.value().map_or_else(|| quote! { #key }, |value| quote! { #value });
        properties.push(quote! { .#key(#value) });
    }
    if !element.children.is_empty() {
        let children = views(&element.children)?;
        properties.push(quote! { .children(::leptos::children::ToChildren::to_children(move || #children)) });
    }
    Ok(quote! {
        crate::console::element::Child::view(
            ::leptos::component::component_view(
                &#name,
                ::leptos::component::component_props_builder(&#name) #(#properties)* .build()
            )
        )
    })
}

/// An element of the document.
fn markup(node: &NodeElement<rstml::Infallible>, tag: &str) -> Result<TokenStream, Error> {
    // Not to be mistaken for what the caller may call so.
    let element = Ident::new("element", Span::mixed_site());
    let mut fixed = Vec::new();
    let mut calls = Vec::new();
    for attribute in node.attributes() {
        let attribute = keyed(attribute)?;
        let key = attribute.key.to_string();
        match (attribute.value(), key.split_once(':')) {
            (None, None) => fixed.push(quote! { (#key, "") }),
            (Some(Expr::Lit(literal)), None) if matches!(literal.lit, Lit::Str(_)) => {
                fixed.push(quote! { (#key, #literal) });
            }
            (Some(node), None) if key == "node_ref" => calls.push(quote! { #element.node(#node); }),
            (Some(value), None) => calls.push(slot(&element, value, "Attribute", &key)),
            (Some(handler), Some(("on", event))) => {
                let event = format_ident!("{event}", span = attribute.key.span());
                calls.push(quote_spanned! { handler.span() =>
                    #element.on(::leptos::ev::#event, #handler);
                });
            }
            (Some(value), Some(("prop", name @ ("value" | "checked")))) => {
                calls.push(slot(&element, value, "Property", name))
            }
            (Some(value), Some(("class", name))) => calls.push(slot(&element, value, "Class", name)),
            (Some(value), Some(("style", name))) => calls.push(slot(&element, value, "Style", name)),
            (_, Some(_)) => {
                let words = "one of on:, prop:value, prop:checked, class: or style: with a value is expected";
                return Err(Error::new(attribute.key.span(), words));
            }
        }
    }
    for child_node in &node.children {
        let child = child(child_node)?;
        calls.push(quote! { #element.child(#child); });
    }
    let fixed = if fixed.is_empty() {
        quote! { &[] }
    } else {
        quote! { &[#(#fixed),*] }
    };
    if calls.is_empty() {
        return Ok(quote! { crate::console::element::Element::new(#tag, #fixed).view() });
    }
    Ok(quote! {{
        let mut #element = crate::console::element::Element::new(#tag, #fixed);
        #(#calls)*
        #element.view()
    }})
}

/// A call that sets a part of an element to a value, or lets it follow one.
fn slot(element: &Ident, value: &Expr, part: &str, name: &str) -> TokenStream {
    let part = format_ident!("{part}");
    quote_spanned! { value.span() =>
        #element.set(
            crate::console::element::Part::#part,
            #name,
            crate::console::element::IntoSlot::slot(#value),
        );
    }
}

fn keyed(attribute: &NodeAttribute) -> Result<&KeyedAttribute, Error> {
    match attribute {
        NodeAttribute::Attribute(attribute) => Ok(attribute),
        NodeAttribute::Block(block) => Err(Error::new(block.span(), "name=value is expected")),
    }
}
