// How the console waits: for what is slow, for what is away for an hour, and for nobody; and what a browser does by itself.
import { expect, type Page } from "@playwright/test";
import { Console } from "./console";
import { hold, underWay, until } from "./held";
import { inFront, openHome, test } from "./homes";
import { badge, connect, panel } from "./live/connected";

const says = (page: Page, words: RegExp) => async (): Promise<boolean> => words.test((await badge(page).textContent()) ?? "");

/** Has somebody look at the page, or at another. */
const look = (page: Page, state: "hidden" | "visible"): Promise<void> =>
  page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    document.dispatchEvent(new Event("visibilitychange"));
    window.dispatchEvent(new Event("visibilitychange"));
  }, state);

for (const home of ["a server of ours", "a live API"] as const) {
  test(`${home}: what is slow is waited for, nothing is asked twice, and the page says how old it is`, async ({ page, between, server, live }) => {
    await hold(page);
    const { console, service, accepted } = await openHome(home, { page, between, server, live });
    await expect(badge(page)).toHaveText(/Live/);
    const release = between.hold();
    const before = between.requests.length;
    await console.press(service, "Restart service");
    await badge(page).click();
    // Not as long as an answer is waited for: four seconds are left for the test itself, which takes its time, too.
    await page.clock.runFor(6_000);
    await expect(badge(page)).toHaveText(/\d s old$/);
    await expect(console.toasts).toContainText("Sending");
    const sent = between.requests.slice(before);
    expect(sent.filter((one) => one.startsWith("POST"))).toHaveLength(1);
    expect(new Set(sent).size).toBe(sent.length);
    release();
    await until(page, says(page, /Live/));
    await until(page, async () => /^Restart|Queued/.test(await console.status(service)));
    expect(await accepted()).toBe(1);
  });
}

for (const home of ["the backend in the page", "a server of ours", "a live API"] as const) {
  test(`${home}: an hour without it, it is asked less and less, the page says since when, and it is back by itself`, async ({ page, between, server, live }) => {
    test.setTimeout(60_000);
    await hold(page);
    const open = underWay(page);
    const { console, play } = await openHome(home, { page, between, server, live });
    const names = await console.names();
    await play("Offline");
    const before = between.requests.length;
    for (let minute = 0; minute < 60; minute += 1) {
      await page.clock.runFor(60_000);
      await expect.poll(open).toBe(0);
    }
    // Tried again within half a minute; in steps in which no answer is given up on before the network has failed.
    await until(page, says(page, /Offline, 1 h old/), 5_000);
    expect(await console.names()).toEqual(names);
    if (home !== "the backend in the page") {
      const tried = between.requests.length - before;
      expect(tried).toBeGreaterThan(10);
      expect(tried).toBeLessThan(300);
    }
    await play(null);
    await until(page, says(page, /Live/), 5_000);
    expect(await console.names()).toEqual(names);
  });
}

for (const home of ["a server of ours", "a live API"] as const) {
  test(`${home}: nobody who looks, nothing is asked; and at once when somebody does again`, async ({ page, between, server, live }) => {
    await hold(page);
    const open = underWay(page);
    const { console, service } = await openHome(home, { page, between, server, live });
    // Something goes on, and is followed.
    await console.act(service, "Restart service");
    await expect(console.toasts).toContainText(/Accepted|Running/);
    // Where it has a stream of events, this stays open.
    const quiet = () => expect.poll(open).toBeLessThanOrEqual(home === "a server of ours" ? 1 : 0);
    await look(page, "hidden");
    // The round that is under way ends, one request after the other, and no other begins.
    const seen = between.requests.length;
    let before = -1;
    while (before !== between.requests.length) {
      before = between.requests.length;
      await page.clock.runFor(120_000);
      await quiet();
    }
    expect(before - seen).toBeLessThan(10);
    await page.clock.runFor(600_000);
    expect(between.requests.length).toBe(before);
    await look(page, "visible");
    await expect.poll(() => between.requests.length).toBeGreaterThan(before);
  });
}

