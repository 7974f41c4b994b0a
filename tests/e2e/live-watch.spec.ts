// What the product's API says by itself: how services run, and how a deployment goes on; and what is asked for, within
// the requests a token has.
import { expect, type Request, type Route } from "@playwright/test";
import type { Console } from "./console";
import { hold, underWay } from "./held";
import { badge, connect, refresh, test } from "./live/connected";
import type { Live } from "./live/server";

/** The lines that were opened, by path, each with what is listened to. */
const lines = (live: Live) => live.requests.filter(({ method }) => method === "UPGRADE").map(({ path, query }) => ({ path, query }));

const asked = (live: Live, path: RegExp): number =>
  live.requests.filter((one) => one.method === "GET" && path.test(one.path)).length;

const counted = (live: Live): number => live.requests.filter(({ method }) => method !== "OPTIONS" && method !== "UPGRADE").length;

const running = async (console: Console, name: string): Promise<string> => (await console.read(name)).running;

test("how services run is pushed, for the project by its clusters and for an environment with its pods", async ({ live, console }) => {
  await expect(console.row("integration")).toContainText("Warning");
  await expect(console.row("production")).toContainText("Running");
  await console.enter("integration");
  await expect.poll(() => live.listeners).toBe(2);
  await expect.poll(() => running(console, "api")).toContain("Warning");
  expect((await console.read("gateway")).pods).toBe("2 of 2 pods ready");
  // Nothing is pushed of what runs at the cloud provider: its status says it.
  expect(await running(console, "ledger-db")).toContain("Running");
  live.set(live.id("cedar/backend/integration/api"), { running: "RUNNING" });
  await expect.poll(() => running(console, "api")).toContain("Running");
  const clusters = new Set(lines(live).filter(({ path }) => path === "/service/status").map(({ query }) => query.cluster));
  expect(clusters).toEqual(new Set([live.world.environments[0]!.wire.cluster_id]));
  expect(lines(live).filter(({ path }) => path === "/deployment/status").map(({ query }) => query.environment)).toEqual([
    live.id("cedar/backend/integration"),
  ]);
});

test("a deployment is followed as it is pushed", async ({ live, console }) => {
  await console.enter("staging");
  await expect.poll(() => live.listeners).toBe(2);
  for (const [name, status] of [
    ["migrate", "Deployment OK"],
    ["web", "Deploying"],
    ["web", "Deployment OK"],
    ["api", "Deploying"],
    ["api", "Deployment OK"],
  ] as const) {
    // One step at a time: a second one before the first is shown would pass over what is waited for.
    live.advance();
    await console.expectStatus(name, status);
  }
});

test("what a broken line told is not said any more, and it is opened again", async ({ page, live }) => {
  await hold(page);
  const console = await connect(page, live);
  await console.enter("integration");
  await expect.poll(() => running(console, "gateway")).toContain("Running");
  const before = lines(live).length;
  live.refuseSockets();
  live.dropSockets();
  await expect.poll(() => running(console, "gateway")).toContain("Unknown");
  expect((await console.read("gateway")).pods).toBe("");
  await expect(console.row("gateway")).toContainText("Deployment OK");
  // Not at once, and less often each time: within a minute four times at most for each of the two lines.
  const tried = (): number => lines(live).length - before;
  for (let seconds = 0; seconds < 60; seconds += 5) await page.clock.runFor(5_000);
  await expect.poll(tried).toBeGreaterThanOrEqual(2);
  expect(tried()).toBeLessThanOrEqual(8);
  live.refuseSockets(false);
  await expect
    .poll(async () => {
      await page.clock.runFor(30_000);
      return running(console, "gateway");
    })
    .toContain("Running");
  expect((await console.read("gateway")).pods).toBe("2 of 2 pods ready");
});

test("an answer that was asked for before something was pushed does not take it back", async ({ page, live, console }) => {
  await console.enter("staging");
  await expect.poll(() => live.listeners).toBe(2);
  live.advance();
  await expect.poll(async () => (await console.read("migrate")).status).toBe("Deployment OK");
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  let hear = (_: Request): void => {};
  const asked = new Promise<Request>((resolve) => (hear = resolve));
  // One answer, and no other: when the test ends the page still asks, and the server does not answer any more.
  const late = async (route: Route): Promise<void> => {
    const old = await route.fetch();
    hear(route.request());
    await held;
    await route.fulfill({ response: old });
  };
  await page.route(/\/statuses$/, late, { times: 1 });
  await refresh(page, live);
  const old = await asked;
  live.advance();
  await expect.poll(async () => (await console.read("web")).status).toBe("Deploying");
  const queue = page.waitForResponse(/\/deploymentQueue$/);
  answer();
  await (await old.response())!.finished();
  // Asked after the statuses were read.
  await (await queue).finished();
  expect((await console.read("web")).status).toBe("Deploying");
});

test("an environment that is gone is gone from the list, and one that came is there", async ({ page, live, console }) => {
  const { environments } = live.world.organizations[0]!.projects[0]!;
  const names = await console.names();
  const [gone] = environments.splice(0, 1);
  await refresh(page, live);
  await expect.poll(() => console.names()).toEqual(names.filter((name) => name !== gone!.wire.name));
  environments.push(gone!);
  await refresh(page, live);
  await expect.poll(() => console.names()).toEqual(names);
});

