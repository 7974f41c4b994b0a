// An API that cannot be relied on, over both transports: whatever goes wrong, an action is done once at most and never
// called more than is known, what is shown does not go back, and all is well again when the API is.
import { rmSync } from "node:fs";
import { expect } from "@playwright/test";
import type { Sight } from "./console";
import { hold, until } from "./held";
import { HOMES, openHome, test } from "./homes";
import { badge } from "./live/connected";
import type { Trouble } from "./unreliable";

/** What a person sees. */
interface Seen {
  /** The badge, while it lasts. */
  badge: RegExp;
  /** What is said of an action. */
  action: RegExp;
  /** Whether the action is done all the same. */
  done: boolean;
}

const UNKNOWN = /not known whether the request was accepted/;

const TROUBLES: Record<Trouble, Seen> = {
  Offline: { badge: /Offline/, action: /cannot be reached|not known whether the request was accepted/, done: false },
  "Loses requests": { badge: /Offline|Reconnecting/, action: UNKNOWN, done: false },
  "Loses answers": { badge: /Offline|Reconnecting/, action: UNKNOWN, done: true },
  "Repeats itself": { badge: /Live/, action: /Running|Queued|Accepted/, done: true },
  "401": { badge: /Not authorized/, action: /wants a token that it knows: The token is missing or unknown/, done: false },
  "403": { badge: /Not authorized/, action: /does not allow this: The token lacks the right/, done: false },
  "404": { badge: /Reconnecting/, action: /nothing like this/, done: false },
  "409": { badge: /Live/, action: /The server refused: The cluster is locked/, done: false },
  "429": { badge: /Too many requests/, action: /Too many requests.*Nothing was done/, done: false },
  "503": { badge: /Reconnecting/, action: /503.*not known whether the request was accepted/, done: false },
  "500": { badge: /Reconnecting/, action: /500.*not known whether the request was accepted/, done: true },
  "A web page": { badge: /Reconnecting/, action: /web page.*not known whether the request was accepted/, done: true },
  "Cut off": { badge: /Offline|Reconnecting/, action: UNKNOWN, done: true },
  "A newer server": { badge: /Live/, action: /Running|Queued|Accepted/, done: true },
};