test("nothing in progress is asked about less often than something", async ({ page, between, live }) => {
  // Where it is pushed, both are asked about seldom.
  live.refuseSockets();
  await hold(page);
  between.target = live.url;
  between.keepAlive = false;
  const open = underWay(page);
  const console = await connect(page, { url: between.url } as typeof live);
  const asked = async (environment: string): Promise<number> => {
    await console.enter(environment);
    await expect.poll(open).toBe(0);
    const before = between.requests.length;
    // Five minutes, in steps in which no answer is given up on.
    for (let part = 0; part < 34; part += 1) {
      await page.clock.runFor(9_000);
      await expect.poll(open).toBe(0);
    }
    await page.goBack();
    return between.requests.length - before;
  };
  const busy = await asked("staging");
  const idle = await asked("production");
  expect(idle).toBeGreaterThan(0);
  // Every 10 s and every 30 s; in steps of 9 s that is every second and every fourth.
  expect(busy).toBeGreaterThan(1.5 * idle);
});

test("who asked too often waits as long as he is told, and does not come back with all the others", async ({ page, between, server, live }) => {
  await hold(page);
  await page.addInitScript(() => {
    Math.random = () => Number(sessionStorage.getItem("chance") ?? 0.5);
  });
  const open = underWay(page);
  const { console, service } = await openHome("a server of ours", { page, between, server, live });
  await console.act(service, "Restart service");
  await expect(console.toasts).toContainText("Running");
  await page.evaluate(() => sessionStorage.setItem("chance", "0.8"));
  between.play("429");
  await badge(page).click();
  await expect(badge(page)).toHaveText(/Too many requests/);
  // The stream of events stays open.
  const quiet = () => expect.poll(open).toBeLessThanOrEqual(1);
  await quiet();
  const before = between.requests.length;
  // It is told 20 s; chance adds 8 of the 10 s that come on top of them at most. The test itself takes some of these, too.
  await page.clock.runFor(22_000);
  await quiet();
  expect(between.requests.length).toBe(before);
  // Whoever looks away and back again, or finds a network, is told the same.
  for (const again of ["visibilitychange", "online", "visibilitychange"]) {
    await page.evaluate((again) => window.dispatchEvent(new Event(again)), again);
    await quiet();
  }
  expect(between.requests.length).toBe(before);
  await page.clock.runFor(7_000);
  await expect.poll(() => between.requests.length).toBeGreaterThan(before);
  // Told so while nobody looks, it is asked in time all the same when somebody does.
  await look(page, "hidden");
  await page.clock.runFor(30_000);
  await quiet();
  const unseen = between.requests.length;
  await look(page, "visible");
  await page.clock.runFor(30_000);
  await expect.poll(() => between.requests.length).toBeGreaterThan(unseen);
});

test("a request that a server does not know for a moment is what it was, and followed to its end", async ({ page, between, server, live }) => {
  await hold(page);
  const { console, service } = await openHome("a server of ours", { page, between, server, live });
  // It takes some seconds of the server's time, which nobody has in hand: it must not be over before it is not known.
  await console.act(service, "Restart service");
  await expect(console.toasts).toContainText("Running");
  between.play("404");
  const heard = between.requests.length;
  await page.clock.runFor(1_000);
  await expect.poll(() => between.requests.length).toBeGreaterThan(heard);
  await until(page, says(page, /Reconnecting|not there|Not found/i));
  await page.clock.runFor(10_000);
  await expect(console.toasts).toContainText("Running");
  between.play(null);
  await until(page, async () => /Done/.test((await console.toasts.textContent()) ?? ""), 5_000);
});

