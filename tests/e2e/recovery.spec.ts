// When the program cannot start, or has stopped: the page says so, and offers what is left to do.
import AxeBuilder from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import { Console, open } from "./console";
import { lines } from "./kept";

const CRASH = "?scenario=shop&seed=7&clock=paused&crash=now";

const heading = (page: Page, words: string) => page.getByRole("heading", { name: words, exact: true });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const stopped = (page: Page) => expect(heading(page, "Playhead has stopped")).toBeVisible();

/** Has the page throw what a trap throws, where nobody catches it. */
async function trap(page: Page, how: "in a callback" | "in a promise" = "in a callback"): Promise<void> {
  await page.evaluate((how) => {
    const thrown = new WebAssembly.RuntimeError("unreachable");
    setTimeout(() => {
      if (how === "in a callback") throw thrown;
      void Promise.reject(thrown);
    });
  }, how);
}

const WASM = "**/playhead_bg.wasm";

/** A page whose program did not come, so that the database is whatever the test makes of it. */
async function failed(page: Page): Promise<void> {
  await page.route(WASM, (route) => route.abort());
  await page.goto("");
  await expect(heading(page, "Playhead could not start")).toBeVisible();
}

/** Puts a database there, with a text and with bytes. */
async function keep(page: Page, held = false): Promise<void> {
  await page.evaluate(async (held) => {
    const request = indexedDB.open("playhead");
    request.onupgradeneeded = () => {
      request.result.createObjectStore("some", { autoIncrement: true });
      request.result.createObjectStore("others");
    };
    await new Promise((done, failed) => ((request.onsuccess = done), (request.onerror = failed)));
    const transaction = request.result.transaction(["some", "others"], "readwrite");
    transaction.objectStore("some").add({ at: 7, body: new TextEncoder().encode('{"force_cancel":true}') });
    transaction.objectStore("others").put("the wörld", "now");
    await new Promise((done) => (transaction.oncomplete = done));
    sessionStorage.setItem("kept", "yes");
    if (!held) request.result.close();
  }, held);
}

test("a program that traps leaves a page that says so, and starts again with a reload", async ({ page }) => {
  await page.goto(CRASH);
  await stopped(page);
  await expect(page.getByRole("main")).toBeFocused();
  await expect(page.getByText("Nothing on the server")).toBeHidden();
  // Nothing of what stood there is left, to be taken for alive.
  await expect(page.getByRole("grid")).toHaveCount(0);
  await page.keyboard.press("Tab");
  await expect(button(page, "Reload")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("grid")).toBeVisible();
});

for (const how of ["in a callback", "in a promise"] as const) {
  test(`a trap is noticed ${how}, also under an open panel`, async ({ page }) => {
    const console = await open(page);
    await console.press("production", "Redeploy");
    await expect(console.dialog).toBeVisible();
    await trap(page, how);
    await stopped(page);
    await button(page, "Reload").click();
    await console.ready();
  });
}

test("a mistake that the program goes on from stops nothing", async ({ page }) => {
  const console = await open(page);
  const noticed = page.waitForEvent("pageerror");
  await page.evaluate(() => void setTimeout(() => { throw new Error("a mistake"); }));
  await noticed;
  await expect(heading(page, "Playhead has stopped")).toHaveCount(0);
  await console.menu("production");
});

test("connected to a server, it says that nothing there is affected, and offers nothing about the demo", async ({ page }) => {
  await open(page);
  await page.evaluate(() => sessionStorage.setItem("playhead.connection", "live\nhttps://api.example.com\nToken\n"));
  await trap(page);
  await stopped(page);
  await expect(page.getByText("Nothing on the server is affected")).toBeVisible();
  await expect(button(page, "Reset the demo")).toBeHidden();
  await expect(page.getByRole("button")).toHaveCount(1);
});

test("what the browser keeps of the demo can be had as a file, bodies as text", async ({ page }) => {
  await failed(page);
  await keep(page);
  const download = page.waitForEvent("download");
  await button(page, "Download the demo’s data").click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("playhead-demo.json");
  const { database, stores } = JSON.parse(await readFile(await file.path(), "utf8"));
  expect(database).toBe("playhead");
  expect(stores.some).toEqual([{ key: 1, value: { at: 7, body: '{"force_cancel":true}' } }]);
  expect(stores.others).toEqual([{ key: "now", value: "the wörld" }]);
  await expect(page.getByRole("status")).toHaveText("Saved as playhead-demo.json.");
});

test("where the browser keeps nothing, it says so, and no database is made by looking", async ({ page }) => {
  await failed(page);
  await button(page, "Download the demo’s data").click();
  await expect(page.getByRole("status")).toHaveText("The browser keeps nothing of the demo.");
  expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).not.toContain("playhead");
});

