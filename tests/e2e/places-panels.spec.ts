// The panels: what they list, what they mark, what they refuse, and what they say before anything is sent.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { openEnvironment, type Console } from "./console";
import { cell, until } from "./places";

const options = (console: Console) => console.dialog.getByRole("listbox", { name: "Versions" }).getByRole("option");
const searchVersions = (console: Console) => console.dialog.getByRole("combobox", { name: "Search versions" });
/** How many versions there are, by what the list says of itself. */
const all = async (console: Console) => Number(await options(console).first().getAttribute("aria-setsize"));
const list = (console: Console, heading: string) => console.dialog.getByRole("list", { name: heading });
const toast = (page: Page, words: string | RegExp) =>
  page.getByRole("log", { name: "Notifications" }).getByText(words).locator("xpath=ancestor::*[@data-tone][1]");

async function pick(page: Page, environment: string, service: string): Promise<Console> {
  const console = await openEnvironment(page, environment);
  await console.press(service, "Deploy other version");
  await expect(options(console).first()).toBeVisible();
  return console;
}

test("a commit is found by hash, subject, author and tag, anywhere in it", async ({ page }) => {
  const console = await pick(page, "staging", "checkout-api");
  const total = await all(console);
  expect(total).toBeGreaterThanOrEqual(40);
  const texts = await options(console).evaluateAll((options) =>
    options.map((option) => (option.getAttribute("title") ?? "").split("\n")),
  );
  const [hash, subject] = texts[4];
  expect(hash).toMatch(/^[0-9a-f]{40}$/);
  const author = ((await options(console).nth(4).textContent()) ?? "").match(/([A-Z]\S+ [A-Z]\S+) · /)?.[1] ?? "";
  expect(author).not.toBe("");
  for (const words of [hash, hash.slice(9, 21), subject, subject.slice(3).toUpperCase(), author]) {
    await searchVersions(console).fill(words);
    await expect.poll(() => all(console), words).toBeLessThan(total);
    await expect(options(console).filter({ hasText: hash.slice(0, 7) }), words).toBeVisible();
  }
  await searchVersions(console).fill("no commit says this");
  await expect(console.dialog).toContainText("No version has this anywhere.");
});

test("the version that runs is marked, and choosing it says so", async ({ page }) => {
  const console = await openEnvironment(page, "production");
  const version = ((await (await cell(console, "checkout-api", "Version")).textContent()) ?? "").trim().slice(0, 7);
  await console.press("checkout-api", "Deploy other version");
  await expect(console.dialog).toContainText(`Deployed now: ${version}`);
  const marked = options(console).filter({ hasText: "deployed" }).filter({ hasText: version });
  await expect(marked).toHaveCount(1);
  await marked.click();
  await expect(marked).toHaveAttribute("aria-selected", "true");
  await expect(console.dialog).toContainText("This version is deployed already");
  await expect(console.dialog.getByRole("button", { name: `Deploy ${version} to checkout-api` })).toBeEnabled();
});

test("of more than 3,000 image tags a few are in the document, and any is found", async ({ page }) => {
  const console = await pick(page, "production", "price-feed");
  const total = await all(console);
  expect(total).toBeGreaterThan(3000);
  expect(await options(console).count()).toBeLessThanOrEqual(60);
  await searchVersions(console).press("ArrowDown");
  const listbox = console.dialog.getByRole("listbox", { name: "Versions" });
  await listbox.evaluate((list) => (list.scrollTop = list.scrollHeight));
  const last = options(console).last();
  await expect(last).toHaveAttribute("aria-posinset", String(total));
  expect(await options(console).count()).toBeLessThanOrEqual(60);
  const tag = ((await last.textContent()) ?? "").trim();
  await searchVersions(console).fill(tag.slice(tag.length - 7));
  await expect.poll(() => all(console)).toBe(1);
  await expect(options(console).filter({ hasText: tag })).toBeVisible();
  await options(console).first().click();
  await expect(console.dialog.getByRole("button", { name: `Deploy ${tag} to price-feed` })).toBeVisible();
});

test("a chart's versions are offered for a chart", async ({ page }) => {
  const console = await pick(page, "staging", "ingress");
  await expect(options(console).first()).toContainText(/\d+\.\d+\.\d+/);
  await expect(options(console).filter({ hasText: "deployed" })).toHaveCount(1);
});

test("what the search hides is not deployed", async ({ page }) => {
  const console = await pick(page, "staging", "checkout-api");
  await options(console).nth(2).click();
  await expect(console.dialog.getByRole("button", { name: /^Deploy [0-9a-f]{7} to checkout-api$/ })).toBeVisible();
  await searchVersions(console).fill("no commit says this");
  const button = console.dialog.getByRole("button", { name: "Deploy to checkout-api" });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await button.press("Enter");
  await expect(console.dialog).toBeVisible();
});