test("who follows a request and is told to wait tells it to everybody", async ({ page, between, server, live }) => {
  await hold(page);
  await page.addInitScript(() => {
    Math.random = () => 0;
  });
  const open = underWay(page);
  await page.route("**/x/request/*", (route) =>
    route.fulfill({ status: 429, headers: { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60" }, json: { detail: "Too many." } }),
  );
  const { console, service } = await openHome("a server of ours", { page, between, server, live });
  const told = page.waitForResponse(/\/x\/request\//);
  await console.act(service, "Restart service");
  await page.clock.runFor(1_000);
  await told;
  await expect.poll(open).toBeLessThanOrEqual(1);
  const before = between.requests.length;
  await page.clock.runFor(55_000);
  await expect.poll(open).toBeLessThanOrEqual(1);
  expect(between.requests.length).toBe(before);
  await page.clock.runFor(10_000);
  await expect.poll(() => between.requests.length).toBeGreaterThan(before);
});

test("when to come back holds after another failure, too", async ({ page, between, server, live }) => {
  await hold(page);
  await page.addInitScript(() => {
    Math.random = () => 0.8;
  });
  const open = underWay(page);
  await openHome("a server of ours", { page, between, server, live });
  between.play("429");
  await badge(page).click();
  await until(page, says(page, /Too many requests/));
  // Somebody insists, and does not even get through.
  between.play("Offline");
  await badge(page).click();
  await until(page, says(page, /Offline/));
  between.play(null);
  await expect.poll(open).toBeLessThanOrEqual(1);
  const before = between.requests.length;
  // Of the 28 s some have passed; after a failure alone it would ask again within 2 s.
  await page.clock.runFor(15_000);
  await expect.poll(open).toBeLessThanOrEqual(1);
  expect(between.requests.length).toBe(before);
  await page.clock.runFor(14_000);
  await expect.poll(() => between.requests.length).toBeGreaterThan(before);
});

test("a list that was not asked for meanwhile is as old as it is, also when another was", async ({ page, between, server, live }) => {
  await hold(page);
  const open = underWay(page);
  const { console } = await openHome("a server of ours", { page, between, server, live });
  // Ten minutes, in steps in which no answer is given up on; the stream of events stays open.
  for (let part = 0; part < 67; part += 1) {
    await page.clock.runFor(9_000);
    await expect.poll(open).toBeLessThanOrEqual(1);
  }
  await expect(badge(page)).toHaveText(/Live/);
  between.play("Offline");
  await page.goBack();
  await until(page, says(page, /Offline, (9|10) min old/));
  await expect(console.row("staging")).toBeVisible();
  between.play(null);
  await until(page, says(page, /Live/));
});

test("what the browser sends a second time is done once by a server in front of a live API, with a token of its own", async ({ page, between, server, live }) => {
  await hold(page);
  const open = underWay(page);
  const token = server.token("somebody", "act");
  await inFront(server, live.url, "--allow-origin", between.url);
  between.target = server.address.replace(/\/$/, "");
  between.api = "/api/";
  await page.goto(`${between.url}/`);
  await panel(page).getByLabel("Token", { exact: true }).fill(token);
  await panel(page).getByRole("button", { name: "Connect", exact: true }).click();
  const console = new Console(page);
  await console.ready();
  await console.enter("integration");
  // On a connection that was used before, as the browser wants it.
  await console.menu("gateway");
  await expect.poll(open).toBe(0);
  between.play("Loses answers");
  await page.getByRole("menuitem", { name: "Restart service" }).click();
  await until(page, async () => /not known whether/.test((await console.toasts.textContent()) ?? ""));
  between.play(null);
  await until(page, says(page, /Live/));
  expect(between.requests.filter((one) => one.startsWith("POST")).length).toBeGreaterThan(1);
  expect(live.actions).toHaveLength(1);
  expect([...between.keys]).toEqual([expect.stringMatching(/^[0-9a-f]{24}$/)]);
});

test("what the browser sends a second time by itself is done once", async ({ page, between, server, live }) => {
  await hold(page);
  const { console, accepted } = await openHome("a server of ours", { page, between, server, live });
  // The one action that may be asked for again and again: it waits behind the first.
  await console.press("orders-api", "Deploy other version");
  const sheet = page.getByRole("dialog", { name: "Deploy other version of orders-api" });
  await sheet.getByRole("option").nth(2).click();
  between.play("Loses answers");
  await sheet.getByRole("button", { name: /^Deploy .+ to orders-api$/ }).click();
  await expect(console.toasts).toContainText(/not known whether/);
  between.play(null);
  await until(page, says(page, /Live/));
  // The browser did send it again, on each connection that it had used before.
  expect(between.requests.filter((one) => one.startsWith("POST")).length).toBeGreaterThan(1);
  expect(await accepted()).toBe(1);
  await expect(page.getByRole("button", { name: /waiting$/ })).toHaveCount(0);
});
