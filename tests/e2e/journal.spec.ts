// The demo's world is kept in the browser: it is there after a reload and a crash, and is one world in several tabs.
import { readFile } from "node:fs/promises";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { Console } from "./console";
import { file, hold, lines, stored, write } from "./kept";

/** The world of these tests, one that stands still, and how what is kept of both is called. */
const STILL = "?scenario=shop&seed=7&clock=paused";
const WORLD = "shop/7";

/** A world that goes on by itself. */
async function open(page: Page, query = "?scenario=shop&seed=7"): Promise<Console> {
  await page.goto(query);
  const console = new Console(page);
  await console.ready();
  return console;
}

/** Everything but the moment, of the environments: to be compared between tabs. */
const rows = async (console: Console) => {
  const { rows } = await console.sight();
  return Object.fromEntries(Object.entries(rows).map(([name, { status, running, version }]) => [name, { status, running, version }]));
};

async function stopped(console: Console, name: string): Promise<void> {
  await console.press(name, "Stop");
  await console.confirm(/^Stop /);
  await expect.poll(() => console.status(name), { timeout: 20_000 }).toBe("Stopped");
}

/** Lets the world go faster. */
async function hurry(console: Console): Promise<void> {
  const sheet = await console.demo();
  await sheet.getByRole("radio", { name: "20×" }).check();
  await console.closeDemo();
}

/** Changes the journal behind the page's back. */
const tamper = (page: Page, how: "clear" | "damage the last" | "make newer"): Promise<void> =>
  page.evaluate(
    (how) =>
      new Promise<void>((resolve, reject) => {
        /** As a newer version would write it, its check included. */
        const check = (head: string) => {
          let hash = 0xcbf29ce484222325n;
          for (const byte of [...new TextEncoder().encode(head), 0]) {
            hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
          }
          return hash.toString(16).padStart(16, "0");
        };
        const opening = indexedDB.open("playhead");
        opening.onsuccess = () => {
          const turn = opening.result.transaction("journal", "readwrite");
          const store = turn.objectStore("journal");
          if (how === "clear") store.clear();
          const all = store.openCursor(null, "prev");
          all.onsuccess = () => {
            const cursor = all.result;
            if (!cursor) return;
            const [head, body, sum] = cursor.value as [string, string, string];
            if (how === "damage the last") {
              // As if a byte had gone bad.
              cursor.update([head.replace("at", "ta"), body, sum]);
            } else {
              const newer = head.replace('"format":1', '"format":2');
              if (body === "") cursor.update([newer, body, check(newer)]);
              cursor.continue();
            }
          };
          turn.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          turn.onabort = () => reject(turn.error);
        };
      }),
    how,
  );

/** From its next opening on the page is so much later, in milliseconds. */
const later = (page: Page, millis: number): Promise<void> =>
  page.addInitScript((millis) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + millis;
  }, millis);

async function kept(page: Page): Promise<string> {
  const console = new Console(page);
  const sheet = await console.demo();
  const words = await sheet.getByText(/^(Kept in this browser|Gone when this tab)/).textContent();
  await console.closeDemo();
  return words ?? "";
}

test("what was accepted is there after a reload, and what was running goes on", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await hurry(console);
  await stopped(console, "checkout-api");
  // In a world that was begun again nobody would stop it.
  await console.press("storefront", "Stop");
  await console.confirm(/^Stop /);
  await expect.poll(() => console.status("storefront")).toMatch(/Queued|Stopping/);
  await page.reload();
  await console.ready();
  expect(await console.status("checkout-api")).toBe("Stopped");
  await expect.poll(() => console.status("storefront"), { timeout: 25_000 }).toBe("Stopped");
  expect((await lines(page)).filter((line) => line.includes('"asked"')).length).toBe(2);
});

test("a page that nobody acted on keeps nothing", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await console.menu("storefront");
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("playhead.kept")))).toEqual([]);
});

test("the clock is kept too: paused stays paused, where it stood", async ({ page }) => {
  const console = await open(page, STILL);
  await console.enter("staging");
  await console.act("storefront", "Redeploy");
  await console.expectStatus("storefront", "Queued");
  await console.nextEvent();
  const before = await rows(console);
  const saved = await file(console);
  // The address says paused, the journal where.
  await later(page, 3_600_000);
  await page.reload();
  await console.ready();
  expect(await rows(console)).toEqual(before);
  expect(await file(console)).toBe(saved);
  // It goes on from where it stood, and not from where it began.
  await console.watch("storefront");
  await console.expectStatus("storefront", "Deployment OK");
});

