//! The page's own `fetch`, led to a function.

use std::rc::Rc;

use js_sys::{Promise, Reflect, Uint8Array};
use playhead::api::{Method, Request, Response};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// Leads `window.fetch` to `answer` until the next call of this.
pub fn lead_fetch(answer: impl Fn(Request) -> Option<Response> + 'static) {
    let answer = Rc::new(answer);
    let fetch = Closure::<dyn Fn(web_sys::Request) -> Promise>::new(move |request: web_sys::Request| {
        let answer = answer.clone();
        future_to_promise(async move {
            let signal = request.signal();
            let Some(response) = answer(read(&request).await) else {
                // Never answered: only the signal of the time-out ends it, as in the real fetch.
                let aborted = Promise::new(&mut |_, reject| {
                    let reason = signal.clone();
                    let abort = move || reject.call1(&JsValue::NULL, &reason.reason());
                    signal.set_onabort(Some(Closure::once_into_js(abort).unchecked_ref()));
                });
                return JsFuture::from(aborted).await;
            };
            Ok(written(&response).into())
        })
    });
    Reflect::set(&js_sys::global(), &"fetch".into(), fetch.as_ref()).unwrap();
    fetch.forget();
}

async fn read(request: &web_sys::Request) -> Request {
    let url = web_sys::Url::new(&request.url()).unwrap();
    let mut read = Request::new(Method::from_name(&request.method()).unwrap(), url.pathname().replacen("/api", "", 1));
    for pair in url.search_params().entries() {
        let pair = js_sys::Array::from(&pair.unwrap());
        read = read.with_query(&pair.get(0).as_string().unwrap(), pair.get(1).as_string().unwrap());
    }
    let body = JsFuture::from(request.array_buffer().unwrap()).await.unwrap();
    read.with_body(Uint8Array::new(&body).to_vec())
}

fn written(response: &Response) -> web_sys::Response {
    let init = web_sys::ResponseInit::new();
    init.set_status(response.status);
    let headers = web_sys::Headers::new().unwrap();
    for (name, value) in &response.headers {
        headers.append(name, value).unwrap();
    }
    init.set_headers(headers.as_ref());
    web_sys::Response::new_with_opt_js_u8_array_and_init(Some(&Uint8Array::from(response.body.as_slice())), &init)
        .unwrap()
}
