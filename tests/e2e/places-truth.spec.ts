// The page says what is true and since when: drift, the queue, and what it says when the server cannot be reached.
import { expect, test, type Page } from "@playwright/test";
import { open, openEnvironment } from "./console";
import { until } from "./held";
import { cell } from "./places";

const badge = (page: Page) => page.getByRole("button", { name: /^Data:/ });

test("a changed configuration is marked as drift in the row, the head and the list of environments", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const main = page.getByRole("main");
  await expect(await cell(console, "orders-api", "Version")).not.toContainText("out of date");
  const before = Number(((await main.textContent()) ?? "").match(/(\d+) out of date/)?.[1]);
  await console.press("orders-api", "Configure");
  const cpu = console.dialog.getByRole("textbox", { name: "vCPU (mCPU)" });
  await expect(cpu).not.toHaveValue("");
  await cpu.fill("1500");
  await console.dialog.getByRole("button", { name: "Save orders-api" }).click();
  await expect(console.dialog).toContainText("Saved");
  await page.keyboard.press("Escape");
  await expect(console.dialog).toBeHidden();
  await expect(await cell(console, "orders-api", "Version")).toContainText("out of date");
  await expect(main).toContainText(`${before + 1} out of date`);
  // Closing a panel is a step back, which takes a moment: the next one leaves the page.
  await expect.poll(() => page.url()).not.toContain("panel=");
  await page.goBack();
  await expect(console.row("staging")).toContainText(`${before + 1} out of date`);
});

test("the queue shows place and asker, and a waiting request is taken back with the status beneath", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.press("storefront", "Redeploy");
  await console.expectStatus("storefront", "Queued");
  await console.press("mail-relay", "Restart service");
  await console.press("payments", "Redeploy");
  await console.expectStatus("mail-relay", "Queued");
  await console.expectStatus("payments", "Queued");
  await page.getByRole("button", { name: "2 waiting" }).click();
  const queue = page.getByLabel("Waiting requests");
  const items = queue.getByRole("listitem");
  await expect(items).toHaveText([/1.*Restart.*mail-relay.*you, console/, /2.*Redeploy.*payments/]);
  await items.first().getByRole("button", { name: /^Take back/ }).click();
  await expect(items).toHaveText([/1.*Redeploy.*payments/]);
  await console.expectStatus("mail-relay", "Deployment OK");
  await page.keyboard.press("Escape");
  await expect(queue).toBeHidden();
  await console.until({ payments: { status: /Building|Deploying/ } });
  await expect(page.getByRole("button", { name: /waiting$/ })).toBeHidden();
});

test("what waits is counted once, whatever for", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  for (const [name, action] of [["storefront", "Redeploy"], ["mail-relay", "Restart service"], ["payments", "Stop"]] as const) {
    await console.act(name, action);
    await console.expectStatus(name, "Queued");
  }
  await expect(page.getByRole("group", { name: "Environment status" })).toContainText("3 queued");
  await expect.poll(() => page.url()).not.toContain("panel=");
  await page.goBack();
  await expect(console.row("staging")).toContainText(/ok · 3 queued(?!.*queued)/);
});

for (const [what, trouble, words] of [
  ["the server is offline", "Offline", /Offline/],
  ["the server answers 503", "503", /Reconnecting/],
] as const) {
  test(`when ${what} the badge says so, the list stays as it is, and it heals by itself`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 500 });
    const console = await openEnvironment(page, "production");
    await expect(badge(page)).toHaveText(/Live/);
    // The last row: the list is scrolled, and stays so, also when the bar of the selection takes its place.
    const bar = await console.select("storefront");
    await expect(console.row("storefront")).toBeInViewport({ ratio: 0.9 });
    const names = await console.names();
    await console.connection(trouble);
    await expect(badge(page)).toHaveText(words);
    expect(await console.names()).toEqual(names);
    await expect(bar).toContainText("1 selected");
    await expect(console.row("storefront").getByRole("checkbox")).toBeChecked();
    await expect(console.row("storefront")).toBeInViewport();
    await console.connection("Works");
    await expect(badge(page)).toHaveText(/Live/);
  });
}

test("data grows old while nothing answers, and the badge says how old", async ({ page }) => {
  await page.clock.install();
  const console = await openEnvironment(page, "staging");
  await expect(badge(page)).toHaveText(/Live/);
  await console.connection("Loses answers");
  await page.clock.runFor(8_000);
  await expect(badge(page)).toHaveText(/\d+ s old/);
  await page.clock.runFor(15_000);
  await expect(badge(page)).toHaveText(/Reconnecting, \d+ s old/);
  await console.connection("Works");
  await page.clock.runFor(40_000);
  await expect(badge(page)).toHaveText(/Live/);
});

test("an action without an answer is never called accepted, and is not sent twice", async ({ page }) => {
  await page.clock.install();
  const console = await openEnvironment(page, "staging");
  const log = page.getByRole("log", { name: "Notifications" });
  await console.connection("Loses answers");
  await console.press("mail-relay", "Restart service");
  await expect(log).toContainText("Sending");
  // In steps that leave it room to write down what it does: only then the answer is waited for.
  await until(page, async () => /It is not known whether the request was accepted/.test((await log.textContent()) ?? ""));
  await console.connection("Works");
  await page.clock.runFor(30_000);
  // It was carried out, once: nothing waits behind it.
  await console.expectStatus("mail-relay", "Restarting");
  await expect(page.getByRole("button", { name: /waiting$/ })).toBeHidden();
});

test("an action while offline fails in words, and nothing has changed when the way is open again", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.connection("Offline");
  await console.press("mail-relay", "Restart service");
  await expect(page.getByRole("log", { name: "Notifications" })).toContainText("The server cannot be reached");
  await console.connection("Works");
  await expect(badge(page)).toHaveText(/Live/);
  await console.expectStatus("mail-relay", "Deployment OK");
});

test("a first load that fails says why, and tries again on request", async ({ page }) => {
  const console = await open(page);
  await console.connection("Offline");
  await console.row("development").getByRole("link").first().click();
  const alert = page.getByRole("main").getByRole("alert");
  await expect(alert).toContainText("The server cannot be reached");
  await console.connection("Works");
  await alert.getByRole("button", { name: "Try again" }).or(console.row("checkout-api")).first().click();
  await expect(console.row("checkout-api")).toBeVisible();
});

test("the theme that was chosen outlives the page", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open(page);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  const theme = page.getByRole("button", { name: /^Theme:/ });
  await expect(theme).toHaveAccessibleName(/^Theme: as the system/);
  await theme.click();
  await theme.click();
  await expect(theme).toHaveAccessibleName(/^Theme: dark/);
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(theme).toHaveAccessibleName(/^Theme: dark/);
  expect(await background()).toBe(dark);
});