/** A server of ours in front says what it knows of the API: that one is not there, or does not know its token. */
const BEHIND: Partial<Record<Trouble, Partial<Seen>>> = {
  Offline: { badge: /Reconnecting/, action: UNKNOWN },
  "401": { badge: /Reconnecting/, action: /does not accept this server's token/ },
};

const statuses = ({ rows }: Sight) => Object.fromEntries(Object.entries(rows).map(([name, { status }]) => [name, status]));

for (const home of HOMES) {
  const behind = home === "a live API behind a server of ours";
  for (const [trouble, alone] of Object.entries(TROUBLES) as [Trouble, Seen][]) {
    const seen = { ...alone, ...(behind ? BEHIND[trouble] : {}) };
    // An answer over HTTP belongs to its request, and of the contract's an old one is told only where a deployment ended since:
    // see below.
    if (home.includes("live API") && trouble === "Repeats itself") continue;
    test(`${home}: ${trouble}`, async ({ page, between, server, live }) => {
      await hold(page);
      const { console, service, play, accepted, meant } = await openHome(home, { page, between, server, live });
      await expect(badge(page)).toHaveText(/Live/);
      const sight = await console.sight();
      const [before, { environment }] = [statuses(sight), sight];
      await play(trouble);
      await badge(page).click();
      await until(page, async () => seen.badge.test((await badge(page).textContent()) ?? ""));
      // What was known stays, and is not shown as anything else; a word that is not known is shown as it came.
      const newer = trouble === "A newer server" && home.includes("live API");
      const expected = newer ? replaced(before, "Deployment OK", "FROZEN") : before;
      await expect.poll(async () => statuses(await console.sight())).toEqual(expected);

      // What a word means that is not known is not known either: nothing is offered on the strength of it.
      if (newer) {
        const restart = (await console.offers(service)).find(({ action }) => action === "Restart service");
        expect(restart?.refused).toContain("FROZEN");
      } else {
        await console.press(service, "Restart service");
        await until(page, async () => seen.action.test((await console.toasts.textContent()) ?? ""));
      }
      const done = seen.done && !newer;
      if (trouble === "Repeats itself") {
        // Asked again and again, and answered as it was: it is never shown to have gone back. On a server it may be over
        // meanwhile, as time goes on there.
        const whole = ["Restarting, Restarting", `${environment}, Restarted`];
        const both = async () => {
          const { environment, rows } = await console.sight();
          return `${environment}, ${rows[service]!.status}`;
        };
        await until(page, async () => whole.includes(await both()));
        const shown: string[] = [];
        for (let time = 0; time < 10; time += 1) {
          await badge(page).click();
          await page.clock.runFor(500);
          shown.push(await both());
        }
        const way = shown.filter((one, at) => one !== shown[at - 1]);
        expect([whole, whole.slice(0, 1), whole.slice(1)]).toContainEqual(way);
      }

      await play(null);
      // Who asked too often comes back some seconds after he may: half a minute, in steps that are soon over.
      await until(page, async () => /Live/.test((await badge(page).textContent()) ?? ""), trouble === "429" ? 5_000 : 2_000);
      // The truth, whatever was said; and it was done once.
      const after = done ? /Restarting|Restarted|Queued/ : new RegExp(`^${before[service]}$`);
      await until(page, async () => after.test(await console.status(service)));
      const requests = await accepted();
      if (requests !== null) expect(requests).toBe(done ? 1 : 0);
      if (meant) expect(meant()).toBe(newer || trouble === "Offline" ? Math.min(meant(), 1) : 1);
      await expect(page.getByRole("button", { name: /waiting$/ })).toHaveCount(0);
      process.stdout.write("figure: faults healed = 1\n");
    });
  }
}

// What changed since, or all there is, as it was told at the beginning.
for (const kept of ["of what changed", "of all there is"] as const) {
  test(`a server of ours: an old answer ${kept}, however often it comes, takes nothing back that was seen`, async ({ page, between, server, live }) => {
    await hold(page);
    await server.kill();
    await server.start("--allow-origin", between.url, "--speed", "60");
    const { console } = await openHome("a server of ours", { page, between, server, live });
    if (kept === "of all there is") {
      const place = page.url();
      await page.goto("about:blank");
      between.old.writes = true;
      await page.goto(place);
    } else {
      between.old.writes = true;
      await badge(page).click();
    }
    await expect(console.row("mail-relay")).toContainText("Deployment OK");
    await until(page, async () => [...between.old.answers.keys()].some((path) => /environment\/.*\/live$/.test(path)), 500);
    between.old.writes = false;
    await console.act("mail-relay", "Stop");
    await until(page, async () => (await console.status("mail-relay")) === "Stopped");
    // Failures of another kind do not make it any truer.
    between.play("Offline");
    for (let round = 0; round < 4; round += 1) {
      await badge(page).click();
      await until(page, async () => /Offline/.test((await badge(page).textContent()) ?? ""));
    }
    between.old.gives = true;
    between.play(null);
    await badge(page).click();
    await until(page, async () => /Reconnecting/.test((await badge(page).textContent()) ?? ""), 100);
    for (let round = 0; round < 10; round += 1) {
      const heard = between.requests.length;
      await badge(page).click();
      await expect.poll(() => between.requests.length).toBeGreaterThan(heard);
      expect(await console.status("mail-relay")).toBe("Stopped");
      await expect(badge(page)).not.toHaveText(/Live/);
    }
    between.old.gives = false;
    // After as many failures it comes back within half a minute.
    await until(page, async () => /Live/.test((await badge(page).textContent()) ?? ""), 5_000);
    expect(await console.status("mail-relay")).toBe("Stopped");
  });
}

test("a server of ours: one that starts again with an older world is believed at once", async ({ page, between, server, live }) => {
  await hold(page);
  const { console } = await openHome("a server of ours", { page, between, server, live });
  await console.act("mail-relay", "Stop");
  await until(page, async () => /^Stop/.test(await console.status("mail-relay")));
  await server.kill();
  rmSync(server.data, { recursive: true });
  await server.start("--allow-origin", between.url);
  await until(page, async () => (await console.status("mail-relay")) === "Deployment OK", 500);
  await expect(badge(page)).toHaveText(/Live/);
});

test("a live API: an answer from before the end of a deployment takes nothing back that was seen", async ({ page, between, server, live }) => {
  await hold(page);
  const { console } = await openHome("a live API", { page, between, server, live });
  between.old.writes = true;
  await badge(page).click();
  await expect(badge(page)).toHaveText(/Live/);
  await until(page, async () => between.old.answers.size > 1);
  between.old.writes = false;
  await console.act("gateway", "Stop");
  // The panel closes as it is sent: it goes on only once the server has it.
  await expect.poll(() => live.actions.length).toBe(1);
  live.advance();
  live.advance();
  await until(page, async () => (await console.status("gateway")) === "Stopped", 5_000);
  between.old.gives = true;
  for (let round = 0; round < 3; round += 1) {
    await badge(page).click();
    await until(page, async () => /Reconnecting/.test((await badge(page).textContent()) ?? ""), 100);
    expect(await console.status("gateway")).toBe("Stopped");
  }
  between.old.gives = false;
  await until(page, async () => /Live/.test((await badge(page).textContent()) ?? ""));
  expect(await console.status("gateway")).toBe("Stopped");
});

function replaced(statuses: Record<string, string>, from: string, to: string): Record<string, string> {
  return Object.fromEntries(Object.entries(statuses).map(([name, status]) => [name, status === from ? to : status]));
}
