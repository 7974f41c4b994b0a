// A token that is looked for everywhere: in what the page keeps, shows, says, copies and saves, and in what it sends to
// anybody but the API the token is for.
import { readFile } from "node:fs/promises";
import { type Download, expect, type Page } from "@playwright/test";
import { copied } from "./clipboard";

export class Canary {
  private readonly told: Promise<string>[] = [];
  /** Requests to the API that carried it. */
  sent = 0;

  /** Listens from now on; `api` is how the addresses of its API begin. */
  constructor(
    private readonly page: Page,
    private readonly token: string,
    api: string,
  ) {
    const tell = (...words: (string | Promise<string>)[]) => void this.told.push(...words.map((word) => Promise.resolve(word)));
    page.on("console", (message) => tell(message.text()));
    page.on("pageerror", (error) => tell(String(error)));
    page.on("download", (download) => tell(download.suggestedFilename(), saved(download)));
    page.on("request", (request) => {
      const { authorization = "", ...headers } = request.headers();
      tell(request.url(), request.postData() ?? "", JSON.stringify(headers));
      if (!request.url().startsWith(api)) tell(authorization);
      else if (authorization.includes(token)) this.sent += 1;
    });
    page.on("websocket", (socket) => {
      tell(socket.url());
      // Its handshake, which cannot be seen, holds the token.
      if (new URL(socket.url()).host !== new URL(api).host) tell(`a socket elsewhere knows ${token}`);
      socket.on("framesent", ({ payload }) => tell(String(payload)));
    });
  }

  /** Where it is found; empty: nowhere. */
  async found(): Promise<string[]> {
    const places = await this.page.evaluate(kept);
    places["cookies"] = JSON.stringify(await this.page.context().cookies());
    places["clipboard"] = await copied(this.page);
    places["address"] = this.page.url();
    places["said, sent or saved"] = (await Promise.all(this.told)).join("\n");
    // As it is, and as a header of another kind would have it.
    const looks = [this.token, encodeURIComponent(this.token), Buffer.from(this.token).toString("base64").replace(/=+$/, "")];
    return Object.keys(places).filter((place) => looks.some((look) => places[place]!.includes(look)));
  }

  async expectNowhere(): Promise<void> {
    expect(await this.found()).toEqual([]);
  }
}

async function saved(download: Download): Promise<string> {
  return readFile(await download.path(), "utf8");
}

/** All that a page keeps and shows. Runs in it. */
async function kept(): Promise<Record<string, string>> {
  const text = (value: unknown) =>
    JSON.stringify(value, (_, inner) =>
      inner instanceof ArrayBuffer || ArrayBuffer.isView(inner) ? new TextDecoder().decode(inner) : inner,
    ) ?? "";
  const answer = <T>(request: IDBRequest<T>) =>
    new Promise<T>((done, failed) => ((request.onsuccess = () => done(request.result)), (request.onerror = failed)));
  const databases: unknown[] = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await answer(indexedDB.open(name!));
    const names = [...database.objectStoreNames];
    for (const store of names) {
      const one = database.transaction(names).objectStore(store);
      databases.push([name, store, ...(await Promise.all([answer(one.getAllKeys()), answer(one.getAll())]))]);
    }
    database.close();
  }
  const cached: unknown[] = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      cached.push([name, request.url, [...request.headers], [...(response?.headers ?? [])], await response?.text()]);
    }
  }
  const fields = [...document.querySelectorAll("input, textarea, select")].map((field) => (field as HTMLInputElement).value);
  return {
    "local storage": text({ ...localStorage }),
    "session storage": text({ ...sessionStorage }),
    IndexedDB: text(databases),
    caches: text(cached),
    history: text([history.state, window.name]),
    "the document": document.documentElement.outerHTML + text(fields),
  };
}
