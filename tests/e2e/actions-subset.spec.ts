// A selection: who is left out is named with the reason before anything is sent, and again in the outcome (law §4).
import { expect, test } from "@playwright/test";
import { openEnvironment, TALL, way } from "./console";
import { reason } from "./law";

test.use({ viewport: TALL });

/** Of these only `payments` can be stopped. */
const MIXED: Record<string, string> = {
  sessions: "Redis",
  "price-feed": "nothing runs",
  "admin-panel": "nothing runs",
};

test("Stop of a mixed selection: the skipped are named with reasons before and after", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const bar = await console.select("payments", ...Object.keys(MIXED));
  await bar.getByRole("button", { name: "Stop 1 of 4" }).click();
  await expect(console.dialog.getByRole("list", { name: "Will stop" }).getByRole("listitem")).toHaveCount(1);
  const leftOut = console.dialog.getByRole("list", { name: "Left out" }).getByRole("listitem");
  await expect(leftOut).toHaveCount(3);
  for (const [name, short] of Object.entries(MIXED)) {
    await expect(leftOut.filter({ hasText: name })).toHaveText(new RegExp(reason(short).source, "is"));
  }
  await console.confirm(/^Stop /);
  await console.expectStatus("payments", "Queued");
  const sights = await console.watch("payments");
  expect(way(sights, "payments")).toEqual(["Queued", "Stopping", "Stopped"]);
  for (const name of Object.keys(MIXED)) expect(way(sights, name), name).toHaveLength(1);

  await console.toasts.getByRole("button", { name: "Details" }).click();
  const outcome = console.dialog.getByRole("listitem");
  await expect(outcome).toHaveCount(4);
  await expect(outcome.filter({ hasText: "payments" })).toContainText("Done");
  for (const [name, short] of Object.entries(MIXED)) {
    const item = outcome.filter({ hasText: name });
    await expect(item).toContainText("Skipped");
    await expect(item).toHaveText(new RegExp(reason(short).source, "is"));
  }
});

test("Redeploy of a selection with a member in progress: that one is left out", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  await console.act("catalog-api", "Redeploy");
  await console.until({ "catalog-api": { status: "Building" } });
  const bar = await console.select("catalog-api", "price-feed");
  await bar.getByRole("button", { name: "Redeploy 1 of 2" }).click();
  const leftOut = console.dialog.getByRole("list", { name: "Left out" }).getByRole("listitem");
  await expect(leftOut).toHaveText(new RegExp(`catalog-api.*${reason("in progress").source}`, "is"));
  await console.confirm(/^Redeploy /);
  await console.expectStatus("price-feed", "Queued");
  const sights = await console.watch("catalog-api", "price-feed");
  expect(way(sights, "catalog-api")).toEqual(["Building", "Deploying", "Deployment OK"]);
  expect(way(sights, "price-feed")).toEqual(["Queued", "Deploying", "Deployment OK"]);
});

test("what no member allows is disabled in the bar, with the reason", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const bar = await console.select("price-feed", "image-resizer");
  for (const [button, short] of [["Restart", "single service only"], ["Stop", "nothing runs"], ["Cancel deployment", "nothing to cancel"]] as const) {
    const refused = bar.getByRole("button", { name: button });
    await expect(refused).toHaveAttribute("aria-disabled", "true");
    await refused.press("Enter");
    await expect(bar.getByRole("status")).toHaveText(reason(short));
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  await expect(bar.getByRole("button", { name: "Redeploy" })).not.toHaveAttribute("aria-disabled", "true");
});
