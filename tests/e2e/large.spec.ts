// Thousands of rows cost as much as thirty: only those near what is seen are in the document.
import { expect, test } from "@playwright/test";
import { open, type Console } from "./console";

const MOST = 120;

// The world of 15,000 services takes its time to be made.
test.setTimeout(60_000);

/** Scrolls to the end in strides, and looks at the document after each. Returns how many rows it had at most. */
async function scrollThrough(console: Console): Promise<number> {
  return console.table.evaluate(async (table) => {
    let scroller: Element = table;
    while (scroller.parentElement && scroller.scrollHeight <= scroller.clientHeight + 1) scroller = scroller.parentElement;
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const rows = () => document.querySelectorAll("tr, [role=row]").length;
    let most = rows();
    for (let stride = 0; stride <= 20; stride += 1) {
      scroller.scrollTop = (scroller.scrollHeight * stride) / 20;
      await frame();
      most = Math.max(most, rows());
    }
    return most;
  });
}

/** The rows that can be seen are there after a jump: no blank is left. */
async function filled(console: Console): Promise<void> {
  const last = console.table.getByRole("button", { name: /^Play / }).last();
  await expect(last).toBeInViewport();
}

test("of 1,000 environments at most 120 rows are in the document, and the search finds the last", async ({ page }) => {
  const console = await open(page, "large");
  await expect(console.table).toHaveAttribute("aria-rowcount", /^10\d\d$/);
  expect(await scrollThrough(console)).toBeLessThanOrEqual(MOST);
  await filled(console);
  const names = await console.names();
  const last = names[names.length - 1];
  await page.getByRole("searchbox").fill(last);
  await expect(console.row(last)).toBeVisible();
});

test("of 10,000 services at most 120 rows are in the document, and the search finds the last", async ({ page }) => {
  const console = await open(page, "large", "?q=everything");
  await console.enter("everything");
  await expect(console.table).toHaveAttribute("aria-rowcount", "10001");
  expect(await scrollThrough(console)).toBeLessThanOrEqual(MOST);
  await filled(console);
  const names = await console.names();
  const last = names[names.length - 1];
  await page.getByRole("searchbox").fill(last);
  await expect(console.table).toHaveAttribute("aria-rowcount", "2");
  await expect(console.row(last)).toBeVisible();
  // Keys reach the end without the rows between.
  await page.getByRole("searchbox").fill("");
  await page.getByRole("searchbox").press("ArrowDown");
  await page.keyboard.press("End");
  await expect(console.row(last)).toBeFocused();
  await expect(console.row(last)).toBeInViewport();
});

test("all 10,000 services can be selected, and the question lists them without drawing them", async ({ page }) => {
  const console = await open(page, "large", "?q=everything");
  await console.enter("everything");
  await page.getByRole("checkbox", { name: "Select all listed services" }).check();
  const bar = page.getByRole("region", { name: "Selected services" });
  await expect(bar).toContainText(/10\D?000 selected/);
  await bar.getByRole("button", { name: /^Stop/ }).click();
  await expect(console.dialog.getByRole("button", { name: /^Stop [\d\s]+ services$/ })).toBeVisible();
  expect(await console.dialog.getByRole("listitem").count()).toBeLessThanOrEqual(MOST);
  await page.keyboard.press("Escape");
  await expect(console.dialog).toBeHidden();
  await expect(bar).toBeVisible();
});
