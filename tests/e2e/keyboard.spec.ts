// A whole deploy, watch, and roll back, without a mouse.
import { expect, test } from "@playwright/test";
import { open, openEnvironment } from "./console";
import { cell, starts, until } from "./places";

test("from the environments to a row's menu and back, by keys alone", async ({ page }) => {
  const console = await open(page);
  const [first, second] = await console.names();
  await page.keyboard.press("j");
  await expect(console.row(first)).toBeFocused();
  await page.keyboard.press("j");
  await expect(console.row(second)).toBeFocused();
  await page.keyboard.press("k");
  await expect(console.row(first)).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await expect(console.row(first)).toBeFocused();

  await page.keyboard.press(".");
  await expect(page.getByRole("menu", { name: `Actions of ${first}` })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(console.row(first)).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: first })).toBeVisible();
  await expect(page.getByRole("grid", { name: "Services" })).toBeVisible();
});

test("Enter on a service opens its menu, whatever links the row has", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.row("notifications").focus();
  await expect(console.row("notifications").getByRole("link")).toHaveCount(2);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu", { name: "Actions of notifications" })).toBeVisible();
});

test("the arrows of the menu reach every action, the refused ones with their reason", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const [name] = await console.names();
  await page.keyboard.press("j");
  await page.keyboard.press(".");
  const menu = page.getByRole("menu", { name: `Actions of ${name}` });
  const items = menu.getByRole("menuitem");
  await expect(menu).toBeVisible();
  await page.keyboard.press("Home");
  const count = await items.count();
  expect(count).toBeGreaterThanOrEqual(7);
  for (let at = 0; at < count; at += 1) {
    await expect(items.nth(at)).toBeFocused();
    if ((await items.nth(at).getAttribute("aria-disabled")) === "true") {
      await expect(items.nth(at)).toHaveAccessibleDescription(/\S+ \S+/);
    }
    await page.keyboard.press("ArrowDown");
  }
  await expect(items.first()).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(items.last()).toBeFocused();
  // A letter goes to the first action that begins with it.
  await page.keyboard.press("s");
  await expect(items.filter({ hasText: starts("Stop") })).toBeFocused();
});

test("a refused action does nothing when its key is pressed", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const [name] = await console.names();
  await page.keyboard.press("j");
  await page.keyboard.press(".");
  const menu = page.getByRole("menu", { name: `Actions of ${name}` });
  const refused = menu.getByRole("menuitem", { name: "Deploy latest version" });
  await expect(menu).toBeVisible();
  await page.keyboard.press("End");
  while (!(await refused.evaluate((item) => item === document.activeElement))) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(menu).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("a version is deployed, watched and rolled back without a mouse", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const said = page.getByRole("status", { name: "Status changes" });

  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search services" })).toBeFocused();
  await page.keyboard.type("checkout-api");
  await page.keyboard.press("Enter");
  const row = console.row("checkout-api");
  await expect(row).toBeFocused();
  const running = (await (await cell(console, "checkout-api", "Version")).textContent()) ?? "";

  const deploy = async (search: string) => {
    await page.keyboard.press(".");
    await expect(page.getByRole("menu")).toBeVisible();
    await page.keyboard.press("End");
    const item = page.getByRole("menuitem", { name: "Deploy other version" });
    while (!(await item.evaluate((item) => item === document.activeElement))) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect(console.dialog.getByRole("combobox", { name: "Search versions" })).toBeFocused();
    await page.keyboard.type(search);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const button = console.dialog.getByRole("button", { name: /^Deploy \S+ to checkout-api$/ });
    await expect(button).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(console.dialog).toBeHidden();
    await expect(row).toBeFocused();
  };
  await deploy("");
  await expect(said).toContainText("checkout-api: Queued");
  await until(console, "checkout-api", "Building");
  await expect(said).toContainText("checkout-api: Building");
  await until(console, "checkout-api", "Deploying");
  await expect(said).toContainText(/checkout-api: Deploying/);
  await until(console, "checkout-api", "Deployment OK");
  await expect(said).toContainText("checkout-api: Deployment OK");

  // And back to what ran before.
  await page.keyboard.press("Escape");
  await row.focus();
  await deploy(running.trim().slice(0, 7));
  await until(console, "checkout-api", "Deployment OK");
  await expect(await cell(console, "checkout-api", "Version")).toContainText(running.trim().slice(0, 7));
});

test("x selects, Shift extends, and Esc backs out one step at a time", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  const bar = page.getByRole("region", { name: "Selected services" });
  const names = await console.names();
  await page.keyboard.press("/");
  await page.keyboard.type("a");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("searchbox")).not.toBeFocused();

  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(bar).toContainText("1 selected");
  await expect(console.row(names[0])).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expect(bar).toContainText("3 selected");
  await expect(console.row(names[2])).toBeFocused();
  await page.keyboard.press("x");
  await expect(bar).toContainText("2 selected");
  await page.keyboard.press("Control+a");
  await expect(bar).toContainText(`${names.length} selected`);

  await page.keyboard.press(".");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(bar).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(bar).toBeHidden();
});

test("the keys are listed, and none of them acts while somebody types", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await expect(keys).toContainText("Open the row's Play menu");
  await page.keyboard.press("Escape");
  await expect(keys).toBeHidden();

  await page.keyboard.press("j");
  await page.keyboard.press("/");
  await page.keyboard.type("x.?jk");
  await expect(page.getByRole("searchbox")).toHaveValue("x.?jk");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(page.getByRole("region", { name: "Selected services" })).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(console.table.getByRole("button", { name: /^Play / }).first()).toBeVisible();
});

test("focus starts on the safe button of a question, and goes back to where it was", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await page.keyboard.press("/");
  await page.keyboard.type("checkout-api");
  await page.keyboard.press("Enter");
  await page.keyboard.press(".");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("s");
  await page.keyboard.press("Enter");
  await expect(console.dialog.getByRole("button", { name: "Keep as it is" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(console.dialog).toBeHidden();
  await expect(console.row("checkout-api")).toBeFocused();
});
