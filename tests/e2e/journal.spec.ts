// The demo's world is kept in the browser: it is there after a reload and a crash, and is one world in several tabs.
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { Console } from "./console";
import { lines } from "./kept";

/** A world that goes on by itself, quickly where `speed` says so. */
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
  await stopped(console, "storefront");
  await console.act("storefront", "Redeploy");
  await expect.poll(() => console.status("storefront")).toMatch(/Queued|Building|Deploying/);
  await page.reload();
  await console.ready();
  expect(await console.status("storefront")).toMatch(/Queued|Building|Deploying|Deployment OK/);
  await expect.poll(() => console.status("storefront"), { timeout: 25_000 }).toBe("Deployment OK");
  expect((await lines(page)).filter((line) => line.includes('"asked"')).length).toBe(2);
});

test("a page that nobody acted on keeps nothing", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await console.menu("storefront");
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("playhead.kept")))).toEqual([]);
});

test("the clock is kept too: paused stays paused, and the time while it was closed passes", async ({ page }) => {
  const console = await open(page, "?scenario=shop&seed=7&clock=paused");
  await console.enter("staging");
  await console.act("storefront", "Redeploy");
  await console.expectStatus("storefront", "Queued");
  await console.nextEvent();
  const before = await rows(console);
  await page.reload();
  await console.ready();
  expect(await rows(console)).toEqual(before);
  // It goes on from where it stood, and not from where it began.
  await console.watch("storefront");
  await console.expectStatus("storefront", "Deployment OK");
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
  await open(page);
  await expect(console.toasts).toContainText("damaged after 3 of 4 lines");
  await console.enter("staging");
  expect(await console.status("storefront")).toBe("Stopped");
  expect(await console.status("checkout-api")).not.toBe("Stopped");
  expect((await lines(page)).length).toBe(3);
  // It is kept again from there.
  await stopped(console, "checkout-api");
  await page.reload();
  await console.ready();
  expect(await console.status("checkout-api")).toBe("Stopped");
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
