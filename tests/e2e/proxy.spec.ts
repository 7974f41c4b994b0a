// The native server in front of the product's API, played with recorded answers: the page has no token, the server has.
import { expect, test as base } from "@playwright/test";
import { Console } from "./console";
import { panel, TOKEN } from "./live/connected";
import { Live } from "./live/server";
import { Server } from "./server";

const test = base.extend<{ live: Live; server: Server }>({
  live: async ({}, use) => {
    const live = await Live.start({ token: TOKEN });
    await use(live);
    await live.stop();
  },
  server: async ({ live: _ }, use) => {
    const server = new Server();
    server.environment = { PLAYHEAD_UPSTREAM_TOKEN: TOKEN };
    await use(server);
    await server.remove();
  },
});

test("the page is connected by itself, and never has the token", async ({ page, live, server }) => {
  const told: string[] = [];
  page.on("request", (request) => told.push(JSON.stringify([request.url(), request.headers(), request.postData()])));
  page.on("websocket", (socket) => told.push(socket.url()));
  await server.start("--upstream", live.url);
  await page.goto(server.address);
  const console = new Console(page);
  await expect(page.getByRole("banner").getByRole("button", { name: /^Live API/ })).toBeVisible();
  await expect(console.row("production")).toContainText("Deployment OK");
  await console.enter("integration");
  // Pushed through the server.
  await expect.poll(async () => (await console.read("gateway")).pods).toBe("2 of 2 pods ready");
  await console.act("gateway", "Restart service");
  await console.expectStatus("gateway", "Queued");
  expect(live.actions).toEqual([[`POST /container/${live.id("cedar/backend/integration/gateway")}/restart-service`, null]]);
  for (const status of ["Restarting", "Restarted"] as const) {
    live.advance();
    await console.expectStatus("gateway", status);
  }
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.documentElement.outerHTML]));
  expect(told.join() + kept).not.toContain(TOKEN);
  const own = new URL(server.address).host;
  expect(told.filter((one) => !one.includes(own))).toEqual([]);
});

test("a server that only reads offers nothing else, and says so", async ({ page, live, server }) => {
  await server.start("--upstream", live.url, "--read-only");
  await page.goto(server.address);
  const console = new Console(page);
  await console.enter("staging");
  for (const { action, refused } of await console.offers("api")) {
    expect(refused, action).toContain("The server lets this page read, and not act");
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "1 waiting" }).click();
  await expect(page.getByLabel("Waiting requests").getByRole("listitem")).toHaveCount(1);
  await expect(page.getByRole("button", { name: /^Take back/ })).toHaveCount(0);
  expect(live.actions).toEqual([]);
});

test("with tokens of its own it asks for one, and what that may only read is offered nothing", async ({ page, live, server }) => {
  const [reader, actor] = [server.token("reader", "read"), server.token("actor", "act")];
  await server.start("--upstream", live.url);
  await page.goto(server.address);
  const console = new Console(page);
  for (const [token, refused] of [
    [reader, "The server lets this page read, and not act"],
    [actor, null],
  ] as const) {
    if (token === actor) await page.getByRole("banner").getByRole("button", { name: /^127/ }).click();
    await panel(page).getByLabel("Token", { exact: true }).fill(token);
    const opened = page.waitForResponse(token === reader ? /\/environment\/status$/ : /\/statuses$/);
    await panel(page).getByRole("button", { name: "Connect", exact: true }).click();
    await opened;
    if (token === reader) {
      await expect(console.row("integration")).toContainText("Warning");
      await console.enter("integration");
    }
    // With another token of the same server it stays where it was.
    await expect(console.row("gateway")).toContainText("Deployment OK");
    const restart = (await console.offers("gateway")).find(({ action }) => action === "Restart service");
    if (refused === null) expect(restart?.refused).toBeNull();
    else expect(restart?.refused).toContain(refused);
    await page.keyboard.press("Escape");
  }
  // What the page was given is not what the API was sent.
  const sent = JSON.stringify(live.requests.map(({ headers }) => headers));
  expect(sent).not.toContain(reader);
  expect(sent).not.toContain(actor);
});
