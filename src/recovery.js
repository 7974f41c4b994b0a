// The page's screen for when its program cannot start, or has ended: a trap of wasm has no Rust behind it that could tell.
//
// What it shows stands in index.html, and so does what shows it when not even this file can be fetched. It knows of the
// program's how its database looks (src/client/loopback/storage.rs), the name of the connection in the tab's storage
// (src/console/connection.rs), what the marks of kept worlds begin with (src/client/loopback.rs), and how the tabs of
// a world are called (src/client/loopback/keeper.rs).
(() => {
  const DATABASE = "playhead";
  const CONNECTION = "playhead.connection";
  const KEPT = "playhead.kept.";
  const TABS = "playhead.";
  const USUAL = "1 damaged,journal";
  /** How long the database may take, in milliseconds: somebody may be deleting it, and wait for a tab. */
  const PATIENCE = 5000;

  let started = false;
  addEventListener("TrunkApplicationStarted", () => (started = true));

  // Before the program runs every failure is one of the start. Afterwards it goes on from all but these: a trap, and the
  // end of the stack, which Firefox has a name of its own for.
  const ends = (error) =>
    !started ||
    error instanceof RangeError ||
    error.name === "InternalError" ||
    (globalThis.WebAssembly && error instanceof WebAssembly.RuntimeError);
  addEventListener("error", ({ error }) => error && ends(error) && recover());
  addEventListener("unhandledrejection", ({ reason }) => reason && ends(reason) && recover());

  addEventListener("recover", () => {
    const screen = document.querySelector(".recovery");
    const server = connected();
    const shown = { start: !started, stop: started, server, demo: !server };
    for (const part of screen.querySelectorAll("[data-when]")) part.hidden = !shown[part.dataset.when];
    const [, download, reset] = screen.querySelectorAll("button");
    const say = screen.querySelector("[role=status]");
    const attempt = (work) => async () => {
      try {
        say.textContent = await work();
      } catch (error) {
        say.textContent = `The browser does not let the page at what it keeps: ${error.message}`;
      }
    };
    download.onclick = attempt(save);
    reset.onclick = () => {
      reset.classList.add("danger");
      reset.textContent = "Press again: delete all of it";
      reset.onclick = attempt(forget);
    };
  });

  // The demo controls offer the same file while the program runs (src/console/demo/world.rs).
  addEventListener("save-kept", ({ detail: settle }) => settle(save()));

  /** Whether the page was one of a server: what was chosen in this tab, else what the page is told. */
  function connected() {
    try {
      const chosen = sessionStorage.getItem(CONNECTION);
      if (chosen !== null) return chosen !== "demo";
    } catch {}
    return document.querySelector("meta[name=playhead-api]") !== null;
  }

  const answer = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  /** The database; null when there is none, which stays so. */
  async function open() {
    const request = indexedDB.open(DATABASE);
    let isNew = false;
    request.onupgradeneeded = () => {
      isNew = true;
      request.transaction.abort();
    };
    let late = false;
    const opened = answer(request).then(
      (database) => (late ? database.close() : database),
      (error) => {
        if (isNew) return null;
        throw error;
      },
    );
    return within(opened).catch((error) => {
      late = true;
      throw error;
    });
  }

  /** What does not come, as somebody deletes the database, or is stuck while writing, is not waited for any longer. */
  function within(work) {
    const waited = (_, reject) =>
      setTimeout(() => reject(new Error("another tab holds it up; close the others and try again.")), PATIENCE);
    return Promise.race([work, new Promise(waited)]);
  }

  async function save() {
    const database = await open();
    const names = [...(database?.objectStoreNames ?? [])];
    if (names.length === 0) return "The browser keeps nothing of the demo.";
    const transaction = database.transaction(names);
    // As soon as that is over.
    database.close();
    const stores = {};
    for (const name of names) {
      const store = transaction.objectStore(name);
      const [keys, values] = await within(Promise.all([answer(store.getAllKeys()), answer(store.getAll())]));
      stores[name] = keys.map((key, place) => ({ key, value: values[place] }));
    }
    const { version } = database;
    const isBytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
    const asText = (_, value) => (isBytes(value) ? new TextDecoder().decode(value) : value);
    const dump = JSON.stringify({ database: DATABASE, version, stores }, asText, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([dump], { type: "application/json" }));
    link.download = "playhead-demo.json";
    link.click();
    // The browser has taken hold of it by now.
    setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE);
    return "Saved as playhead-demo.json.";
  }

  async function forget() {
    const database = await open();
    const names = [...(database?.objectStoreNames ?? [])];
    if (names.length > 0) {
      const transaction = database.transaction(names, "readwrite");
      for (const name of names) await answer(transaction.objectStore(name).clear());
    }
    const usual = !database || `${database.version} ${names}` === USUAL;
    database?.close();
    // A database that is held open – by other tabs, by the program that has stopped – can be emptied, not deleted: that
    // would wait, and keep the program from opening it. Only one that the program cannot use has to go.
    if (!usual) {
      const request = indexedDB.deleteDatabase(DATABASE);
      await Promise.race([answer(request), new Promise((blocked) => (request.onblocked = blocked))]);
    }
    sessionStorage.clear();
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(KEPT)) continue;
      localStorage.removeItem(key);
      // Other tabs of that world see by the missing mark that it was meant.
      new BroadcastChannel(TABS + key.slice(KEPT.length)).postMessage(null);
    }
    // Not where it stopped: that may be why.
    location.href = document.baseURI;
    return "Everything is deleted.";
  }
})();
