//! The journals in the browser's IndexedDB: lines by world and number. Transactions that write come one after the other,
//! in all tabs together; each is kept whole or not at all.
//!
//! Whoever else wants to delete the database, or has a newer version of it, gets it: it is closed here at once.

use js_sys::{Array, JsString, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode, window,
};

use super::journal::Line;
use crate::client::timer;

/// The database, and its version.
const DATABASE: &str = "playhead";
const VERSION: u32 = 1;
/// The store of the journals' lines…
const LINES: &str = "journal";
/// …and of those that could not be read, kept for whoever wants to look at them.
const DAMAGED: &str = "damaged";
/// How long it may take to open, in milliseconds: until then there are no menus and panels. It waits for other tabs where
/// one of them deletes it, or has another version.
const PATIENCE: u32 = 5_000;

/// Why nothing can be kept: the browser's words.
#[derive(Clone, Debug)]
pub struct Denied(pub String);

impl From<JsValue> for Denied {
    fn from(error: JsValue) -> Denied {
        let words = js_sys::Reflect::get(&error, &"message".into()).ok().and_then(|words| words.as_string());
        Denied(words.filter(|words| !words.is_empty()).unwrap_or_else(|| format!("{error:?}")))
    }
}

/// The database, open.
pub struct Storage {
    database: IdbDatabase,
    world: String,
}

/// A transaction. It ends when nothing more is asked of it.
pub struct Turn<'a> {
    storage: &'a Storage,
    transaction: IdbTransaction,
    lines: IdbObjectStore,
}

impl Storage {
    /// Opens it, for one world.
    pub async fn open(world: &str) -> Result<Storage, Denied> {
        let factory = window().and_then(|window| window.indexed_db().ok().flatten());
        let factory = factory.ok_or_else(|| Denied("this browser has no IndexedDB here".to_owned()))?;
        let request = factory.open_with_u32(DATABASE, VERSION)?;
        let upgrade = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
            let request = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok());
            let database =
                request.and_then(|request| request.result().ok()).and_then(|it| it.dyn_into::<IdbDatabase>().ok());
            for store in [LINES, DAMAGED] {
                // It fails only where it is there already.
                let _ = database.as_ref().map(|database| database.create_object_store(store));
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let opened = done(&request);
        let Some(opened) = timer::within(PATIENCE, opened).await else {
            // Should it open after all, nobody is waited for by others because of this one.
            let close = Closure::once_into_js(|event: web_sys::Event| {
                let late = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok());
                let late = late.and_then(|late| late.result().ok()).and_then(|it| it.dyn_into::<IdbDatabase>().ok());
                if let Some(late) = late {
                    late.close();
                }
            });
            request.set_onsuccess(Some(close.unchecked_ref()));
            // It may have to be made even then.
            upgrade.forget();
            return Err(Denied(format!(
                "the browser's storage does not open within {} s: another tab may hold it up",
                PATIENCE / 1_000
            )));
        };
        Ok(Storage { database: opened?.unchecked_into(), world: world.to_owned() })
    }

    /// What to do when the database is taken away: somebody deletes it or needs it for a newer version, or the browser
    /// closes it. It is closed before.
    pub fn on_lost(&self, tell: impl Fn(Denied) + 'static) {
        let database = self.database.clone();
        let lost = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
            database.close();
            tell(Denied(match event.type_().as_str() {
                "versionchange" => "another tab deletes what the browser keeps, or has a newer version".to_owned(),
                _ => "the browser has closed what it keeps".to_owned(),
            }));
        });
        self.database.set_onversionchange(Some(lost.as_ref().unchecked_ref()));
        self.database.set_onclose(Some(lost.as_ref().unchecked_ref()));
        // As long as the page is there.
        lost.forget();
    }

    /// A transaction that writes.
    pub fn turn(&self) -> Result<Turn<'_>, Denied> {
        let stores = Array::of2(&LINES.into(), &DAMAGED.into());
        let mode = IdbTransactionMode::Readwrite;
        let transaction = self.database.transaction_with_str_sequence_and_mode(&stores, mode)?;
        let lines = transaction.object_store(LINES)?;
        Ok(Turn { storage: self, transaction, lines })
    }

    fn key(&self, number: u64) -> JsValue {
        Array::of2(&self.world.as_str().into(), &(number as f64).into()).into()
    }
}

