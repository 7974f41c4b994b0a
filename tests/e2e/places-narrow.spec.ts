// On a phone the rows are cards, nothing sticks out, and everything can be done. And nothing jumps when the page starts.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { open, openEnvironment } from "./console";

const PHONES = [
  { width: 320, height: 700 },
  { width: 360, height: 740 },
  { width: 390, height: 844 },
];

/** Neither the page nor a list in it scrolls sideways. */
async function fits(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    return [root, ...document.querySelectorAll(".scroller")].map((one) => one.scrollWidth - one.clientWidth);
  });
  expect(Math.max(...wide), "pixels that stick out of the page or a list").toBeLessThanOrEqual(0);
}

/** The box of what stands there, which must be inside of the window from left to right. */
async function inside(page: Page, locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (!box) throw new Error(`${locator} is not to be seen`);
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual((page.viewportSize()?.width ?? 0) + 0.5);
  return box;
}

/** Each row is a card of its own: none lies over the next, and no cell leaves its card. */
async function cards(page: Page): Promise<void> {
  const rows = page.getByRole("grid").getByRole("row").filter({ has: page.getByRole("button", { name: /^Play / }) });
  let bottom = 0;
  for (const row of await rows.all()) {
    const card = await inside(page, row);
    expect(card.y).toBeGreaterThanOrEqual(bottom - 0.5);
    bottom = card.y + card.height;
    for (const cell of await row.getByRole("gridcell").all()) {
      const box = await cell.boundingBox();
      if (!box || box.width === 0) continue;
      expect(box.x).toBeGreaterThanOrEqual(card.x - 0.5);
      expect(box.x + box.width).toBeLessThanOrEqual(card.x + card.width + 0.5);
      expect(box.y).toBeGreaterThanOrEqual(card.y - 0.5);
      expect(box.y + box.height).toBeLessThanOrEqual(bottom + 0.5);
    }
  }
}

for (const viewport of PHONES) {
  test.describe(`${viewport.width} px`, () => {
    test.use({ viewport, hasTouch: true });

    test("both lists are cards that fit, with all that a row has", async ({ page }) => {
      const console = await open(page);
      await fits(page);
      await cards(page);
      await console.enter("staging");
      await fits(page);
      await cards(page);
      const row = console.row("checkout-api");
      await expect(row.getByRole("checkbox")).toBeVisible();
      await inside(page, row.getByRole("button", { name: "Play checkout-api" }));
      await inside(page, page.getByRole("searchbox"));
      await inside(page, page.getByRole("button", { name: "Play staging" }));
    });

    test("a version is deployed, another service stopped, and the queue read", async ({ page }) => {
      const console = await openEnvironment(page, "staging");
      const menu = await console.menu("checkout-api");
      await inside(page, menu);
      await fits(page);
      await menu.getByRole("menuitem", { name: "Deploy other version" }).tap();
      await inside(page, console.dialog);
      await console.dialog.getByRole("option").nth(3).tap();
      const deploy = console.dialog.getByRole("button", { name: /^Deploy \S+ to checkout-api$/ });
      await inside(page, deploy);
      await deploy.tap();
      await expect(console.dialog).toBeHidden();
      await expect(console.row("checkout-api")).toContainText("Queued");

      // One of them is in progress: the actions say how many they take.
      const bar = await console.select("checkout-api", "mail-relay");
      await expect(bar).toContainText("1 of 2");
      await inside(page, bar);
      for (const button of await bar.getByRole("button").all()) await inside(page, button);
      await fits(page);
    });

    test("every panel fits", async ({ page }) => {
      const console = await openEnvironment(page, "staging");
      const panels = [
        () => console.press("checkout-api", "Deploy other version"),
        () => console.press("checkout-api", "Stop"),
        () => console.press("checkout-api", "Configure"),
        () => console.press("staging", "Deploy latest version"),
        () => console.press("staging", "Redeploy"),
      ];
      for (const open of panels) {
        await open();
        const box = await inside(page, console.dialog);
        expect(box.y + box.height).toBeLessThanOrEqual(viewport.height + 0.5);
        await fits(page);
        for (const button of await console.dialog.getByRole("button").all()) await inside(page, button);
        await page.keyboard.press("Escape");
        await expect(console.dialog).toBeHidden();
      }
      const demo = await console.demo();
      await inside(page, demo);
      await fits(page);
    });
  });
}

for (const viewport of [PHONES[0], { width: 1440, height: 900 }]) {
  test(`a shell is painted before the wasm is there, and nothing jumps when the console mounts, ${viewport.width} px`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await page.addInitScript(() => {
      const seen = { shift: 0 };
      Object.assign(window, { seen });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/*.wasm", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto("?scenario=shop&seed=7&clock=paused", { waitUntil: "commit" });
    await expect(page.getByText("Playhead").first()).toBeVisible();
    await expect.poll(() => page.evaluate(() => performance.getEntriesByName("first-contentful-paint").length)).toBe(1);
    release();
    await expect(page.getByRole("button", { name: /^Play / }).first()).toBeVisible();
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await page.evaluate(painted);
    expect(await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen.shift)).toBeLessThanOrEqual(0.01);
  });
}
