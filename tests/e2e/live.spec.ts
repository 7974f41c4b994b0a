// Connected to the product's API, played with recorded answers: what is told is shown as it came, what is not told is not
// made up, and the token goes nowhere but to the server.
import { type Route, expect } from "@playwright/test";
import { Canary } from "./canary";
import { ACTIONS, open } from "./console";
import { hold, underWay, until } from "./held";
import { ask, badge, connect, goOver, panel, refresh, test, TOKEN } from "./live/connected";
import { commitId } from "./live/fixtures/services";
import type { Live } from "./live/server";

/** Everything that was asked but for preflights, which carry no token. */
const asked = (live: Live) => live.requests.filter(({ method }) => method !== "OPTIONS");

test("what was asked of the demo is neither said of a server nor asked of it again", async ({ page, live }) => {
  const console = await open(page);
  await console.enter("staging");
  await console.press("mail-relay", "Restart service");
  await expect(console.toasts).toContainText("Restart mail-relay");
  await goOver(page, console, live);
  await expect(console.row("production")).toBeVisible();
  // Not only when it has left by itself.
  expect(await console.toasts.textContent()).not.toContain("mail-relay");
});

for (const scheme of ["Token", "Bearer"] as const) {
  test(`the ${scheme} goes to the server in its header, and nowhere else`, async ({ page, live }) => {
    const canary = new Canary(page, TOKEN, live.url);
    const console = await connect(page, live, { scheme });
    await expect(page.getByRole("button", { name: /^Demo/ })).toHaveCount(0);
    await console.enter("integration");
    await console.press("gateway", "Restart service");
    await expect.poll(() => live.actions.length).toBe(1);
    for (const { method, path, query, headers, body } of asked(live)) {
      const { authorization, "sec-websocket-protocol": protocols, ...others } = headers;
      if (method === "UPGRADE") expect(protocols).toBe(`v1, auth.bearer.${TOKEN}`);
      else expect(authorization, path).toBe(`${scheme} ${TOKEN}`);
      expect(JSON.stringify([path, query, others, body])).not.toContain(TOKEN);
    }
    await canary.expectNowhere();
    expect(canary.sent).toBeGreaterThan(0);
  });
}

test("a token that the server does not know connects nothing", async ({ page, live }) => {
  await ask(page, live, { token: "not-a-token" });
  await expect(panel(page).getByRole("alert")).toHaveText(/wants a token that it knows: The token is missing or unknown/);
  await expect(page.getByRole("button", { name: "Demo", exact: true, includeHidden: true })).toBeVisible();
});