impl Turn<'_> {
    /// All lines of the world after a number, in order, each with its own; what is no line has none.
    pub async fn after(&self, number: u64) -> Result<Vec<(u64, Option<Line>)>, Denied> {
        let end = Array::of2(&self.storage.world.as_str().into(), &f64::INFINITY.into());
        let range = IdbKeyRange::bound_with_lower_open(&self.storage.key(number), &end, true)?;
        let keys = done(&self.lines.get_all_keys_with_key(&range)?).await?;
        let values = done(&self.lines.get_all_with_key(&range)?).await?;
        let number = |key: JsValue| Array::from(&key).get(1).as_f64().unwrap_or_default() as u64;
        Ok(Array::from(&keys).iter().map(number).zip(Array::from(&values).iter().map(|value| line(&value))).collect())
    }

    /// Writes a line at a number.
    pub fn write(&self, number: u64, line: &Line) -> Result<(), Denied> {
        self.lines.put_with_key(&written(line), &self.storage.key(number))?;
        Ok(())
    }

    /// Deletes all lines before a number.
    pub fn forget_before(&self, number: u64) -> Result<(), Denied> {
        let range = IdbKeyRange::bound_with_lower_open_and_upper_open(
            &self.storage.key(0),
            &self.storage.key(number),
            false,
            true,
        )?;
        self.lines.delete(&range)?;
        Ok(())
    }

    /// Puts all lines from a number on aside.
    pub async fn put_aside(&self, from: u64) -> Result<(), Denied> {
        for (number, _) in self.after(from.saturating_sub(1)).await? {
            let key = self.storage.key(number);
            let value = done(&self.lines.get(&key)?).await?;
            self.aside(number, &value)?;
            self.lines.delete(&key)?;
        }
        Ok(())
    }

    /// Writes a line that is no part of the journal, beside those that could not be read.
    pub fn write_aside(&self, number: u64, line: &Line) -> Result<(), Denied> {
        self.aside(number, &written(line))
    }

    fn aside(&self, number: u64, value: &JsValue) -> Result<(), Denied> {
        let key = Array::from(&self.storage.key(number));
        key.push(&js_sys::Date::now().into());
        // Two of one number may be put aside in one moment.
        key.push(&js_sys::Math::random().into());
        self.transaction.object_store(DAMAGED)?.put_with_key(value, &key)?;
        Ok(())
    }

    /// Nothing of it is to happen.
    pub fn abort(&self) {
        // It fails only where it is over, and then nothing was written.
        let _ = self.transaction.abort();
    }

    /// Waits until what was written is kept.
    pub async fn end(self) -> Result<(), Denied> {
        let transaction = &self.transaction;
        let ended = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        match JsFuture::from(ended).await {
            Ok(_) => Ok(()),
            Err(_) => Err(self.transaction.error().map_or_else(
                || Denied("the browser gave the transaction up".to_owned()),
                |error| Denied(error.message()),
            )),
        }
    }
}

/// What a request comes to.
async fn done(request: &IdbRequest) -> Result<JsValue, Denied> {
    let over = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(over).await {
        Ok(_) => Ok(request.result()?),
        Err(_) => Err(request
            .error()
            .ok()
            .flatten()
            .map_or_else(|| Denied("the browser gave no reason".to_owned()), |error| Denied(error.message()))),
    }
}

fn written(line: &Line) -> JsValue {
    Array::of3(&line.head.as_str().into(), &line.body.as_str().into(), &line.check.as_str().into()).into()
}

fn line(value: &JsValue) -> Option<Line> {
    let parts = value.dyn_ref::<Array>()?;
    let text = |at: u32| parts.get(at).dyn_into::<JsString>().ok().map(String::from);
    Some(Line { head: text(0)?, body: text(1)?, check: text(2)? })
}
