// The two lists: found, sorted, filtered, selected; and what they say when the world changes or cannot be reached.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { open, openEnvironment, type Console } from "./console";
import { cell, starts } from "./places";

const search = (page: Page) => page.getByRole("searchbox", { name: /^Search/ });
const chip = (page: Page, words: string) =>
  page.getByRole("group", { name: "Filter" }).getByRole("button", { name: starts(words) });
/** The number a chip shows. */
const number = async (chip: Locator) => Number(((await chip.textContent()) ?? "").match(/\d+/)?.[0]);
const head = (console: Console, words: string) => console.table.getByRole("columnheader", { name: words, exact: true });

test("environments stand in sections by mode, with how many each has", async ({ page }) => {
  const console = await open(page);
  const rows = await console.table.getByRole("row").allTextContents();
  const sections = rows.map((row) => row.trim()).filter((row) => /^(Production|Staging|Development|Preview) \d+$/.test(row));
  expect(sections[0]).toMatch(/^Production \d+$/);
  expect(sections.map((section) => section.split(" ")[0])).toEqual(
    ["Production", "Staging", "Development", "Preview"].filter((mode) => sections.some((section) => section.startsWith(mode))),
  );
  const total = sections.reduce((sum, section) => sum + Number(section.split(" ")[1]), 0);
  expect(total).toBe((await console.names()).length);
});

test("environments are found by name, mode and cluster, and filtered by mode", async ({ page }) => {
  const console = await open(page);
  const all = await console.names();
  await search(page).fill("STAG");
  await expect(console.row("production")).toBeHidden();
  await expect(console.row("staging")).toBeVisible();
  await search(page).fill("");
  await expect.poll(() => console.names()).toEqual(all);
  await chip(page, "Production").click();
  await expect(chip(page, "Production")).toHaveAttribute("aria-pressed", "true");
  await expect(console.row("staging")).toBeHidden();
  await expect.poll(() => new URL(page.url()).searchParams.get("mode")).toBe("PRODUCTION");
  await chip(page, "Production").click();
  await expect.poll(() => console.names()).toEqual(all);
});

test("a row of environments says status, pods, last operation, cluster and what is out of date", async ({ page }) => {
  const console = await open(page);
  for (const [column, words] of [
    ["Deployment status", /\S/],
    ["Running status", /Running|Stopped|Warning|Error|Unknown/],
    ["Last operation", /ago|just now|–/],
    ["Cluster", /\S/],
  ] as const) {
    await expect(await cell(console, "production", column), column).toHaveText(words);
  }
});

test("each chip lets through as many services as it says", async ({ page }) => {
  const console = await openEnvironment(page, "production");
  const all = await console.names();
  let sum = 0;
  for (const words of ["In progress", "Error", "OK", "Canceled", "Stopped", "Never deployed"]) {
    const count = await number(chip(page, words));
    sum += count;
    await chip(page, words).click();
    await expect(chip(page, words)).toHaveAttribute("aria-pressed", "true");
    if (count === 0) await expect(page.getByText("Nothing matches the filter")).toBeVisible();
    else await expect.poll(async () => (await console.names()).length, words).toBe(count);
    await chip(page, words).click();
  }
  expect(sum).toBe(all.length);
});

test("services are found by every word, in name, kind, stage and version", async ({ page }) => {
  const console = await openEnvironment(page, "production");
  const all = await console.names();
  const version = ((await (await cell(console, "checkout-api", "Version")).textContent()) ?? "").trim().slice(0, 7);
  for (const words of ["checkout", "CHECKOUT api", `application ${version}`, version]) {
    await search(page).fill(words);
    await expect(console.row("checkout-api"), words).toBeVisible();
    await expect.poll(async () => (await console.names()).length, words).toBeLessThan(all.length);
  }
  await search(page).fill("no service is called this");
  await expect(page.getByText("Nothing matches the filter")).toBeVisible();
  await page.getByRole("button", { name: "Clear search and filter" }).click();
  await expect(search(page)).toHaveValue("");
  await expect.poll(() => console.names()).toEqual(all);
});

test("a column sorts up, down, and back to the order of the pipeline", async ({ page }) => {
  const console = await openEnvironment(page, "production");
  const natural = await console.names();
  const sorted = [...natural].sort();
  const name = head(console, "Service");
  await name.getByRole("button").click();
  await expect(name).toHaveAttribute("aria-sort", "ascending");
  await expect.poll(() => console.names()).toEqual(sorted);
  await name.getByRole("button").click();
  await expect(name).toHaveAttribute("aria-sort", "descending");
  await expect.poll(() => console.names()).toEqual([...sorted].reverse());
  await name.getByRole("button").click();
  await expect.poll(() => console.names()).toEqual(natural);
  for (const column of ["Deployment status", "Running status", "Version", "Stage", "Last operation"]) {
    await head(console, column).getByRole("button").click();
    await expect(head(console, column)).toHaveAttribute("aria-sort", "ascending");
    await expect.poll(async () => [...(await console.names())].sort(), column).toEqual(sorted);
  }
});

test("a box with Shift selects the range, the box of the head all that is listed", async ({ page }) => {
  const console = await openEnvironment(page, "production");
  const names = await console.names();
  const bar = page.getByRole("region", { name: "Selected services" });
  const box = (name: string) => console.row(name).getByRole("checkbox");
  await box(names[1]).click();
  await box(names[4]).click({ modifiers: ["Shift"] });
  await expect(bar).toContainText("4 selected");
  // Of one that is selected already, Shift selects up to it: the browser alone would uncheck its box.
  await box(names[2]).click({ modifiers: ["Shift"] });
  await expect(box(names[2])).toBeChecked();
  for (const name of names.slice(1, 5)) await expect(box(name)).toBeChecked();
  await expect(box(names[0])).not.toBeChecked();

  const all = page.getByRole("checkbox", { name: "Select all listed services" });
  await expect(all).toBeChecked({ indeterminate: true });
  await all.check();
  await expect(bar).toContainText(`${names.length} selected`);
  await bar.getByRole("button", { name: "Clear selection" }).click();
  await expect(bar).toBeHidden();

  await search(page).fill("api");
  await expect(console.row(names[0]).or(console.row("checkout-api")).first()).toBeVisible();
  const listed = await console.names();
  await all.check();
  await expect(bar).toContainText(`${listed.length} selected`);
});

for (const viewport of [{ width: 1440, height: 900 }, { width: 1024, height: 500 }, { width: 390, height: 844 }]) {
  test(`the bar of a selection covers no row, ${viewport.width} px`, async ({ page }) => {
    await page.setViewportSize(viewport);
    const console = await openEnvironment(page, "production");
    const names = await console.names();
    const bar = await console.select(names[0]);
    await page.keyboard.press("Tab");
    await console.row(names[0]).focus();
    await page.keyboard.press("End");
    const last = console.table.getByRole("row").filter({ has: page.getByRole("button", { name: /^Play / }) }).last();
    await expect(last).toBeFocused();
    await expect(last).toBeInViewport({ ratio: 1 });
    const [under, over] = [await last.boundingBox(), await bar.boundingBox()];
    expect(under && over && under.y + under.height).toBeLessThanOrEqual((over?.y ?? 0) + 0.5);
    // It can be pressed: nothing lies over it.
    await last.getByRole("button", { name: /^Play / }).click();
    await expect(page.getByRole("menu")).toBeVisible();
  });
}