test("after a reload the panel still knows what it was connected to", async ({ page, live, console }) => {
  await page.reload();
  await expect(panel(page).getByRole("radio", { name: /^The product's API/ })).toBeChecked();
  await panel(page).getByLabel("Token", { exact: true }).fill(TOKEN);
  await panel(page).getByRole("button", { name: "Connect", exact: true }).click();
  await expect(console.row("production")).toBeVisible();
  expect(live.requests.filter(({ method }) => method === "GET").length).toBeGreaterThan(0);
});

test("only the contract's calls are made, with headers that an API of other origins lets in", async ({ page, live, console }) => {
  await console.enter("integration");
  await console.press("api", "Deploy other version");
  await expect(console.dialog.getByRole("option").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await console.act("gateway", "Redeploy");
  await expect.poll(() => live.actions.length).toBe(1);
  await refresh(page, live);
  expect(live.requests.map(({ path }) => path).filter((path) => /^\/x(\/|$)/.test(path))).toEqual([]);
  const wanted = live.requests.flatMap(({ headers }) => String(headers["access-control-request-headers"] ?? "").split(","));
  expect(new Set(wanted.filter((name) => !["", "authorization", "content-type"].includes(name)))).toEqual(new Set());
});

test("the environments are listed with their statuses", async ({ console }) => {
  for (const [name, said] of Object.entries({
    production: /Deployment OK.*on-call, CLI/,
    staging: /Deploying.*release pipeline, git push/,
    integration: /Deployment OK.*developer, console/,
    "preview-17": /Deployment error/,
  })) {
    await expect(console.row(name)).toHaveText(said);
  }
});

test("a busy environment is told with its counts, its deployment and what waits", async ({ page, console }) => {
  await console.enter("staging");
  const main = page.getByRole("main");
  await console.expectEnvironment("Deploying");
  await expect(main).toContainText("2 queued · 1 ok · 1 deploying · 1 never deployed");
  expect(Object.entries((await console.sight()).rows).map(([name, { status, stage }]) => [name, status, stage])).toEqual([
    ["orders-db", "Deployment OK", "DATABASE"],
    ["migrate", "Deploying", "JOB"],
    ["web", "Queued", "CONTAINER"],
    ["api", "Queued", "APPLICATION"],
    ["worker", "Ready", "APPLICATION"],
  ]);
  await expect(main).not.toContainText("No deployment is running");
  await page.getByRole("button", { name: "1 waiting" }).click();
  await expect(page.getByLabel("Waiting requests").getByRole("listitem")).toHaveText(/RESTART.*developer, console/i);
});

test("what runs is not said to be over while it cannot be read", async ({ page, live, console }) => {
  await page.route(`${live.url}/environment/*/statuses`, (route) => route.abort());
  await console.row("staging").getByRole("link", { name: "staging", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("This cannot be shown now");
  const head = page.getByRole("group", { name: "Environment status" });
  await expect(head).toContainText("Deploying");
  await expect(page.getByRole("main")).not.toContainText("No deployment is running");
  await page.unroute(`${live.url}/environment/*/statuses`);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("main")).toContainText("Deployment runs: ");
});

test("what the server does not tell is not made up", async ({ page, live, console }) => {
  live.refuseSockets();
  live.dropSockets();
  await console.enter("integration");
  for (const [name, { running, pods, kind }] of Object.entries((await console.sight()).rows)) {
    expect(running, name).not.toBe("");
    // That there are none would be said by somebody who knows.
    if (kind !== "Managed database") expect(pods, name).not.toMatch(/\d|no pods/);
  }
  await expect(page.getByRole("main")).not.toContainText(/undefined|null|NaN/);
});

test("the version of each service is told, whatever it is deployed from", async ({ console }) => {
  await console.enter("integration");
  const { rows } = await console.sight();
  const short = (repository: string) => commitId(repository, 1).slice(0, 7);
  expect(Object.fromEntries(Object.entries(rows).map(([name, { version }]) => [name, version]))).toMatchObject({
    api: short("api"),
    migrate: short("migrate"),
    gateway: "2.4.0",
    nightly: "0.9.1",
    metrics: "5.1.2",
  });
});

test("what the contract tells of a service is said where it is configured, and what it does not tell leaves no hole", async ({
  page,
  live,
  console,
}) => {
  await console.enter("integration");
  const told: [string, RegExp[]][] = [
    [
      "api",
      [
        /Ports\s*web: HTTP 8080, public on 443\s*metrics: GRPC 9090, in the cluster only/,
        /Readiness probe\s*TCP on 8080, first after 30 s, every 10 s, 5 s to answer, fails after 3/,
        /Liveness probe\s*HTTP \/alive on 8080, every 1 min 30 s/,
        /Auto-deploy\s*On/,
        /Created\s*Jan 12, 2026/,
      ],
    ],
    ["gateway", [/Image\s*cedar\/gateway/, /Registry\s*Cedar images/, /Storage\s*20 GB at \/var\/cache/]],
    ["orders-db", [/Engine\s*\w+ 16/, /Address\s*orders-db\.internal\.example\.com:5432/, /From the cluster only/, /Storage\s*10 GB/]],
    ["ledger-db", [/Instance type\s*db\.t3\.small/]],
    ["migrate", [/Time limit\s*5 min/, /When it fails\s*Not tried again/, /Auto-deploy\s*Off/, /With a deployment/]],
    ["nightly", [/Schedule\s*30 2 \* \* \* \(Etc\/UTC\)/]],
    ["metrics", [/Chart\s*metrics/, /Ports\s*metrics-proxy: HTTP 80(?!,)/, /Time limit\s*10 min/]],
  ];
  for (const [name, facts] of told) {
    await console.press(name, "Configure");
    for (const words of facts) await expect(console.dialog, name).toContainText(words);
    await expect(console.dialog).not.toContainText(/undefined|null|NaN|Changed/);
    await page.keyboard.press("Escape");
    await expect(console.dialog).toBeHidden();
  }
  expect(live.actions).toEqual([]);
});

test("a part of a service that cannot be read takes nothing else with it", async ({ page, live, console }) => {
  await console.enter("integration");
  await page.route(`${live.url}/application/*`, async (route) => {
    const answer = await route.fetch();
    const whole = await answer.json();
    const [web, metrics] = whole.ports;
    whole.healthchecks.readiness_probe.timeout_seconds = "some";
    const unreadable = { created_at: "once", updated_at: 5, auto_deploy: "true", storage: { size: true } };
    await route.fulfill({ response: answer, json: { ...whole, ...unreadable, ports: [web, { ...metrics, internal_port: "all" }] } });
  });
  await console.press("api", "Configure");
  await expect(console.dialog.getByRole("textbox", { name: "Memory (MB)" })).toHaveValue("512");
  // What is wrong is left out, and not shown as something else.
  await expect(console.dialog).toContainText(/Ports\s*web: HTTP 8080, public on 443\s*metrics: GRPC, in the cluster only/);
  await expect(console.dialog).toContainText(/Readiness probe\s*TCP on 8080, first after 30 s, every 10 s, fails after 3/);
  await expect(console.dialog).not.toContainText(/1970|Created|Changed|Auto-deploy|Storage/);
});

test("what is told of an environment is said: where it is, since when, until when, and what it belongs to", async ({ page, console }) => {
  await console.press("preview-17", "About");
  for (const words of [
    /Cloud provider\s*\w+/,
    /Region\s*eu-west-3/,
    /Expires\s*Jan 31, 2027/,
    /Created\s*Jan 12, 2026/,
    /Changed\s*Feb 3, 2026.*by Ada Example/,
    /Project\s*backend\s*What is sold/,
    /Organization\s*Cedar Works\s*Boards and beams/,
    /Plan\s*ENTERPRISE_2025/,
  ])
    await expect(console.dialog).toContainText(words);
  await expect(console.dialog).not.toContainText(/Cluster|Namespace|undefined|null|NaN/);
  await page.keyboard.press("Escape");

  await console.press("staging", "About");
  await expect(console.dialog).toContainText(/Cluster\s*Main/);
  await expect(console.dialog).not.toContainText(/Expires|Changed/);
});

test("what an environment belongs to may be kept from a token, and where it fails that is said", async ({ page, live, console }) => {
  const refuse = (status: number, message: string) => (route: Route) =>
    route.fulfill({ status, json: { status, error: "", message, detail: message }, headers: { "Access-Control-Allow-Origin": "*" } });
  const failed = console.dialog.getByText(/What it belongs to could not be read/);
  await page.route(`${live.url}/organization/*/project`, refuse(403, "Not yours"));
  await console.press("preview-17", "About");
  await expect(console.dialog).toContainText(/Organization\s*Cedar Works/);
  await expect(console.dialog).not.toContainText(/Project/);
  await expect(failed).toBeHidden();
  await page.keyboard.press("Escape");

  await page.route(`${live.url}/organization/*/project`, refuse(400, "No such page"));
  await page.route(`${live.url}/organization`, refuse(409, "It is being moved"));
  await console.press("preview-17", "About");
  await expect(failed).toContainText("It is being moved");
  await expect(console.dialog).toContainText(/Region\s*eu-west-3/);
});

test("every kind of service is named; one of a kind unknown here is refused everything, with the reason", async ({ live, console }) => {
  await console.enter("integration");
  const kinds = Object.fromEntries(Object.entries((await console.sight()).rows).map(([name, { kind }]) => [name, kind]));
  expect(kinds).toEqual({
    "ledger-db": "Managed database",
    "orders-db": "Container database",
    migrate: "Lifecycle job",
    nightly: "Cron job",
    gateway: "Container",
    api: "Application",
    metrics: "Helm chart",
    network: "TERRAFORM",
  });
  const offers = await console.offers("network");
  expect(offers.map(({ action }) => action)).toEqual(expect.arrayContaining([...ACTIONS]));
  for (const { action, refused } of offers) {
    expect(refused, action).toMatch(action === "Deploy latest version" ? /on the environment only/ : /unknown to this version/);
  }
  expect(live.actions).toEqual([]);
});

test("words from the future are shown as they came", async ({ page, console }) => {
  await expect(page.getByRole("button", { name: "SANDBOX 1" })).toBeVisible();
  await expect(console.row("preview-17")).toContainText("CHATBOT");
  await console.enter("preview-17");
  await expect(page.getByRole("main")).toContainText(/SANDBOX.*CHATBOT/);
  expect((await console.read("search")).status).toBe("HIBERNATING");
  for (const { action, refused } of await console.offers("search")) {
    expect(refused, action).not.toBeNull();
  }
});

test("projects of the same name are told apart, and each has its own environments", async ({ page, live }) => {
  const console = await connect(page, live, { keep: true });
  for (const [path, names] of Object.entries({
    "cedar/backend": ["production", "staging", "integration", "preview-17"],
    "harbor/backend": ["development"],
    "cedar/playground": [],
  })) {
    await page.goto(`?project=${live.id(path)}`);
    const organization = path.split("/")[0]!;
    await expect(page.getByRole("combobox", { name: "Organization" }), path).toHaveValue(live.id(organization));
    // Where there is one project there is nothing to choose.
    const chooser = page.getByRole("combobox", { name: "Project" });
    if (organization === "cedar") await expect(chooser, path).toHaveValue(live.id(path));
    else await expect(chooser).toHaveCount(0);
    if (names.length > 0) expect(await console.names()).toEqual(names);
    else await expect(page.getByRole("main")).toContainText(/no environments?/i);
  }
});

test("what is on its way when another project is chosen is not shown as that one's", async ({ page, live }) => {
  const console = await connect(page, live, { keep: true });
  const here = live.id("cedar/backend");
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let asked = false;
  // The chooser is there before the environments are.
  await page.route(`**/project/${here}/environment/status*`, async (route) => {
    asked = true;
    await held;
    // The page may not want it any more.
    await route.continue().catch(() => {});
  });
  await page.goto(`?project=${here}`);
  await expect.poll(() => asked).toBe(true);
  await page.getByRole("combobox", { name: "Project" }).selectOption(live.id("cedar/playground"));
  await expect(page.getByRole("main")).toContainText(/no environments?/i);
  release();
  await refresh(page, live);
  await expect(page.getByRole("main")).toContainText(/no environments?/i);
  await expect(console.row("production")).toHaveCount(0);
});

test("how many requests the token has left is told, and when there are more", async ({ page, live, console }) => {
  live.limit({ remaining: 12, reset: 900 });
  await refresh(page, live);
  await page.getByRole("banner").getByRole("button", { name: new URL(live.url).host }).click();
  await expect(panel(page)).toContainText(/The token has (12|11|10) requests left/);
  await panel(page).getByRole("button", { name: "Close" }).last().click();
  live.limit({ remaining: 0, reset: 900 });
  await refresh(page, live);
  await expect(badge(page)).not.toHaveText(/Live/);
  await expect(badge(page)).toHaveAttribute("title", /Too many requests.*900 s/);
  // What was known stays.
  await expect(console.row("production")).toContainText("Deployment OK");
  live.limit({ remaining: 500, reset: 3600 });
  await refresh(page, live);
  await expect(badge(page)).toHaveText(/Live/);
});

test("a limit that is reached is waited for: nothing is asked before its end", async ({ page, live }) => {
  await hold(page);
  const open = underWay(page);
  const console = await connect(page, live);
  await console.enter("integration");
  live.limit({ remaining: 0, reset: 60 });
  await refresh(page, live);
  await expect(badge(page)).toHaveText(/Too many requests/);
  // Of what is listened to the limit does not tell, and a line that breaks is opened again.
  const reads = () => live.requests.filter(({ method }) => method === "GET").length;
  const refused = reads();
  // Ten seconds are left for the test itself, which takes its time, too.
  await page.clock.runFor(50_000);
  await expect.poll(open).toBe(0);
  expect(reads()).toBe(refused);
  live.limit(null);
  await until(page, async () => /Live/.test((await badge(page).textContent()) ?? ""), 5_000);
  expect(reads()).toBeGreaterThan(refused);
});