test("the time while it was closed passes: what was running is over", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  const pressed = Date.now();
  await console.press("storefront", "Stop");
  await console.confirm(/^Stop /);
  await expect.poll(() => console.status("storefront")).toMatch(/Queued|Stopping/);
  await page.goto("about:blank");
  await later(page, 3_600_000);
  await page.goto("?scenario=shop&seed=7");
  await console.ready();
  await console.enter("staging");
  // Not by itself since: it had no time.
  expect(await console.status("storefront")).toBe("Stopped");
  expect(Date.now() - pressed).toBeLessThan(3_600_000);
});

test("another world in the URL is another journal", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await stopped(console, "storefront");
  await open(page, "?scenario=shop&seed=8");
  await console.enter("staging");
  expect(await console.status("storefront")).not.toBe("Stopped");
  await open(page);
  await console.enter("staging");
  expect(await console.status("storefront")).toBe("Stopped");
});

test("an opened scenario is the world after a reload", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await stopped(console, "storefront");
  const sheet = await console.demo();
  await sheet.getByRole("combobox", { name: "Scenario" }).selectOption("empty");
  await sheet.getByRole("button", { name: "Begin the scenario again" }).click();
  await expect(page.getByText(/no environments?/i).first()).toBeVisible();
  await page.reload();
  await expect(page.getByText(/no environments?/i).first()).toBeVisible();
  // Nothing of the one before is kept: it can never come back.
  expect((await lines(page)).length).toBe(2);
});

test("a scenario that begins is told, and nothing more of what was asked of the one before", async ({ page }) => {
  const console = await open(page, STILL);
  await console.enter("staging");
  await console.act("storefront", "Redeploy");
  await console.expectStatus("storefront", "Queued");
  await (await console.demo()).getByRole("button", { name: "Begin the scenario again" }).click();
  await expect(console.toasts).toContainText("Scenario shop begun, seed 7");
  await expect(console.toasts).not.toContainText("Redeploy storefront");
});

/** Two tabs of one browser, at the same environment. */
async function two(context: BrowserContext): Promise<[Console, Console]> {
  const pages = [await context.newPage(), await context.newPage()];
  const consoles: Console[] = [];
  for (const page of pages) {
    const console = await open(page);
    await console.enter("staging");
    consoles.push(console);
  }
  return [consoles[0]!, consoles[1]!];
}

test("two tabs are one world: what one does the other shows, and nothing is done twice", async ({ context }) => {
  const [first, second] = await two(context);
  await stopped(first, "storefront");
  await expect.poll(() => second.status("storefront")).toBe("Stopped");
  await stopped(second, "checkout-api");
  await expect.poll(() => first.status("checkout-api")).toBe("Stopped");
  await expect.poll(async () => JSON.stringify(await rows(first)) === JSON.stringify(await rows(second))).toBe(true);
  expect((await lines(first.page)).filter((line) => line.includes('"asked"')).length).toBe(2);
});

test("a tab ends before it tells what it wrote: the others know as soon as the next is opened", async ({ context }) => {
  const first = await open(await context.newPage(), STILL);
  await first.enter("staging");
  const page = await context.newPage();
  await page.addInitScript(() => (BroadcastChannel.prototype.postMessage = () => {}));
  const mute = await open(page, STILL);
  await mute.enter("staging");
  await mute.act("storefront", "Redeploy");
  await mute.expectStatus("storefront", "Queued");
  await page.close();
  expect(await first.status("storefront")).toBe("Deployment OK");
  await open(await context.newPage(), STILL);
  await first.expectStatus("storefront", "Queued");
});

test("both press at the same moment: both requests are there, in one order", async ({ context }) => {
  const [first, second] = await two(context);
  await hurry(first);
  await Promise.all([first.act("storefront", "Redeploy"), second.act("checkout-api", "Redeploy")]);
  for (const console of [first, second]) {
    for (const name of ["storefront", "checkout-api"]) {
      await expect.poll(() => console.status(name), { timeout: 25_000 }).toBe("Deployment OK");
    }
  }
  await expect.poll(async () => JSON.stringify(await rows(first)) === JSON.stringify(await rows(second))).toBe(true);
  expect((await lines(first.page)).filter((line) => line.includes('"asked"')).length).toBe(2);
});

