// The console as the native server serves it: connected by itself, told of what others do, and back after an outage.
import { readFileSync } from "node:fs";
import { type Route, expect, test as base } from "@playwright/test";
import { Console } from "./console";
import { Server } from "./server";

const test = base.extend<{ server: Server; console: Console }>({
  server: async ({}, use) => {
    const server = new Server();
    await server.start("--speed", "20");
    await use(server);
    await server.remove();
  },
  console: async ({ page, server }, use) => {
    await page.goto(server.address);
    const console = new Console(page);
    await console.ready();
    await use(console);
  },
});

test("it connects to its server, and is no demo", async ({ page, console, server }) => {
  expect((await console.names()).length).toBeGreaterThan(1);
  await expect(page.getByRole("button", { name: /^Demo/ })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Data:/ })).toHaveText(/Live/);
  const [name] = await console.names();
  await console.enter(name!);
  await page.reload();
  await console.ready();
  expect(new URL(page.url()).origin).toBe(new URL(server.address).origin);
});

test("an action is done on the server, and its whole way is seen", async ({ page, console, server }) => {
  await console.enter("staging");
  const [service] = await console.names();
  await console.press(service!, "Redeploy");
  if (await console.dialog.isVisible()) await console.dialog.getByRole("button", { name: /Redeploy/ }).click();
  const environment = /environment\/([^/?]+)/.exec(page.url())![1]!;
  const newest = async () => {
    const answer = await server.api("GET", `environment/${environment}/deploymentHistoryV2`);
    const { results } = (await answer.json()) as { results: { auditing_data: { origin: string }; action_status: string }[] };
    return results[0] && `${results[0].auditing_data.origin} ${results[0].action_status}`;
  };
  await expect.poll(newest).toMatch(/^CONSOLE (ONGOING|SUCCESS)$/);
  await expect.poll(newest).toBe("CONSOLE SUCCESS");
  await console.expectStatus(service!, "Deployment OK");
});

test("what somebody else does is shown at once, pushed by the server", async ({ page, console, server }) => {
  await console.enter("staging");
  const environment = /environment\/([^/?]+)/.exec(page.url())![1]!;
  await expect(page.getByRole("button", { name: /^Data:/ })).toHaveText(/Live/);
  const streams = async () => /playhead_event_streams (\d+)/.exec(await (await fetch(`${server.address}metrics`)).text())?.[1];
  await expect.poll(streams).toBe("1");
  expect((await server.api("POST", `environment/${environment}/redeploy`)).status).toBe(202);
  await expect.poll(async () => (await console.sight()).environment).toMatch(/^(Queued|Building|Deploying)/);
});

for (const [what, keep] of [
  ["refused on the way", (route: Route) => route.abort()],
  // As by something on the way that waits for the end of every answer.
  ["never answered", () => {}],
] as const) {
  test(`where the server's events are ${what}, what somebody else does is seen by asking`, async ({ page, server }) => {
    let kept = 0;
    await page.route(`${server.address}api/x/events`, (route) => {
      kept += 1;
      return keep(route);
    });
    await page.goto(server.address);
    const console = new Console(page);
    await console.enter("staging");
    const environment = /environment\/([^/?]+)/.exec(page.url())![1]!;
    await expect(page.getByRole("button", { name: /^Data:/ })).toHaveText(/Live/);
    const services = (await (await server.api("GET", `environment/${environment}/services`)).json()) as {
      results: { id: string; name: string }[];
    };
    const { id } = services.results.find(({ name }) => name === "mail-relay")!;
    expect(await console.status("mail-relay")).toBe("Deployment OK");
    expect((await server.api("POST", `container/${id}/stop`)).status).toBe(202);
    // It may be over before it is asked for.
    await expect.poll(() => console.status("mail-relay"), { timeout: 20_000 }).toMatch(/^Stop/);
    expect(kept).toBeGreaterThan(0);
    expect(await (await fetch(`${server.address}metrics`)).text()).toContain("playhead_event_streams 0\n");
  });
}

test("an outage is said, nothing is lost by it, and it heals by itself", async ({ page, console, server }) => {
  await console.enter("staging");
  const environment = /environment\/([^/?]+)/.exec(page.url())![1]!;
  expect((await server.api("POST", `environment/${environment}/redeploy`)).status).toBe(202);
  await server.kill();
  const data = page.getByRole("button", { name: /^Data:/ });
  await expect(data).toHaveText(/Offline|Reconnecting/);
  await server.start();
  await expect(data).toHaveText(/Live/, { timeout: 40_000 });
  await expect.poll(async () => (await console.sight()).environment).toMatch(/^Deployment OK/);
});

test("what is looked at is gone with its world, and there again with it", async ({ page, console, server }) => {
  const kept = await (await server.api("GET", "x/world")).text();
  await console.enter("staging");
  // Of another project, in another organization.
  await server.api("PUT", "x/world", readFileSync("../fuzz/small.json", "utf8"));
  await expect(page.getByRole("alert")).toContainText("There is nothing here");
  await expect(page.getByRole("button", { name: /^Data:/ })).toHaveText(/Live/);
  await page.getByRole("link", { name: "Go to the environments" }).click();
  await expect(console.row("production")).toHaveCount(0);
  await expect(console.table.getByRole("button", { name: /^Play / })).toHaveCount(1);
  await server.api("PUT", "x/world", kept);
  await expect(console.row("production")).toBeVisible();
});

test("what could not be loaded is not counted", async ({ page, console, server }) => {
  await expect(page.getByRole("group", { name: "Filter" })).toContainText(/\d/);
  await page.route(`${server.address}api/**`, (route) => route.abort());
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("cannot be reached");
  await expect(page.getByRole("search")).toBeHidden();
  await expect(page.getByRole("main").getByText(/^\d+$/)).toHaveCount(0);
});

test("what is typed while an edit is on its way is not called saved, and goes with the next one", async ({ page, console }) => {
  await console.enter("staging");
  await console.press("storefront", "Configure");
  const memory = console.dialog.getByRole("textbox", { name: "Memory (MB)" });
  const save = console.dialog.getByRole("button", { name: "Save storefront" });
  const saved = console.dialog.getByText("Saved. Nothing that runs has changed yet.");
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const sent: number[] = [];
  await page.route("**/api/application/*", async (route) => {
    if (route.request().method() !== "PUT") return route.fallback();
    sent.push((route.request().postDataJSON() as { memory: number }).memory);
    await released;
    await route.continue();
  });
  await memory.fill("1536");
  await save.click();
  await expect(console.dialog.getByRole("button", { name: "Saving…" })).toHaveAttribute("aria-disabled", "true");
  await memory.fill("2048");
  release();
  await expect(save).not.toHaveAttribute("aria-disabled");
  await expect(saved).toBeHidden();
  await expect(console.dialog.getByRole("button", { name: "Discard changes" })).toBeVisible();
  await save.click();
  await expect(saved).toBeVisible();
  expect(sent).toEqual([1536, 2048]);
  // What is discarded is what was typed, and not what was saved.
  await memory.fill("4096");
  await console.dialog.getByRole("button", { name: "Discard changes" }).click();
  await console.press("storefront", "Configure");
  await expect(memory).toHaveValue("2048");
});