test("the latest versions: services are chosen, the others are named with their reason", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.press("staging", "Deploy latest version");
  const row = (name: string) => list(console, "Services with a git source").getByRole("listitem").filter({ hasText: name });
  await expect(row("checkout-api")).toContainText(/[0-9a-f]{7} to [0-9a-f]{7}/);
  const submit = console.dialog.getByRole("button", { name: /^Deploy latest (to|version)/ });
  await expect(submit).toHaveAttribute("aria-disabled", "true");
  await row("checkout-api").getByRole("checkbox").check();
  await row("payments").getByRole("checkbox").check();
  await expect(submit).toHaveAccessibleName("Deploy latest to 2 services");
  await console.dialog.getByText(/^Left out: \d+ services/).click();
  await expect(list(console, "Left out").getByRole("listitem").filter({ hasText: "orders-db" })).toContainText(
    "Only services with a git source have a latest version",
  );
  await console.confirm("Deploy latest to 2 services");
  for (const name of ["checkout-api", "payments"]) {
    await expect(await cell(console, name, "Deployment status")).toHaveText(/Queued|Building|Deploying/);
  }
  await console.expectStatus("orders-api", "Deployment OK");
});

const STOPS: [string, string, string, RegExp][] = [
  ["an application", "development", "checkout-api", /pods? will stop; attached storage is kept/],
  ["a container", "development", "mail-relay", /pods? will stop; attached storage is kept/],
  ["a database in a container", "development", "catalog-db", /pods? will stop; attached storage is kept/],
  ["a managed database", "development", "orders-db", /paused at the cloud provider; its data is kept/],
  ["a cron job", "development", "nightly-report", /schedule is switched off/],
  ["a lifecycle job", "development", "provision-buckets", /stop command runs/],
  ["a chart", "staging", "search", /the release stays/],
];
for (const [what, environment, name, words] of STOPS) {
  test(`the question before a stop says what becomes of ${what}`, async ({ page }) => {
    const console = await openEnvironment(page, environment);
    await console.press(name, "Stop");
    await expect(console.dialog.getByRole("heading", { name: `Stop ${name}?` })).toBeVisible();
    await expect(list(console, "Will stop").getByRole("listitem")).toHaveText(words);
    await console.confirm("Keep as it is");
    await console.expectStatus(name, "Deployment OK");
    await expect(page.getByRole("log", { name: "Notifications" })).not.toContainText(`Stop ${name}`);
  });
}

test("a subset is told apart before anything is sent: who acts, who is left out and why", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const bar = await console.select("checkout-api", "admin-panel", "image-resizer", "sessions");
  await bar.getByRole("button", { name: /^Stop/ }).click();
  await expect(list(console, "Will stop").getByRole("listitem")).toHaveCount(1);
  await expect(list(console, "Will stop")).toContainText("checkout-api");
  const out = list(console, "Left out").getByRole("listitem");
  await expect(out.filter({ hasText: "admin-panel" })).toContainText("Nothing runs, so there is nothing to stop");
  await expect(out.filter({ hasText: "image-resizer" })).toContainText(/stop/i);
  await expect(out.filter({ hasText: "sessions" })).toContainText("A managed Redis cannot be paused");
  await console.confirm("Stop 1 service");
  await expect(await cell(console, "checkout-api", "Deployment status")).toHaveText(/Queued|Stopping/);
  await console.expectStatus("admin-panel", "Ready");
});

test("a whole production environment wants its name typed", async ({ page }) => {
  const console = await openEnvironment(page, "production");
  await console.press("production", "Stop");
  const button = console.dialog.getByRole("button", { name: "Stop production" });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await button.press("Enter");
  await expect(console.dialog.getByRole("alert").filter({ hasText: "not the name" })).toBeVisible();
  const name = console.dialog.getByRole("textbox", { name: "Type production to confirm" });
  await name.fill("staging");
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await name.fill("production");
  await expect(button).not.toHaveAttribute("aria-disabled", "true");
  await console.confirm("Stop production");
  await expect(page.getByRole("main")).toContainText(/Stop.* runs/);
});

test("the configuration is refused field by field, and saved it makes drift that Redeploy applies", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const version = await cell(console, "checkout-api", "Version");
  await expect(version).not.toContainText("out of date");
  await console.press("checkout-api", "Configure");
  const field = (name: string) => console.dialog.getByRole("textbox", { name });
  const save = console.dialog.getByRole("button", { name: "Save checkout-api" });
  await expect(field("Memory (MB)")).not.toHaveValue("");
  await expect(save).toHaveAttribute("aria-disabled", "true");
  const before = await field("Memory (MB)").inputValue();

  for (const [name, wrong] of [
    ["Memory (MB)", "much"],
    ["vCPU (mCPU)", "0"],
    ["Instances, at least", "-1"],
    ["Instances, at most", "2.5"],
  ]) {
    const right = await field(name).inputValue();
    await field(name).fill(wrong);
    await save.click();
    await expect(field(name)).toHaveAttribute("aria-invalid", "true");
    await expect(field(name)).toHaveAccessibleDescription(/A whole number from \d+ to \d+/);
    await field(name).fill(right);
    await expect(field(name)).not.toHaveAttribute("aria-invalid", "true");
  }
  await field("Instances, at least").fill("3");
  await field("Instances, at most").fill("2");
  await save.click();
  await expect(field("Instances, at most")).toHaveAccessibleDescription(/Not fewer than/);
  await field("Instances, at most").fill("4");
  await field("Memory (MB)").fill(String(Number(before) * 2));
  await save.click();
  await expect(console.dialog).toContainText("Saved. Nothing that runs has changed yet.");
  await expect(version).toContainText("out of date");
  await console.dialog.getByRole("button", { name: "Redeploy checkout-api" }).click();
  await expect(console.dialog).toBeHidden();
  await until(console, "checkout-api", "Deployment OK");
  await expect(version).not.toContainText("out of date");
  await expect(console.pods("checkout-api")).toHaveAccessibleName(/^3 of 3 pods ready/);
});