test("the tab that acted is closed: the other goes on, and so does a new one", async ({ context }) => {
  const [first, second] = await two(context);
  await stopped(first, "storefront");
  await first.page.close();
  await stopped(second, "checkout-api");
  const third = await open(await context.newPage());
  await third.enter("staging");
  expect(await third.status("storefront")).toBe("Stopped");
  expect(await third.status("checkout-api")).toBe("Stopped");
});

test("a damaged journal is told, everything before the damage is there, and the rest is put aside", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await stopped(console, "storefront");
  await stopped(console, "checkout-api");
  await page.goto("about:blank");
  await page.goto("?panel=keys&scenario=none-of-this-journal");
  await tamper(page, "damage the last");
  const damaged = (await stored(page)).at(-1)!;
  await open(page);
  await expect(console.toasts).toContainText("damaged after 3 of 4 lines");
  await expect(console.toasts).toContainText("“Download all that is kept” in the demo controls saves it");
  await console.enter("staging");
  expect(await console.status("storefront")).toBe("Stopped");
  expect(await console.status("checkout-api")).not.toBe("Stopped");
  expect((await lines(page)).length).toBe(3);
  // It is kept again from there.
  await stopped(console, "checkout-api");
  await page.reload();
  await console.ready();
  expect(await console.status("checkout-api")).toBe("Stopped");
  // What was put aside is where the page says: to the letter.
  const coming = page.waitForEvent("download");
  await (await console.demo()).getByRole("button", { name: "Download all that is kept" }).click();
  const { stores } = JSON.parse(await readFile(await (await coming).path(), "utf8"));
  expect(stores.damaged).toEqual([{ key: [WORLD, damaged.number, expect.any(Number), expect.any(Number)], value: damaged.line }]);
  expect(stores.journal.length).toBe(4);
});

/** Everything is in order: the lines without a gap, the tabs alike, and a new one finds nothing to say. */
async function expectOne(context: BrowserContext, ...consoles: Console[]): Promise<void> {
  const third = await open(await context.newPage(), STILL);
  await third.enter("staging");
  for (const console of consoles) {
    await expect.poll(() => rows(console)).toEqual(await rows(third));
    await expect(console.toasts).not.toContainText("damaged after 4");
  }
  await expect(third.toasts).toBeEmpty();
  const numbers = (await stored(third.page)).map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, place) => numbers[0]! + place));
  expect(await file(third)).toBe(await file(consoles[0]!));
  await third.page.close();
}

/** What was put aside of a world that can be opened: as files. */
const worlds = async (page: Page): Promise<string[]> =>
  (await stored(page, "damaged")).filter(({ line: [head] }) => head.includes("/world")).map(({ line: [, body] }) => body);

test("a tab that knows more than a damaged journal follows the one that went on from it, and what it knew is put aside", async ({
  context,
}) => {
  const first = await open(await context.newPage(), STILL);
  await first.enter("staging");
  for (const name of ["storefront", "checkout-api", "payments"]) await first.act(name, "Redeploy");
  await expect.poll(async () => (await stored(first.page)).length).toBe(5);
  const known = await file(first);
  const [head, body, check] = (await stored(first.page))[3]!.line;
  await write(first.page, WORLD, [{ number: 4, line: [head.replace("at", "ta"), body, check] }]);
  const second = await open(await context.newPage(), STILL);
  await expect(second.toasts).toContainText("damaged after 3 of 5 lines");
  await second.enter("staging");
  await second.act("search", "Redeploy");
  await expect(first.toasts).toContainText("gone on in another tab, without some of what was done here");
  await expectOne(context, first, second);
  // Both go on, in one journal.
  await first.act("ingress", "Redeploy");
  await second.act("catalog-api", "Redeploy");
  await expect.poll(async () => (await stored(first.page)).length).toBe(6);
  await expectOne(context, first, second);
  expect(await worlds(first.page)).toEqual([known]);
});

test("the storage is cleared, and another tab begins anew: there is one world, and the one before is put aside", async ({
  context,
}) => {
  const first = await open(await context.newPage(), STILL);
  await first.enter("staging");
  await first.act("storefront", "Redeploy");
  await expect.poll(async () => (await stored(first.page)).length).toBe(3);
  const known = await file(first);
  await tamper(first.page, "clear");
  const second = await open(await context.newPage(), STILL);
  await second.enter("staging");
  // As many lines as the first knows: only that they are others tells.
  await second.act("search", "Redeploy");
  await expect(first.toasts).toContainText("gone on in another tab");
  await second.act("ingress", "Redeploy");
  await first.act("payments", "Redeploy");
  await expect.poll(async () => (await stored(first.page)).length).toBe(5);
  await expectOne(context, first, second);
  expect(await worlds(first.page)).toEqual([known]);
});

