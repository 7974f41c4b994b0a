// Acting on the product's API, played with recorded answers: every action goes out as one call of the contract with the
// right body, once, and what becomes of it is told in the server's words.
import { expect, type Page } from "@playwright/test";
import type { Console } from "./console";
import { badge, connect, refresh, test } from "./live/connected";
import { commitId } from "./live/fixtures/services";
import type { Live } from "./live/server";

const HOME = "cedar/backend";

/** An order of a person, and the one call it has to be. */
interface Way {
  on: string;
  order: (console: Console, page: Page) => Promise<unknown>;
  /** Paths of things stand for their ids. */
  call: string;
  body?: (id: (name: string) => string) => unknown;
}

const WAYS: Record<string, Way> = {
  "Deploy a service": { on: "staging", order: (c) => c.act("worker", "Deploy"), call: "POST /application/{worker}/deploy" },
  "Redeploy an application": { on: "integration", order: (c) => c.act("api", "Redeploy"), call: "POST /application/{api}/redeploy" },
  "Redeploy a job": { on: "integration", order: (c) => c.act("nightly", "Redeploy"), call: "POST /job/{nightly}/redeploy" },
  "Stop a container": { on: "integration", order: (c) => c.act("gateway", "Stop"), call: "POST /container/{gateway}/stop" },
  "Stop a chart": { on: "integration", order: (c) => c.act("metrics", "Stop"), call: "POST /helm/{metrics}/stop" },
  "Restart a database": {
    on: "integration",
    order: (c) => c.act("orders-db", "Restart service"),
    call: "POST /database/{orders-db}/restart-service",
  },
  "Redeploy in production, once confirmed": {
    on: "production",
    order: (c) => c.act("web", "Redeploy"),
    call: "POST /container/{web}/redeploy",
  },
  "Redeploy an environment": { on: "integration", order: (c) => c.act("integration", "Redeploy"), call: "POST /environment/{}/redeploy" },
  "Stop an environment": { on: "integration", order: (c) => c.act("integration", "Stop"), call: "POST /environment/{}/stop" },
  "Redeploy some services": {
    on: "integration",
    order: async (c) => {
      const bar = await c.select("api", "gateway", "orders-db", "migrate", "metrics");
      await bar.getByRole("button", { name: "Redeploy" }).click();
      await c.confirm(/^Redeploy /);
    },
    call: "POST /environment/{}/service/deploy",
    body: (id) => ({
      applications: [{ application_id: id("api") }],
      containers: [{ id: id("gateway") }],
      jobs: [{ id: id("migrate") }],
      helms: [{ id: id("metrics") }],
      databases: [id("orders-db")],
    }),
  },
  "Stop some services": {
    on: "integration",
    order: async (c) => {
      const bar = await c.select("api", "gateway", "orders-db", "nightly", "metrics");
      await bar.getByRole("button", { name: "Stop" }).click();
      await c.confirm(/^Stop /);
    },
    call: "POST /environment/{}/service/stop",
    body: (id) => ({
      application_ids: [id("api")],
      container_ids: [id("gateway")],
      database_ids: [id("orders-db")],
      job_ids: [id("nightly")],
      helm_ids: [id("metrics")],
    }),
  },
  "Deploy another commit": {
    on: "integration",
    order: (c) => c.pickVersion("api", 2),
    call: "POST /application/{api}/deploy",
    body: () => ({ git_commit_id: commitId("api", 2) }),
  },
  "Deploy another commit of a job": {
    on: "integration",
    order: (c) => c.pickVersion("migrate", 2),
    call: "POST /job/{migrate}/deploy",
    body: () => ({ git_commit_id: commitId("migrate", 2) }),
  },
  "Deploy another tag": {
    on: "integration",
    order: (c) => c.pickVersion("gateway", 1),
    call: "POST /container/{gateway}/deploy",
    body: () => ({ image_tag: "2.4.1" }),
  },
  "Deploy another tag of a job": {
    on: "integration",
    order: (c) => c.pickVersion("nightly", 0),
    call: "POST /job/{nightly}/deploy",
    body: () => ({ image_tag: "2.5.0" }),
  },
  "Deploy another chart": {
    on: "integration",
    order: (c) => c.pickVersion("metrics", 0),
    call: "POST /helm/{metrics}/deploy",
    body: () => ({ chart_version: "5.2.0" }),
  },
  "Cancel a deployment": {
    on: "staging",
    order: async (c) => {
      await c.press("staging", "Cancel deployment");
      await c.confirm("Cancel deployment of staging");
    },
    call: "POST /environment/{}/cancelDeployment",
    body: () => ({ force_cancel: false }),
  },
  "Cancel a deployment by force": {
    on: "staging",
    order: async (c) => {
      await c.press("migrate", "Cancel deployment");
      await c.dialog.getByRole("checkbox", { name: /^Force/ }).check({ timeout: 3_000 });
      await c.confirm("Cancel deployment of staging by force");
    },
    call: "POST /environment/{}/cancelDeployment",
    body: () => ({ force_cancel: true }),
  },
};

/** The call and body of a way, with ids in it. */
function expected(live: Live, { on, call, body }: Way): [string, unknown] {
  const id = (name: string) => live.id(`${HOME}/${on}/${name}`);
  const path = call.replace("{}", live.id(`${HOME}/${on}`)).replace(/\{(.+)\}/, (_, name: string) => id(name));
  return [path, body?.(id) ?? null];
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`${name}: one call of the contract`, async ({ page, live, console }) => {
    await console.enter(way.on);
    await way.order(console, page);
    await expect.poll(() => live.actions.length).toBeGreaterThan(0);
    await expect(console.toasts).toContainText("Accepted");
    await refresh(page, live);
    expect(live.actions).toEqual([expected(live, way)]);
  });
}

