// Every place has a URL: it can be typed, shared, reloaded, and gone back to.
import { expect, test, type Page } from "@playwright/test";
import { Console, open, openEnvironment } from "./console";

const base = () => new URL(test.info().project.use.baseURL ?? "").pathname;
/** The place in the address: path beneath the base, and those parameters of the query that make a place. */
function place(page: Page): string {
  const url = new URL(page.url());
  for (const key of ["scenario", "seed", "clock"]) url.searchParams.delete(key);
  return url.pathname.slice(base().length) + decodeURIComponent(url.search);
}

test("a place reached by clicks stays the same place after a reload", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const address = page.url();
  expect(place(page)).toMatch(/^environment\/[0-9a-f-]{36}$/);
  const names = await console.names();
  await page.reload();
  await console.ready();
  expect(page.url()).toBe(address);
  expect(await console.names()).toEqual(names);
  await expect(page.getByRole("heading", { level: 1, name: "staging" })).toBeVisible();
});

test("a deep link opens its place on a host that answers 404 for it", async ({ page }) => {
  await openEnvironment(page, "staging");
  const deep = page.url();
  const answer = await page.goto(deep);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "staging" })).toBeVisible();
  await expect(page.getByRole("grid", { name: "Services" })).toBeVisible();
});

test("search, filter and sort are in the address, and a reload keeps them", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await page.getByRole("searchbox").fill("api");
  await page.getByRole("columnheader", { name: "Service", exact: true }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "Service", exact: true }).getByRole("button").click();
  await expect.poll(() => place(page)).toMatch(/\?q=api&sort=-name$/);
  const names = await console.names();
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("api");
  await expect(page.getByRole("columnheader", { name: "Service", exact: true })).toHaveAttribute("aria-sort", "descending");
  expect(await console.names()).toEqual(names);
});

test("back and forward go through the places, and never leave a dead step", async ({ page }) => {
  const console = await open(page);
  await console.enter("staging");
  await console.press("checkout-api", "Deploy other version");
  await expect(console.dialog).toBeVisible();
  expect(place(page)).toContain("panel=version");

  await page.goBack();
  await expect(console.dialog).toBeHidden();
  await expect.poll(() => place(page)).not.toContain("panel");
  await page.goBack();
  await expect(page.getByRole("grid", { name: "Environments" })).toBeVisible();
  await expect.poll(() => place(page)).toBe("");
  await page.goForward();
  await expect(page.getByRole("grid", { name: "Services" })).toBeVisible();
  await page.goForward();
  await expect(console.dialog).toBeVisible();

  // Closing a panel is a step back: the next one leaves the page.
  await page.keyboard.press("Escape");
  await expect(console.dialog).toBeHidden();
  await expect.poll(() => place(page)).not.toContain("panel");
  await page.goBack();
  await expect(page.getByRole("grid", { name: "Environments" })).toBeVisible();
});

test("the settings have an address: the connection, the theme that is kept, and the keys", async ({ page }) => {
  await open(page);
  await page.getByRole("link", { name: "Settings" }).click();
  await expect.poll(() => place(page)).toBe("settings");
  const connection = page.getByRole("region", { name: "Connection" });
  await expect(connection).toContainText("The backend runs in this page.");
  await expect(page.getByRole("region", { name: "Keys" })).toContainText("Open the row's Play menu");
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await expect(page).toHaveTitle("Settings · Playhead");
  // What is connected to is asked for here, too.
  const console = new Console(page);
  await console.connection("Offline");
  await console.closeDemo();
  await expect(page.getByRole("button", { name: /^Data: Offline/ })).toBeVisible();
  await expect(connection).toContainText("cannot be reached");
  await console.connection("Works");
  await console.closeDemo();
  await expect(connection).toContainText("The backend runs in this page.");
  await connection.getByRole("button", { name: "Change the connection…" }).click();
  await expect(page.getByRole("dialog", { name: "Connection" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.goBack();
  await expect(page.getByRole("grid", { name: "Environments" })).toBeVisible();
});

const PANELS: [string, string, string, RegExp][] = [
  ["the version picker", "checkout-api", "Deploy other version", /^Deploy other version of checkout-api$/],
  ["the configuration", "checkout-api", "Configure", /^Configure checkout-api$/],
  ["what is told of an environment", "staging", "About", /^About staging$/],
  ["the question before a stop", "checkout-api", "Stop", /^Stop checkout-api\?$/],
  ["the latest versions", "staging", "Deploy latest version", /^Deploy latest version/],
];
for (const [what, name, action, title] of PANELS) {
  test(`${what} has an address: a link opens it, and leaving it stays on the page`, async ({ page }) => {
    const console = await openEnvironment(page, "staging");
    await console.press(name, action as Parameters<Console["press"]>[1]);
    await expect(page.getByRole("dialog", { name: title })).toBeVisible();
    const link = page.url();
    await page.goto("about:blank");
    await page.goto(link);
    await expect(page.getByRole("dialog", { name: title })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(page.getByRole("heading", { level: 1, name: "staging" })).toBeVisible();
    await expect.poll(() => place(page)).not.toContain("panel");
  });
}

const LOST: [string, string, RegExp][] = [
  ["an environment that is not there", "environment/00000000-0000-4000-8000-000000000000", /environment/i],
  ["an id that is none", "environment/production", /No place of the console is called/],
  ["a path that is no place", "environment/a/b/c", /No place of the console is called/],
];
for (const [what, at, words] of LOST) {
  test(`${what} is told in words, with a way on`, async ({ page }) => {
    await page.goto(`${at}?scenario=shop&seed=7&clock=paused`);
    const main = page.getByRole("main");
    await expect(main).toContainText(words);
    await main.getByRole("link", { name: "Go to the environments" }).click();
    await expect(page.getByRole("grid", { name: "Environments" })).toBeVisible();
    await expect.poll(() => place(page)).toBe("");
  });
}

test("a panel of a service that is not there says so and can be left", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const at = `${place(page)}?panel=version&service=00000000-0000-4000-8000-000000000000`;
  await open(page, "shop", at);
  await expect(console.dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(console.dialog).toBeHidden();
  await expect.poll(() => place(page)).not.toContain("panel");
});

test("a scenario that is not there is said to be missing, and the first one is open", async ({ page }) => {
  await page.goto("?scenario=no-such-world&clock=paused");
  const console = new Console(page);
  await console.ready();
  await expect(console.toasts).toContainText("There is no scenario called no-such-world");
  await expect(console.row("production")).toBeVisible();
});

test("a seed that is no number is said to be none, and seed 1 is open", async ({ page }) => {
  await page.goto("?scenario=shop&seed=abc&clock=paused");
  const console = new Console(page);
  await console.ready();
  await expect(console.toasts).toContainText("The seed in the address cannot be read");
  await expect((await console.demo()).getByLabel("Seed")).toHaveValue("1");
});

test("every link stays under the sub-path and keeps the chosen world", async ({ page }) => {
  const console = await open(page);
  const links = await page.getByRole("link").evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    const url = new URL(link);
    expect(url.pathname.startsWith(base()), link).toBe(true);
    expect(url.searchParams.get("scenario"), link).toBe("shop");
  }
  await console.enter("staging");
  await page.getByRole("navigation", { name: "Place" }).getByRole("link").click();
  await expect(page.getByRole("grid", { name: "Environments" })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("clock")).toBe("paused");
});