for (const how of ["an action", "a turn of the clock"]) {
  test(`${how} makes the journal long: a snapshot takes its place, in all tabs, and nothing is lost`, async ({ context }) => {
    const first = await open(await context.newPage(), STILL);
    await first.enter("staging");
    await first.act("storefront", "Redeploy");
    await expect.poll(async () => (await stored(first.page)).length).toBe(3);
    const clock = (await stored(first.page))[1]!.line;
    const filled = Array.from({ length: 295 }, (_, place) => ({ number: 4 + place, line: clock }));
    await write(first.page, WORLD, filled);
    await first.page.reload();
    await first.ready();
    const second = await open(await context.newPage(), STILL);
    await second.enter("staging");
    await first.act("checkout-api", "Redeploy");
    await expect.poll(async () => (await stored(first.page)).length).toBe(299);
    if (how === "an action") await first.act("payments", "Redeploy");
    else await first.step();
    await expect.poll(async () => (await stored(first.page)).map(({ number }) => number)).toEqual([301, 302]);
    await second.act("search", "Redeploy");
    await expect.poll(async () => (await stored(first.page)).map(({ number }) => number)).toEqual([301, 302, 303]);
    await expectOne(context, first, second);
    const before = await file(first);
    expect(before).toBe(await file(second));
    await first.page.reload();
    await first.ready();
    expect(await file(first)).toBe(before);
    await expect(second.toasts).not.toContainText("gone on in another tab");
  });
}

test("another tab deletes the database: it is let go at once, and that is said", async ({ context }) => {
  const first = await open(await context.newPage(), STILL);
  await first.enter("staging");
  await first.act("storefront", "Redeploy");
  await first.expectStatus("storefront", "Queued");
  const other = await context.newPage();
  await other.goto("404.html?crash=now");
  const gone = await other.evaluate(
    () =>
      new Promise((resolve) => {
        const request = indexedDB.deleteDatabase("playhead");
        request.onsuccess = () => resolve("deleted");
        request.onblocked = () => resolve("blocked");
      }),
  );
  expect(gone).toBe("deleted");
  await expect(first.toasts).toContainText("This demo cannot be kept any more");
  await expect(first.toasts).toContainText("another tab deletes what the browser keeps");
  await first.act("checkout-api", "Redeploy");
  expect(await kept(first.page)).toMatch(/^Gone when this tab/);
  await first.expectStatus("storefront", "Queued");
});

test("the database does not open: menus and panels come all the same, and it is not held up later", async ({ context }) => {
  const [holder, other] = [await context.newPage(), await context.newPage()];
  for (const page of [holder, other]) await page.goto("404.html?crash=now");
  const held = await holder.evaluateHandle(
    () =>
      new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open("playhead");
        opening.onsuccess = () => resolve(opening.result);
      }),
  );
  const deleted = () =>
    other.evaluate(
      () => new Promise<string>((resolve) => (indexedDB.deleteDatabase("playhead").onsuccess = () => resolve("deleted"))),
    );
  const waiting = deleted();
  const console = await open(await context.newPage(), STILL);
  await console.enter("staging");
  await console.act("storefront", "Redeploy");
  await console.expectStatus("storefront", "Queued");
  expect(await kept(console.page)).toMatch(/^Gone when this tab is closed.*does not open within 5 s/);
  await held.evaluate((database) => database.close());
  expect(await waiting).toBe("deleted");
  // The page's own wish is fulfilled only now, and holds nobody up.
  expect(await deleted()).toBe("deleted");
});

