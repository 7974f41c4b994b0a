// The page is killed at random moments, again and again, and opened again: what it was told is accepted is there once, and
// what was running goes on. `KILLS` says how often; the long check of the project kills it much more often.
import { expect, type Page, test } from "@playwright/test";
import { Console } from "./console";
import { lines } from "./kept";

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
  accepted: string | null;
}

/** The accepted requests that the browser keeps, in order. */
const kept = async (page: Page): Promise<Asked[]> => (await lines(page)).map((head) => JSON.parse(head)).filter(({ is }) => is === "asked");

for (let part = 0; part < PARTS; part += 1) {
  const kills = Math.ceil(KILLS / PARTS);
  test(`killed ${kills} times at random, nothing accepted is lost or done twice (seed ${part})`, async ({ context }) => {
    test.setTimeout(30_000 + kills * 15_000);
    const below = chance(part);
    let pressed = 0;
    let told = 0;
    let before: Asked[] = [];
    // Called by the page the moment it shows that a request was accepted.
    await context.exposeFunction("told", () => (told += 1));
    await context.addInitScript(() => {
      const seen = new WeakSet<Element>();
      new MutationObserver(() => {
        for (const toast of document.querySelectorAll(".toast .told")) {
          if (seen.has(toast) || /Sending/.test(toast.textContent ?? "")) continue;
          if (!/Accepted|Queued|Running|Done|Nothing to do|nothing changed/i.test(toast.textContent ?? "")) continue;
          seen.add(toast);
          (window as unknown as { told(): void }).told();
        }
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    for (let kill = 0; kill <= kills; kill += 1) {
      const page = await context.newPage();
      const failures: string[] = [];
      page.on("pageerror", (error) => failures.push(String(error)));
      await page.goto("?scenario=shop&seed=7");
      const console = new Console(page);
      await console.ready();
      await console.enter("staging");
      if (kill > 0) {
        const now = await kept(page);
        expect(now.length, "what was told is accepted is there").toBeGreaterThanOrEqual(told);
        expect(now.length, "and no more than was asked for").toBeLessThanOrEqual(pressed);
        expect(now.slice(0, before.length), "what was there is there, in its order").toEqual(before);
        const ids = now.map(({ accepted }) => accepted).filter((id) => id !== null);
        expect(new Set(ids).size, "each once").toBe(ids.length);
        expect([...now].sort((a, b) => a.at - b.at)).toEqual(now);
        before = now;
      }
      expect(failures).toEqual([]);
      if (kill === kills) break;
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
        await menu.getByRole("menuitem", { name: action, exact: true }).evaluate((item: HTMLElement) => item.click());
        pressed += 1;
      }
      await page.evaluate((wait) => new Promise((resolve) => setTimeout(resolve, wait)), below(40));
      await crash(page, below(2) === 0);
    }
    expect(pressed).toBeGreaterThan(0);
    process.stdout.write(`figure: kills survived = ${kills}\n`);
  });
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
