// The page is killed at random moments, again and again, and opened again: what it was told is accepted is there once, and
// what was running goes on, with the time that passed meanwhile. It is killed while it writes whatever it writes: requests,
// turns of the clock, another beginning, a snapshot. A tab that is never killed is the witness of that, and at the end a
// browser that knows nothing but the journal. `KILLS` says how often; the long check of the project kills it much more often.
import { type BrowserContext, expect, type Locator, type Page, test } from "@playwright/test";
import { Console } from "./console";
import { file, stored, write } from "./kept";

const SHOP = "?scenario=shop&seed=7";
const WORLD = "shop/7";

const KILLS = Number(process.env.KILLS ?? 8);
/** Parts that run side by side, each a browser of its own with a seed of its own, and how its journal is: in a full one a
 * snapshot is due at one of the next lines. */
const PARTS = ["short", "full"] as const;
/** So many lines are too many (src/client/loopback/keeper.rs). */
const LONGEST = 300;
/** An environment remembers more requests than that, of those that are over. */
const REMEMBERED = 60;

/** Chance that can be repeated: the seed is told when a part fails. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What is counted with a service's name, or for what is canceled with its environment's. */
const HOME = "staging";
const ACTIONS = ["Deploy", "Redeploy", "Restart service", "Stop", "Cancel deployment"];

interface Accepted {
  id: string;
  at: number;
  /** The service it was for, or the environment. */
  what: string;
}

/** What was accepted in staging since the world was begun, as its file says. */
async function acceptedIn(console: Console, known: Map<string, string>): Promise<Accepted[]> {
  const { environments, x } = JSON.parse(await file(console));
  const { id } = environments.find(({ name }: { name: string }) => name === HOME);
  const { running, queue, history } = x.environments[id];
  const records = [...history, ...(running ? [running.record] : []), ...(queue ?? [])].filter(({ accepted_at }) => accepted_at >= x.born);
  const names = new Map([...known].map(([name, id]) => [id, name]));
  const accepted = records.map(({ id, accepted_at, action, items: [item] }) => {
    return { id, at: accepted_at, what: action === "CANCEL" ? HOME : names.get(item.service)! };
  });
  expect(accepted.length, "it has counted as many").toBe(x.requests);
  expect(new Set(accepted.map(({ id }) => id)).size, "each once").toBe(accepted.length);
  return accepted;
}

/** How the world's clock stands. */
interface Clock {
  paused: boolean;
  speed: number;
}

/** What the journal says: its lines in order, the first of them, and the clock in it. */
async function journal(page: Page): Promise<{ first: number; path?: string; clock?: Clock & { world: number; real: number } }> {
  const all = await stored(page);
  const heads = all.map(({ line: [head] }) => JSON.parse(head));
  expect(all.map(({ number }) => number)).toEqual(all.map((_, place) => all[0]!.number + place));
  const asked = heads.filter(({ is }) => is === "asked");
  expect([...asked].sort((a, b) => a.at - b.at)).toEqual(asked);
  return { first: all[0]?.number ?? 0, path: heads[0]?.path, clock: heads.findLast(({ is }) => is === "clock") };
}

/** Fills the journal with turns of the clock that change nothing, until so many more are too many. */
async function fill(page: Page, left: number): Promise<void> {
  const all = await stored(page);
  const clock = all.findLast(({ line: [head] }) => head.includes('"is":"clock"'));
  if (!clock) return;
  const next = all.at(-1)!.number + 1;
  const more = Array.from({ length: Math.max(0, LONGEST - left - all.length) }, (_, place) => ({ number: next + place, line: clock.line }));
  await write(page, WORLD, more);
}

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
  await console.enter(HOME);
  return [console, failures];
}

/** The ids of the services of staging, by name. */
async function ids(console: Console): Promise<Map<string, string>> {
  const { environments, services } = JSON.parse(await file(console));
  const { id } = environments.find(({ name }: { name: string }) => name === HOME);
  return new Map(services[id].map(({ id, name }: { id: string; name: string }) => [name, id]));
}

