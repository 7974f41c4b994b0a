// What does not come with the page: it is fetched at the first sign that somebody is going to act, and a failure is told.
import { expect, test } from "@playwright/test";
import { Console, open } from "./console";

const REST = "**/split_rest.wasm";

test("a glance fetches the first load only; a pointer that moves brings the rest", async ({ page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname.split("/").at(-1) ?? ""));
  await open(page);
  await expect(page.getByRole("link", { name: "production" }).first()).toBeVisible();
  expect(fetched.filter((name) => name.endsWith(".wasm"))).toEqual(["playhead_bg.wasm"]);
  const rest = page.waitForRequest(REST);
  await page.mouse.move(200, 200);
  await rest;
});

test("a glance shows every icon, before anybody acts", async ({ page }) => {
  await page.route(/\/later-[^/]*\.css/, (route) => route.abort());
  const console = new Console(page);
  await page.goto("?scenario=shop&seed=7&clock=paused");
  await console.ready();
  const icons = await page.locator(".icon:visible").evaluateAll((all) =>
    all.map((icon) => [icon.getAttribute("data-icon"), getComputedStyle(icon).getPropertyValue("--mask") !== ""]),
  );
  expect(icons.length).toBeGreaterThan(3);
  for (const [name, drawn] of icons) expect(drawn, String(name)).toBe(true);
});

test("a link to a panel brings the rest by itself", async ({ page }) => {
  const rest = page.waitForRequest(REST);
  await page.goto("?scenario=shop&clock=paused&panel=demo");
  await rest;
  await expect(page.getByRole("dialog", { name: "Demo controls" })).toBeVisible();
});

test("when the rest cannot be fetched the page says so, and goes on when it can", async ({ page }) => {
  await page.route(REST, (route) => route.abort());
  const console = new Console(page);
  await page.goto("?scenario=shop&seed=7&clock=paused");
  await console.ready();
  // A pointer that only moves misses nothing yet.
  const failed = page.waitForEvent("requestfailed");
  await page.mouse.move(300, 300);
  await failed;
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.getByRole("button", { name: "Play production" }).click();
  const told = page.getByRole("alert").filter({ hasText: "could not be loaded" });
  await expect(told).toBeVisible();
  await expect(told.getByRole("button", { name: "Reload the page" })).toBeVisible();
  await page.unroute(REST);
  await told.getByRole("button", { name: "Try again" }).click();
  // What was asked for is still wanted.
  await expect(page.getByRole("menu", { name: "Actions of production" })).toBeVisible();
  await expect(told).toHaveCount(0);
});