test("a tab is stopped by the browser: another goes on, and it follows when it wakes", async ({ context }) => {
  const first = await open(await context.newPage(), STILL);
  await first.enter("staging");
  await first.act("storefront", "Redeploy");
  const second = await open(await context.newPage(), STILL);
  await second.enter("staging");
  const session = await context.newCDPSession(first.page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await second.act("checkout-api", "Redeploy");
  await second.expectStatus("checkout-api", "Queued");
  await expect.poll(async () => (await stored(second.page)).length).toBe(4);
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await expect.poll(async () => JSON.stringify(await rows(first)) === JSON.stringify(await rows(second))).toBe(true);
  await expectOne(context, first, second);
});

test("a tab is stopped in the middle of writing: what another wants is refused after a while, and not done later", async ({
  context,
}) => {
  const first = await open(await context.newPage(), STILL);
  await first.enter("staging");
  await first.act("storefront", "Redeploy");
  const second = await open(await context.newPage(), STILL);
  await second.enter("staging");
  const before = await rows(second);
  const letGo = await hold(first.page);
  const session = await context.newCDPSession(first.page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await second.act("checkout-api", "Redeploy");
  await expect(second.toasts).toContainText("Nothing was done: another tab of this demo is stuck while it saves", {
    timeout: 15_000,
  });
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await letGo();
  expect((await stored(second.page)).length).toBe(3);
  expect(await rows(second)).toEqual(before);
  // It can be asked for again, and is kept.
  await second.act("checkout-api", "Redeploy");
  await expect.poll(async () => (await stored(second.page)).length).toBe(4);
  await expectOne(context, first, second);
});

test("a tab that is opened while another is stopped in the middle of writing says that it shows a new demo", async ({ context }) => {
  const first = await open(await context.newPage(), STILL);
  await first.enter("staging");
  await first.act("storefront", "Redeploy");
  await first.expectStatus("storefront", "Queued");
  const kept = await rows(first);
  const letGo = await hold(first.page);
  const session = await context.newCDPSession(first.page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  const page = await context.newPage();
  // It waits for its turn as long as it is worth it.
  await page.goto(STILL);
  const second = new Console(page);
  await expect(second.toasts).toContainText("The demo that is kept could not be opened", { timeout: 20_000 });
  await expect(second.toasts.locator(".toast")).toHaveCount(1);
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await letGo();
  await second.page.reload();
  await second.ready();
  await second.enter("staging");
  await expect.poll(() => rows(second)).toEqual(kept);
});

test("what was written is given up at its end, with another action waiting: said once, and both go on in memory", async ({
  page,
}) => {
  const console = await open(page, STILL);
  await console.enter("staging");
  await console.act("storefront", "Redeploy");
  await expect.poll(async () => (await stored(page)).length).toBe(3);
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
      const request = put.apply(this, given);
      request.addEventListener("success", () => this.transaction.abort());
      return request;
    };
    // All that was ever said.
    const said: string[] = ((window as unknown as { said: string[] }).said = []);
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) said.push(node.textContent ?? "");
    }).observe(document, { subtree: true, childList: true });
  });
  const letGo = await hold(page);
  await console.act("checkout-api", "Redeploy");
  await console.act("payments", "Redeploy");
  await letGo();
  await expect(console.toasts).toContainText("This demo cannot be kept any more");
  for (const name of ["storefront", "checkout-api", "payments"]) {
    await expect.poll(() => console.status(name)).toBe("Queued");
  }
  expect(await kept(page)).toMatch(/^Gone when this tab/);
  expect((await stored(page)).length).toBe(3);
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said.filter((words) => words.includes("kept again"))).toEqual([]);
  await expect(console.toasts.getByText("This demo cannot be kept any more")).toHaveCount(1);
});

test("a journal of a newer version is left alone, and told", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await stopped(console, "storefront");
  const before = await lines(page);
  await tamper(page, "make newer");
  await page.reload();
  await console.ready();
  expect(await kept(page)).toMatch(/Gone when this tab is closed.*format 2.*newer version/);
  expect((await lines(page)).length).toBe(before.length);
});

test("the storage is cleared in the middle of the work: it goes on, and is kept again", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await stopped(console, "storefront");
  await tamper(page, "clear");
  await stopped(console, "checkout-api");
  await expect(console.toasts).toContainText("What the browser kept of this demo was deleted");
  await page.reload();
  await console.ready();
  expect(await console.status("storefront")).toBe("Stopped");
  expect(await console.status("checkout-api")).toBe("Stopped");
});

test("where the browser keeps nothing it is said, and the demo goes on", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", { get: () => undefined });
  });
  const console = await open(page);
  await console.enter("staging");
  await stopped(console, "storefront");
  expect(await kept(page)).toMatch(/^Gone when this tab is closed.*IndexedDB/);
});

test("a full storage is told once, and the demo goes on in memory", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await stopped(console, "storefront");
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
  });
  await stopped(console, "checkout-api");
  await expect(console.toasts).toContainText("This demo cannot be kept any more");
  await expect(console.toasts).toContainText("quota");
  expect(await kept(page)).toMatch(/^Gone when this tab/);
  await page.reload();
  await console.ready();
  expect(await console.status("storefront")).toBe("Stopped");
  expect(await console.status("checkout-api")).not.toBe("Stopped");
});