/** Presses something and goes on at once. */
const click = (button: Locator): Promise<void> => button.evaluate((button: HTMLElement) => button.click());

for (const [part, filling] of PARTS.entries()) {
  const kills = Math.ceil(KILLS / PARTS.length);
  test(`killed ${kills} times at random with a ${filling} journal, nothing accepted is lost or done twice (seed ${part})`, async ({ context, browser }) => {
    test.setTimeout(60_000 + kills * 20_000);
    const below = chance(part);
    /** How often something was asked for, and how often the page said that it was accepted, since the world was begun. */
    const [pressed, told] = [new Map<string, number>(), new Map<string, number>()];
    const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
    /** What the journal met. */
    const met = { told: 0, begun: 0, turned: 0, snapshots: 0 };
    const [witness, failuresOfWitness] = await open(context);
    const known = await ids(witness);
    let before: Accepted[] = [];
    /** The number of the journal's first line; 0: nothing was written yet, and each tab has a world of its own. */
    let first = 0;
    /** How the clock may stand: as it stood, and as it was set since. */
    let clocks: Clock[] = [{ paused: false, speed: 1 }];
    let begins: "not" | "asked" | "told" = "not";
    // Called by the page the moment it shows that a request was accepted, or a scenario begun.
    await context.exposeFunction("told", (words: string) => {
      met.told += 1;
      if (words.includes("begun")) begins = "told";
      else if (words.includes(`Cancel deployment of ${HOME}`)) count(told, HOME);
      else for (const name of known.keys()) if (words.includes(name)) count(told, name);
    });
    await context.addInitScript(() => {
      const seen = new WeakSet<Element>();
      new MutationObserver(() => {
        for (const toast of document.querySelectorAll(".toast .told")) {
          if (seen.has(toast) || /Sending/.test(toast.textContent ?? "")) continue;
          if (!/Accepted|Queued|Running|Done|Nothing to do|nothing changed|begun/i.test(toast.textContent ?? "")) continue;
          seen.add(toast);
          (window as unknown as { told(words: string): void }).told(toast.textContent ?? "");
        }
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    for (let kill = 0; kill <= kills; kill += 1) {
      if (filling === "full") await fill(witness.page, 1 + below(3));
      const [console, failures] = await open(context);
      const page = console.page;
      if (kill > 0) {
        const now = await acceptedIn(console, known);
        const kept = await journal(page);
        const anew = first > 0 && kept.first > first ? kept.path : "";
        expect(["", "/x/scenario", "/x/world"]).toContain(anew);
        const begun = anew === "/x/scenario";
        expect(begun, "begun again where that was told, and never unasked").toBe(begins === "asked" ? begun : begins === "told");
        if (begun) {
          pressed.clear();
          told.clear();
          before = [];
        }
        if (begun) met.begun += 1;
        if (anew === "/x/world") met.snapshots += 1;
        first = kept.first;
        for (const name of [...known.keys(), HOME]) {
          const there = now.filter(({ what }) => what === name).length;
          expect(there, `what was told is accepted is there: ${name}`).toBeGreaterThanOrEqual(told.get(name) ?? 0);
          expect(there, `and no more than was asked for: ${name}`).toBeLessThanOrEqual(pressed.get(name) ?? 0);
        }
        expect(now, "what was there is there").toEqual(expect.arrayContaining(before));
        expect(await stored(page, "damaged"), "nothing was put aside").toEqual([]);
        before = now;
        // The clock stands as one of those it was set to, and has gone on meanwhile.
        const { paused, speed, ...since } = kept.clock ?? { ...clocks[0]!, world: Date.now(), real: Date.now() };
        expect(clocks).toContainEqual({ paused, speed });
        if (clocks[0]!.paused !== paused || clocks[0]!.speed !== speed) met.turned += 1;
        clocks = [{ paused, speed }];
        const shown = (await console.demo()).getByRole("timer", { name: "World clock" });
        await expect
          .poll(async () => {
            const expected = paused ? since.world : since.world + (Date.now() - since.real) * speed;
            return Math.abs(expected - Date.parse((await shown.getAttribute("datetime")) ?? "")) / speed;
          })
          .toBeLessThan(2_500);
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
        await expectSame(console, witness, await browser.newContext());
        break;
      }
      begins = "not";
      // One to three things are done, and the end comes at any moment of the last.
      const services = await console.names();
      for (let left = below(3); left >= 0; left -= 1) {
        if (left === 0 && first > 0 && (below(6) === 0 || before.length > REMEMBERED)) {
          begins = "asked";
          await click((await console.demo()).getByRole("button", { name: "Begin the scenario again" }));
        } else if (below(4) === 0) {
          const sheet = await console.demo();
          const { paused, speed } = clocks.at(-1)!;
          if (below(2) === 0) {
            clocks.push({ paused: !paused, speed });
            await click(sheet.getByRole("button", { name: paused ? "Resume" : "Pause" }));
          } else {
            const other = [1, 5, 20].filter((one) => one !== speed)[below(2)]!;
            clocks.push({ paused, speed: other });
            await click(sheet.getByRole("radio", { name: `${other}×` }));
          }
          if (left > 0) await console.closeDemo();
        } else {
          await act(console, services[below(services.length)]!, left === 0);
        }
      }
      // A snapshot takes longer.
      const wait = below([40, 300][below(2)]!);
      await page.evaluate((wait) => new Promise((resolve) => setTimeout(resolve, wait)), wait);
      await crash(page, below(2) === 0);
    }
    expect(met.told, "some were told to be accepted").toBeGreaterThan(0);
    // Few kills may miss some of it.
    if (kills >= 50) expect(Object.entries(met).filter(([what, times]) => times === 0 && (filling === "full" || what !== "snapshots"))).toEqual([]);
    process.stdout.write(`figure: kills survived = ${kills}\n`);

    /** Asks for one of the actions that a service offers. */
    async function act(console: Console, service: string, isLast: boolean): Promise<void> {
      const offers = await console.offers(service);
      const allowed = ACTIONS.filter((one) => offers.some(({ action, refused }) => action === one && refused === null));
      const action = allowed[below(allowed.length)];
      if (!action) return;
      const item = (await console.menu(service)).getByRole("menuitem", { name: action, exact: true });
      // What runs may be over by now.
      if ((await item.getAttribute("aria-disabled")) === "true") return console.page.keyboard.press("Escape");
      count(pressed, action === "Cancel deployment" ? HOME : service);
      await click(item);
      if (action !== "Stop" && action !== "Cancel deployment") return;
      // What only waits is taken back.
      const sure = new RegExp(`^(Stop ${service}|Cancel deployment of ${HOME}|Take back ${service})$`);
      await click(console.dialog.getByRole("button", { name: sure }));
      if (!isLast) await expect(console.dialog).toBeHidden();
    }
  });
}

/** The world is, to the byte, what it is in the tab that was never killed, and what its journal gives in a browser in which
 * nothing was ever killed. */
async function expectSame(console: Console, witness: Console, fresh: BrowserContext): Promise<void> {
  const pause = (await console.demo()).getByRole("button", { name: "Pause" });
  if (await pause.isVisible()) await pause.click();
  await expect.poll(async () => (await journal(console.page)).clock?.paused).toBe(true);
  await console.closeDemo();
  const saved = await file(console);
  await expect(witness.toasts).not.toContainText(/put aside|cannot be kept|was deleted/);
  await expect.poll(() => file(witness)).toBe(saved);
  const page = await fresh.newPage();
  await page.goto("404.html?crash=now");
  await write(page, WORLD, await stored(console.page));
  await page.evaluate((world) => localStorage.setItem(`playhead.kept.${world}`, "1"), WORLD);
  await page.goto(SHOP);
  const other = new Console(page);
  await other.ready();
  expect(await file(other)).toBe(saved);
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