// A program that has stopped may hold its database open.
for (const held of [false, true]) {
  test(`the demo is reset with a second press${held ? ", also when its database is held open" : ""}`, async ({ page }) => {
    await failed(page);
    await keep(page, held);
    const count = () =>
      page.evaluate(async () => {
        const request = indexedDB.open("playhead");
        await new Promise((done) => (request.onsuccess = done));
        const { result } = request;
        if (!result.objectStoreNames.contains("others")) return result.close() ?? 0;
        const counted = result.transaction("others").objectStore("others").count();
        await new Promise((done) => (counted.onsuccess = done));
        result.close();
        return counted.result;
      });
    await page.unroute(WASM);
    await button(page, "Reset the demo").click();
    expect(await count()).toBe(1);
    await button(page, "Press again: delete all of it").click();
    await expect(page.getByRole("grid")).toBeVisible();
    expect(await count()).toBe(0);
    expect(await page.evaluate(() => sessionStorage.getItem("kept"))).toBeNull();
  });
}

test("the demo is reset beside another tab: nothing waits for it, it says so, and does not bring it back", async ({ context }) => {
  const WORLD = "?scenario=shop&seed=7&clock=paused";
  const first = await open(await context.newPage());
  await first.enter("staging");
  await first.act("storefront", "Redeploy");
  await first.expectStatus("storefront", "Queued");
  const page = await context.newPage();
  await page.goto(CRASH);
  await button(page, "Reset the demo").click();
  await button(page, "Press again: delete all of it").click();
  await expect(page.getByRole("grid")).toBeVisible();
  await expect(first.toasts).toContainText("This demo cannot be kept any more");
  await expect(first.toasts).toContainText("was deleted, in another tab");
  // The one that was reset is kept, and nothing has to be waited for.
  await page.goto(WORLD);
  const second = new Console(page);
  await second.enter("staging");
  expect(await second.status("storefront")).toBe("Deployment OK");
  await second.act("checkout-api", "Redeploy");
  await second.expectStatus("checkout-api", "Queued");
  await expect.poll(async () => (await lines(page)).length).toBe(3);
  // The other goes on for itself.
  await first.act("payments", "Redeploy");
  await first.expectStatus("storefront", "Queued");
  expect((await lines(page)).length).toBe(3);
  await page.reload();
  await second.ready();
  expect(await second.status("storefront")).toBe("Deployment OK");
  await second.expectStatus("checkout-api", "Queued");
});

test("a reset that somebody holds up is said, and can be tried again", async ({ page, context }) => {
  await failed(page);
  await keep(page, true);
  const other = await context.newPage();
  await failed(other);
  // Somebody deletes the database, and waits for who holds it.
  await other.evaluate(() => void indexedDB.deleteDatabase("playhead"));
  await button(other, "Reset the demo").click();
  await button(other, "Press again: delete all of it").click();
  await expect(other.getByRole("status")).toContainText("another tab holds it up; close the others and try again");
  await page.close();
  await other.unroute(WASM);
  await button(other, "Press again: delete all of it").click();
  await expect(other.getByRole("grid")).toBeVisible();
});

const BROKEN: [string, (page: Page) => Promise<unknown>][] = [
  ["the program cannot be fetched", (page) => page.route(WASM, (route) => route.abort())],
  ["the program is not there", (page) => page.route(WASM, (route) => route.fulfill({ status: 404 }))],
  ["the program has no bytes", (page) => page.route(WASM, (route) =>
    route.fulfill({ contentType: "application/wasm", body: "" }))],
  ["the program's script is not there", (page) => page.route("**/playhead.js", (route) => route.fulfill({ status: 404 }))],
  ["no script can be fetched", (page) => page.route("**/*.js", (route) => route.abort())],
  ["nothing can be fetched but the page", (page) => page.route(/\.(js|css|wasm)$/, (route) => route.abort())],
  ["the browser has no WebAssembly", (page) => page.addInitScript(() => { delete (globalThis as any).WebAssembly; })],
];
for (const [what, spoil] of BROKEN) {
  test(`a page that cannot start says so, and tries again: ${what}`, async ({ page }) => {
    await spoil(page);
    await page.goto("environment/some-id");
    await expect(heading(page, "Playhead could not start")).toBeVisible();
    await expect(page.getByText(/Loading/)).toHaveCount(0);
    await page.unrouteAll();
    if (what.includes("WebAssembly")) return;
    await button(page, "Reload").click();
    await expect(page.getByRole("link", { name: "Go to the environments" })).toBeVisible();
    expect(new URL(page.url()).pathname).toMatch(/environment\/some-id$/);
  });
}

test("without JavaScript a sentence stands there, and nothing that looks like loading", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(baseURL!);
  await expect(page.locator("body")).toHaveText(/^\s*Playhead runs in the browser and needs JavaScript and WebAssembly\./, {
    useInnerText: true,
  });
  await expect(page.locator("body")).not.toHaveText(/Loading|…/, { useInnerText: true });
  await context.close();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`axe finds nothing, and all of it fits: ${colorScheme}, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 640 });
      await page.emulateMedia({ colorScheme });
      await page.goto(CRASH);
      await stopped(page);
      await button(page, "Reset the demo").click();
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      for (const one of await page.getByRole("button").all()) await expect(one).toBeInViewport({ ratio: 1 });
    });
  }
}