test("changes that were not saved are gone with the panel", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.press("payments", "Configure");
  const memory = console.dialog.getByRole("textbox", { name: "Memory (MB)" });
  await expect(memory).not.toHaveValue("");
  const before = await memory.inputValue();
  await memory.fill("4096");
  await console.confirm("Discard changes");
  await expect(await cell(console, "payments", "Version")).not.toContainText("out of date");
  await console.press("payments", "Configure");
  await expect(memory).toHaveValue(before);
});

async function stages(page: Page, words: string): Promise<Locator> {
  const one = toast(page, words);
  await expect(one).toBeVisible();
  return one;
}

test("a toast says queued with its place, running, and the outcome; never more", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.press("storefront", "Redeploy");
  const first = await stages(page, "Redeploy storefront");
  await expect(first).toContainText("Running");
  await console.press("mail-relay", "Restart service");
  const second = await stages(page, "Restart mail-relay");
  await expect(second).toContainText("Queued, place 1");
  await console.expectStatus("mail-relay", "Queued");
  await console.press("payments", "Redeploy");
  const third = await stages(page, "Redeploy payments");
  await expect(third).toContainText("Queued, place 2");
  await third.getByRole("button", { name: "Take back" }).click();
  await expect(third).toContainText(/taken back/i);
  await console.expectStatus("payments", "Deployment OK");

  await until(console, "storefront", "Deployment OK");
  await expect(first).toContainText(/done/i);
  await expect(second).toContainText("Running");
  await until(console, "mail-relay", "Restarted");
  await expect(second).toContainText(/done/i);
});

test("the cancel modal says what rolls back, what does not start, and that the queue goes on", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.press("staging", "Redeploy");
  await console.confirm("Redeploy staging");
  await until(console, "image-resizer", "Deploying");
  await console.press("staging", "Cancel deployment");
  await expect(console.dialog.getByRole("heading", { name: "Cancel the deployment of staging?" })).toBeVisible();
  await expect(list(console, "Rolls back")).toContainText("image-resizer");
  await expect(list(console, "Does not start")).toContainText("storefront");
  await expect(console.dialog).toContainText("No other request waits.");
  await expect(console.dialog.getByRole("button", { name: "Keep deploying" })).toBeFocused();
  await console.confirm("Cancel deployment of staging");
  await until(console, "image-resizer", "Canceled");
  await console.expectStatus("storefront", "Deployment OK");
});

test("the outcome of a bulk request is told item by item, and only what failed is tried again", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.fault("Stop fails", "payments");
  const bar = await console.select("payments", "admin-panel", "sessions");
  await bar.getByRole("button", { name: /^Stop/ }).click();
  await console.confirm("Stop 2 services");
  await console.until({ payments: { status: "Stop error" }, "admin-panel": { status: "Stopped" } });
  const failed = toast(page, "Stop 2 services");
  await expect(failed).toContainText("payments: the stop failed");
  await failed.getByRole("button", { name: "Details" }).click();

  const services = list(console, "Services of the request");
  const item = (name: string) => services.getByRole("listitem").filter({ hasText: name });
  const complete = async () => {
    await expect(item("payments")).toContainText("Failed");
    await expect(item("admin-panel")).toContainText("Done");
  };
  await complete();
  expect(new URL(page.url()).searchParams.get("panel")).toBe("outcome");
  await console.confirm("Close the outcome");
  await failed.getByRole("button", { name: "Retry failed" }).click();
  await until(console, "payments", "Stopping");
  await console.expectStatus("admin-panel", "Stopped");
});

test("the configuration says what a service is made of: where its code comes from, and when it executes", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const facts: [string, RegExp][] = [
    ["checkout-api", /Repository\s*https:\/\/.*checkout-api.*Branch\s*main.*Ports\s*web: HTTP 8080, public on 443/],
    ["mail-relay", /Image\s*.*mail-relay.*Registry/],
    ["ingress", /Chart\s*ingress.*Chart repository/],
    ["nightly-report", /Schedule\s*.*\(.+\)/],
  ];
  for (const [name, words] of facts) {
    await console.press(name, "Configure");
    await expect(console.dialog).toContainText(words);
    await page.keyboard.press("Escape");
    await expect(console.dialog).toBeHidden();
  }
});
