// What the product pushes by websocket: how things run, and what goes on, without asking. All of it also works without.
import { expect, type Page } from "@playwright/test";
import type { Console } from "./console";
import { badge, refresh, test, TOKEN } from "./live/connected";
import type { Live } from "./live/server";

/** After so many milliseconds a connection that broke has been made again: it is tried after 5 s, and after 10 s. */
const AGAIN = 20_000;

const sockets = (live: Live) => live.requests.filter(({ method }) => method === "UPGRADE");

/** Enters an environment, and waits until both lines are open: of the project, which was open before, and of the environment. */
async function listen(console: Console, live: Live, environment: string): Promise<void> {
  await console.enter(environment);
  await expect.poll(() => live.listeners, { message: "websockets that are open" }).toBe(2);
}

test("it listens with the token in the subprotocol, to the place that is open", async ({ live, console }) => {
  await listen(console, live, "integration");
  const own = sockets(live).find(({ query }) => query.environment === live.id("cedar/backend/integration"));
  expect(own?.path).toMatch(/^\/(service|deployment)\/status$/);
  expect(own?.headers["sec-websocket-protocol"]).toBe(`v1, auth.bearer.${TOKEN}`);
  expect(own?.query).toMatchObject({
    organization: live.id("cedar"),
    cluster: live.id("cedar/cluster"),
    project: live.id("cedar/backend"),
  });
});

test("running status and pods are shown as they are told", async ({ live, console }) => {
  await listen(console, live, "integration");
  for (const [name, running, pods] of [
    ["gateway", /Running/, /^2 of 2 pods ready/],
    ["api", /Warning/, /^1 of \d pods ready/],
    ["nightly", /Completed/, /./],
  ] as const) {
    await expect.poll(async () => (await console.read(name)).running, { message: name }).toMatch(running);
    expect((await console.read(name)).pods, name).toMatch(pods);
  }
});

test("a running status that is unknown here harms nothing", async ({ live, console }) => {
  await listen(console, live, "preview-17");
  await expect.poll(async () => (await console.read("api")).running).toMatch(/Error/);
  expect((await console.read("search")).running).toMatch(/THROTTLED|Unknown/);
});

test("what changes is shown at once", async ({ live, console }) => {
  await listen(console, live, "integration");
  const api = live.id("cedar/backend/integration/api");
  live.set(api, { running: "ERROR", pods: 1 });
  await expect.poll(async () => (await console.read("api")).running).toMatch(/Error/);
  live.set(api, { state: "DEPLOYMENT_ERROR" });
  // Nothing is in progress: the next time that anybody asks is later than this waits.
  await console.expectStatus("api", "Deployment error");
});

test("the whole way of an action is seen, pushed", async ({ live, console }) => {
  await listen(console, live, "integration");
  await console.act("gateway", "Restart service");
  await console.expectStatus("gateway", "Queued");
  await expect.poll(() => live.actions.length).toBe(1);
  for (const status of ["Restarting", "Restarted"] as const) {
    live.advance();
    await console.expectStatus("gateway", status);
  }
});

test("a connection that breaks is made again, and nothing is shown that is not so", async ({ page, live, console }) => {
  test.slow();
  await listen(console, live, "integration");
  const before = sockets(live).length;
  live.dropSockets();
  await expect.poll(() => live.listeners).toBe(0);
  live.set(live.id("cedar/backend/integration/api"), { running: "ERROR", pods: 1 });
  await expect.poll(() => sockets(live).length, { timeout: AGAIN }).toBeGreaterThan(before);
  await expect.poll(async () => (await console.read("api")).running).toMatch(/Error/);
  await expect(badge(page)).toHaveText(/Live/);
});

test("without websockets everything else goes on, and how things run is not made up", async ({ page, live, console }) => {
  live.refuseSockets();
  live.dropSockets();
  await console.enter("integration");
  await expect.poll(() => sockets(live).length, { message: "it tries" }).toBeGreaterThan(0);
  await console.act("gateway", "Redeploy");
  await works(page, live, console);
});

test("a token that may not listen is not tried for ever", async ({ page, live, console }) => {
  live.forbidSockets();
  await console.enter("integration");
  await expect.poll(() => sockets(live).length, { message: "it tries" }).toBeGreaterThan(0);
  await console.act("gateway", "Redeploy");
  await works(page, live, console);
  expect(sockets(live).length).toBeLessThan(5);
});

/** An action is followed by asking. */
async function works(page: Page, live: Live, console: Console): Promise<void> {
  await console.expectStatus("gateway", "Queued");
  live.advance();
  await refresh(page, live);
  await console.expectStatus("gateway", "Deploying");
  expect((await console.read("gateway")).running).not.toMatch(/Running/);
  await expect(badge(page)).toHaveText(/Live/);
}