test("Deploy an environment that was never deployed: one call of the contract", async ({ page, live }) => {
  const console = await connect(page, live, { keep: true });
  await page.goto(`?project=${live.id("harbor/backend")}`);
  await console.enter("development");
  await console.act("development", "Deploy");
  await expect.poll(() => live.actions).toEqual([[`POST /environment/${live.id("harbor/backend/development")}/deploy`, null]]);
});

test("Deploy latest version: the chosen services, each with its newest commit", async ({ page, live, console }) => {
  await console.enter("integration");
  await console.press("integration", "Deploy latest version");
  const sheet = page.getByRole("dialog", { name: "Deploy latest version in integration" });
  for (const name of ["api", "migrate"]) await sheet.getByRole("checkbox", { name }).check();
  await console.confirm("Deploy latest to 2 services");
  await expect(console.toasts).toContainText("Accepted");
  const id = (name: string) => live.id(`${HOME}/integration/${name}`);
  expect(live.actions).toEqual([
    [
      `POST /environment/${live.id(`${HOME}/integration`)}/service/deploy`,
      {
        applications: [{ application_id: id("api"), git_commit_id: commitId("api", 0) }],
        containers: [],
        jobs: [{ id: id("migrate"), git_commit_id: commitId("migrate", 0) }],
        helms: [],
        databases: [],
      },
    ],
  ]);
});

test("a waiting request is taken back by its own call", async ({ page, live, console }) => {
  const [waiting] = live.world.environment(live.id(`${HOME}/staging`))!.queue;
  await console.enter("staging");
  await page.getByRole("button", { name: "1 waiting" }).click();
  await page.getByLabel("Waiting requests").getByRole("button", { name: /^Take back/ }).click();
  await expect.poll(() => live.actions).toEqual([[`POST /deploymentQueue/${waiting!.id}/cancelDeployment`, {}]]);
  await expect(page.getByRole("button", { name: /waiting$/ })).toBeHidden();
});

test("a page of somebody in between is no answer: whether the request was taken back is not known", async ({ page, console }) => {
  await page.route("**/cancelDeployment", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>Sign in" }));
  await console.enter("staging");
  await page.getByRole("button", { name: "1 waiting" }).click();
  await page.getByLabel("Waiting requests").getByRole("button", { name: /^Take back/ }).click();
  await expect(console.toasts).toContainText(/Take back a request.*web page.*not known whether the request was accepted/);
  await expect(page.getByRole("button", { name: "1 waiting" })).toBeVisible();
});

test("the way of an action is seen, and its end", async ({ page, live, console }) => {
  await console.enter("integration");
  await console.act("gateway", "Redeploy");
  await console.expectStatus("gateway", "Queued");
  for (const status of ["Deploying", "Deployment OK"] as const) {
    live.advance();
    await refresh(page, live);
    await console.expectStatus("gateway", status);
    await console.expectEnvironment(status);
  }
});

test("a cancel leaves the job that executes, and gives the others back what they were", async ({ page, live, console }) => {
  await console.enter("staging");
  await console.press("staging", "Cancel deployment");
  await console.confirm("Cancel deployment of staging");
  await console.expectStatus("web", "Deployment OK");
  await console.expectStatus("migrate", "Deploying");
  live.advance();
  // What waited goes on.
  await refresh(page, live);
  await console.expectStatus("migrate", "Deployment OK");
  await console.expectStatus("web", "Queued");
});

test("a refusal is told in the server's words, and is not tried again", async ({ page, live, console }) => {
  const words = "The cluster is locked for maintenance until noon";
  await console.enter("integration");
  live.refuse(409, words);
  await console.act("api", "Redeploy");
  await expect(console.toasts).toContainText(words);
  await refresh(page, live);
  expect(live.actions.length).toBe(1);
  await console.expectStatus("api", "Deployment OK");
});

test("a server that takes nothing while it is busy says so", async ({ page, live, console }) => {
  await console.enter("production");
  await console.act("web", "Redeploy");
  await console.expectStatus("web", "Queued");
  await console.act("api", "Redeploy");
  await expect(console.toasts).toContainText("A deployment of this environment is already in progress");
  await refresh(page, live);
  expect(live.actions.length).toBe(2);
});

test("when the answer is lost it is not known whether it was accepted; it is not sent again", async ({ page, live, console }) => {
  await console.enter("integration");
  live.lose("answer");
  await console.act("api", "Redeploy");
  // The list shows what became of it, as soon as the server tells.
  await console.expectStatus("api", "Queued");
  await refresh(page, live);
  expect(live.actions.length).toBe(1);
  await expect(console.toasts).toContainText(/not known whether (it|the request) was accepted/);
  await expect(console.toasts).not.toContainText("tried again");
  await expect(badge(page)).toHaveText(/Live/);
});

test("an action beyond the token's limit is told with the time of the next, and is not sent again", async ({ page, live, console }) => {
  await console.enter("integration");
  // The limit is reached by the action itself, whatever was asked before it.
  await page.route(`**/application/${live.id(`${HOME}/integration/api`)}/redeploy`, (route) => {
    live.limit({ remaining: 0, reset: 75 });
    return route.continue();
  });
  await console.act("api", "Redeploy");
  await expect(console.toasts).toContainText(/Too many requests.*75 s/);
  live.limit(null);
  await refresh(page, live);
  expect(live.actions.length).toBe(1);
  await expect(console.toasts).not.toContainText("by itself");
});