test("an environment that is gone while it is looked at is said to be gone, and is there again when it is", async ({ page, live, console }) => {
  await console.enter("integration");
  const { environments } = live.world.organizations[0]!.projects[0]!;
  const at = environments.findIndex(({ path }) => path === "cedar/backend/integration");
  const [gone] = environments.splice(at, 1);
  await refresh(page, live);
  await expect(page.getByRole("alert")).toContainText("There is nothing here");
  await expect(console.row("gateway")).toHaveCount(0);
  await expect(badge(page)).toHaveText(/Live/);
  environments.push(gone!);
  await refresh(page, live);
  await expect(console.row("gateway")).toContainText("Deployment OK");
});

test("a version that somebody else configured and deployed is shown, and what is known besides stays", async ({ page, live, console }) => {
  await console.enter("integration");
  await expect.poll(() => running(console, "gateway")).toContain("Running");
  const { service, environment } = live.world.service(live.id("cedar/backend/integration/gateway"))!;
  const tag = String(service.wire.tag);
  await expect(console.row("gateway")).toContainText(tag);
  service.wire = { ...service.wire, tag: `${tag}-hotfix` };
  live.world.accept(environment, live.world.request("DEPLOY", [service], "somebody else", "CICD"));
  await refresh(page, live);
  await expect(console.row("gateway")).toContainText(`${tag}-hotfix`);
  expect(await running(console, "gateway")).toContain("Running");
  expect((await console.read("gateway")).pods).toBe("2 of 2 pods ready");
});

test("one busy environment is watched for an hour within the requests of a token", async ({ page, live }) => {
  live.refuseSockets();
  live.limit({ remaining: 1_000, reset: 3_600 });
  await hold(page);
  const open = underWay(page);
  const console = await connect(page, live);
  await console.enter("staging");
  await expect(console.row("migrate")).toContainText("Deploying");
  const first = counted(live);
  for (let minute = 0; minute < 10; minute += 1) {
    for (let part = 0; part < 12; part += 1) {
      await page.clock.runFor(5_000);
      await expect.poll(open).toBe(0);
    }
  }
  const inAnHour = first + (counted(live) - first) * 6;
  expect(inAnHour).toBeGreaterThan(200);
  expect(inAnHour).toBeLessThan(1_000);
  await expect(page.getByRole("banner").getByRole("button", { name: / \d+ left$/ })).toBeVisible();
});

test("what is left is told of the answer that refused, too", async ({ page, live }) => {
  live.refuseSockets();
  const console = await connect(page, live);
  await console.enter("staging");
  const mark = page.getByRole("banner").getByRole("button", { name: new URL(live.url).host });
  live.limit({ remaining: 1, reset: 600 });
  await refresh(page, live);
  await expect(mark).toContainText("0 left");
  await expect(badge(page)).toHaveText(/Too many requests/);
});

test("with few requests left they are kept for what a person does", async ({ page, live }) => {
  live.refuseSockets();
  await hold(page);
  const open = underWay(page);
  const console = await connect(page, live);
  await console.enter("staging");
  live.limit({ remaining: 110, reset: 3_600 });
  await refresh(page, live);
  await expect.poll(open).toBe(0);
  const before = counted(live);
  const said = new Set<string | null>();
  // Ten minutes, in steps in which no answer is given up on.
  for (let part = 0; part < 67; part += 1) {
    await page.clock.runFor(9_000);
    await expect.poll(open).toBe(0);
    said.add(await badge(page).textContent());
  }
  expect(counted(live) - before).toBeLessThanOrEqual(4);
  // Nobody calls live what was not asked for in minutes.
  expect([...said].join()).toContain("min old");
});

test("organizations are chosen apart from their projects, and the place says which", async ({ page, live, console }) => {
  const organization = page.getByRole("combobox", { name: "Organization" });
  await expect(organization.getByRole("option")).toHaveText(["Cedar Works", "Harbor Labs"]);
  await expect(page.getByRole("combobox", { name: "Project" }).getByRole("option")).toHaveText(["backend", "playground"]);
  const before = asked(live, /\/project$/);
  await organization.selectOption("Harbor Labs");
  await expect.poll(() => console.names()).toEqual(["development"]);
  // One project: there is nothing to choose.
  await expect(page.getByRole("combobox", { name: "Project" })).toHaveCount(0);
  expect(new URL(page.url()).searchParams.get("organization")).toBe(live.id("harbor"));
  // Only of the one that is open are the projects asked for.
  expect(asked(live, /\/project$/)).toBe(before + 1);
  await page.getByRole("banner").getByRole("link", { name: "Playhead" }).click();
  await expect.poll(() => console.names()).toEqual(["development"]);
});

test("on a phone the choosers have a line of their own, and nothing of the header lies over another thing", async ({ page, console }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await console.enter("integration");
  await page.getByRole("main").getByRole("link", { name: "Deployments" }).click();
  const banner = page.getByRole("banner");
  await expect(banner.getByRole("combobox", { name: "Project" })).toBeVisible();
  const overlaps = await banner.evaluate((banner) => {
    const seen = [...banner.querySelectorAll("a, button, select, .crumbs > *")].filter((one) => one.getClientRects().length > 0);
    const boxes = seen.map((one) => ({ words: one.textContent, box: one.getBoundingClientRect() }));
    const apart = (one: DOMRect, other: DOMRect) =>
      one.right <= other.left + 1 || other.right <= one.left + 1 || one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
    const pairs = boxes.flatMap((one, at) => boxes.slice(at + 1).map((other) => [one, other] as const));
    const wide = boxes.filter(({ box }) => box.right > innerWidth).map(({ words }) => `${words} is cut`);
    return [...wide, ...pairs.filter(([one, other]) => !apart(one.box, other.box)).map(([one, other]) => `${one.words} / ${other.words}`)];
  });
  expect(overlaps).toEqual([]);
});
