// The page is killed at random moments, again and again, and opened again: what it was told is accepted is there once, and
// what was running goes on, with the time that passed meanwhile. A tab that is never killed is the witness of that, and at
// the end a browser that knows nothing but the journal. `KILLS` says how often; the long check of the project kills it much
// more often.
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { Console } from "./console";
import { file, lines, stored, write } from "./kept";

const SHOP = "?scenario=shop&seed=7";
const WORLD = "shop/7";

const KILLS = Number(process.env.KILLS ?? 8);
/** Parts that run side by side, each a browser of its own with a seed of its own. */
const PARTS = 2;

/** Chance that can be repeated: the seed is told when a part fails. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Asked {
  at: number;
  path: string;
  accepted: string | null;
}

/** The accepted requests that the browser keeps, in order. */
const kept = async (page: Page): Promise<Asked[]> => (await lines(page)).map((head) => JSON.parse(head)).filter(({ is }) => is === "asked");

/** Everything that a list says, without the words for how long ago. */
async function rows(console: Console): Promise<Record<string, string>> {
  const { rows } = await console.sight();
  const said = Object.entries(rows).map(([name, { status, note, running, pods, version }]) => [name, [status, note, running, pods, version].join("; ")]);
  return Object.fromEntries(said);
}

/** Opens the services of staging. */
async function open(context: BrowserContext): Promise<[Console, string[]]> {
  const page = await context.newPage();
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  await page.goto(SHOP);
  const console = new Console(page);
  await console.ready();
  await console.enter("staging");
  return [console, failures];
}

/** The ids of the services of staging, by name. */
async function ids(console: Console): Promise<Map<string, string>> {
  const { environments, services } = JSON.parse(await file(console));
  const { id } = environments.find(({ name }: { name: string }) => name === "staging");
  return new Map(services[id].map(({ id, name }: { id: string; name: string }) => [name, id]));
}

for (let part = 0; part < PARTS; part += 1) {
  const kills = Math.ceil(KILLS / PARTS);
  test(`killed ${kills} times at random, nothing accepted is lost or done twice (seed ${part})`, async ({ context, browser }) => {
    test.setTimeout(60_000 + kills * 20_000);
    const below = chance(part);
    /** How often each service was acted on, and how often the page said that it was accepted. */
    const [pressed, told] = [new Map<string, number>(), new Map<string, number>()];
    const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
    let before: Asked[] = [];
    const [witness, failuresOfWitness] = await open(context);
    const known = await ids(witness);
    // Called by the page the moment it shows that a request was accepted.
    await context.exposeFunction("told", (words: string) => {
      for (const name of known.keys()) if (words.includes(name)) count(told, name);
    });
    await context.addInitScript(() => {
      const seen = new WeakSet<Element>();
      new MutationObserver(() => {
        for (const toast of document.querySelectorAll(".toast .told")) {
          if (seen.has(toast) || /Sending/.test(toast.textContent ?? "")) continue;
          if (!/Accepted|Queued|Running|Done|Nothing to do|nothing changed/i.test(toast.textContent ?? "")) continue;
          seen.add(toast);
          (window as unknown as { told(words: string): void }).told(toast.textContent ?? "");
        }
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    for (let kill = 0; kill <= kills; kill += 1) {
      const [console, failures] = await open(context);
      const page = console.page;
      if (kill > 0) {
        const now = await kept(page);
        for (const [name, id] of known) {
          const there = now.filter(({ path }) => path.includes(id)).length;
          expect(there, `what was told is accepted is there: ${name}`).toBeGreaterThanOrEqual(told.get(name) ?? 0);
          expect(there, `and no more than was asked for: ${name}`).toBeLessThanOrEqual(pressed.get(name) ?? 0);
        }
        expect(now.every(({ path }) => [...known.values()].some((id) => path.includes(id)))).toBe(true);
        expect(now.slice(0, before.length), "what was there is there, in its order").toEqual(before);
        const accepted = now.map(({ accepted }) => accepted).filter((id) => id !== null);
        expect(new Set(accepted).size, "each once").toBe(accepted.length);
        expect([...now].sort((a, b) => a.at - b.at)).toEqual(now);
        before = now;
        // The world's clock began as the real one, and nobody turned it.
        await expect.poll(() => lag(console)).toBeLessThan(2_500);
        await console.closeDemo();
        // What is running has gone on as in the tab that was there all the time.
        await expect
          .poll(async () => {
            const [one, other] = await Promise.all([rows(console), rows(witness)]);
            return Object.keys(one).filter((name) => one[name] !== other[name]);
          })
          .toEqual([]);
      }
      expect([...failures, ...failuresOfWitness]).toEqual([]);
      if (kill === kills) {
        await expectSame(console, await browser.newContext());
        break;
      }
      // One to three requests, and the end at any moment of the last.
      const [name, ...others] = await console.names();
      for (let turn = below(3); turn >= 0; turn -= 1) {
        const service = [name!, ...others][below(1 + others.length)]!;
        const offers = await console.offers(service);
        const action = ["Deploy", "Redeploy", "Restart service"].find((one) =>
          offers.some(({ action, refused }) => action === one && refused === null),
        );
        if (!action) continue;
        const menu = await console.menu(service);
        count(pressed, service);
        await menu.getByRole("menuitem", { name: action, exact: true }).evaluate((item: HTMLElement) => item.click());
      }
      await page.evaluate((wait) => new Promise((resolve) => setTimeout(resolve, wait)), below(40));
      await crash(page, below(2) === 0);
    }
    expect(pressed.size).toBeGreaterThan(0);
    expect(told.size, "some were told to be accepted").toBeGreaterThan(0);
    process.stdout.write(`figure: kills survived = ${kills}\n`);
  });
}

/** How far the world's clock is behind the real one, in milliseconds. */
async function lag(console: Console): Promise<number> {
  const shown = (await console.demo()).getByRole("timer", { name: "World clock" });
  return Date.now() - Date.parse((await shown.getAttribute("datetime")) ?? "");
}

/** The world is, to the byte, what its journal gives in a browser in which nothing was ever killed. */
async function expectSame(console: Console, fresh: BrowserContext): Promise<void> {
  const sheet = await console.demo();
  await sheet.getByRole("button", { name: "Pause" }).click();
  await expect.poll(async () => (await lines(console.page)).at(-1)).toContain('"paused":true');
  const page = await fresh.newPage();
  await page.goto("404.html?crash=now");
  await write(page, WORLD, await stored(console.page));
  await page.evaluate((world) => localStorage.setItem(`playhead.kept.${world}`, "1"), WORLD);
  await page.goto(SHOP);
  const other = new Console(page);
  await other.ready();
  expect(await file(other)).toBe(await file(console));
  await fresh.close();
}

/** Ends the page's process, or closes the page, without asking it. */
async function crash(page: Page, hard: boolean): Promise<void> {
  if (hard) {
    const session = await page.context().newCDPSession(page);
    const gone = page.waitForEvent("crash");
    // It is never answered.
    void session.send("Page.crash").catch(() => {});
    await gone;
  }
  await page.close();
}
