// Cancel: what is interrupted goes back to what ran before, what had finished stays, and only force interrupts a
// lifecycle job that executes (law §4, §5).
import { expect, test } from "@playwright/test";
import { TALL, type Console, expectRollup, openEnvironment, type Status, way } from "./console";

test.use({ viewport: TALL });

/** Goes on until a row is in this status, and opens the modal of the environment. */
async function cancelWhen(console: Console, environment: string, row: string, status: Status): Promise<void> {
  await console.until({ [row]: { status } });
  await console.press(environment, "Cancel deployment");
  await expect(console.dialog).toBeVisible();
}

/** The names in one of the modal's lists. */
async function listed(console: Console, heading: string): Promise<string> {
  return (await console.dialog.getByRole("list", { name: heading }).getByRole("listitem").allTextContents()).join("\n");
}

test("in Queued: a service that was not reached gets back the status it had, and the record says so", async ({ page }) => {
  const console = await openEnvironment(page, "fresh", "trouble");
  await console.act("fresh", "Deploy");
  await cancelWhen(console, "fresh", "database", "Deploying");
  expect(await listed(console, "Does not start")).toContain("api");
  expect(await listed(console, "Rolls back")).toContain("database");
  await console.confirm("Cancel deployment of fresh");
  await console.expectStatus("database", "Canceling");
  const sights = await console.watch("database", "long-job", "api", "chart");
  expectRollup(sights);
  for (const row of ["long-job", "api", "chart"]) {
    expect(way(sights, row).at(-1), row).toBe("Ready");
    expect((await console.read(row)).note, row).toContain("canceled before it started");
  }
  expect(way(sights, "database")).toEqual(["Canceling", "Canceled"]);
});

test("in Building: the version that ran goes on untouched", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const before = await console.read("catalog-api");
  await console.act("catalog-api", "Redeploy");
  await cancelWhen(console, "development", "catalog-api", "Building");
  expect(await listed(console, "Rolls back")).toContain("catalog-api");
  await console.confirm("Cancel deployment of development");
  await console.expectStatus("catalog-api", "Canceling");
  const sights = await console.watch("catalog-api");
  expect(way(sights, "catalog-api")).toEqual(["Canceling", "Canceled"]);
  expectRollup(sights);
  expect(new Set(sights.map((sight) => sight.rows["catalog-api"]!.pods))).toEqual(new Set([before.pods]));
});

test("in Deploying: pods that were replaced are replaced back, and never too few are ready", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const before = await console.read("catalog-api");
  await console.act("catalog-api", "Redeploy");
  await console.until({ "catalog-api": { status: "Deploying", pods: /^2 of 2 .*; 1 of the version before/ } });
  await console.press("development", "Cancel deployment");
  await console.confirm("Cancel deployment of development");
  await console.expectStatus("catalog-api", "Canceling");
  const sights = await console.watch("catalog-api");
  expect(way(sights, "catalog-api")).toEqual(["Canceling", "Canceled"]);
  for (const sight of sights) expect(sight.rows["catalog-api"]!.pods).toMatch(/^[2-9] of 2 pods ready/);
  // A pod that goes takes its leave a moment later. The version that was chosen stays the desired one: drift shows it.
  await console.until({ "catalog-api": { pods: new RegExp(`^${before.pods}$`), version: "out of date" } });
});

test("a service that had finished in this deployment stays", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const bar = await console.select("price-feed", "admin-panel");
  await bar.getByRole("button", { name: "Deploy and redeploy" }).click();
  await console.confirm("Redeploy 2 services");
  await cancelWhen(console, "development", "admin-panel", "Building");
  expect(await listed(console, "Stays as deployed")).toContain("price-feed");
  expect(await listed(console, "Rolls back")).toContain("admin-panel");
  await console.confirm("Cancel deployment of development");
  await console.expectStatus("admin-panel", "Canceling");
  const sights = await console.watch("admin-panel");
  expect(way(sights, "admin-panel")).toEqual(["Canceling", "Canceled"]);
  expect(way(sights, "price-feed")).toEqual(["Deployment OK"]);
  expect((await console.read("price-feed")).pods).toBe("1 of 1 pod ready");
  expectRollup(sights);
});

for (const force of [false, true]) {
  const end = force ? "with force it ends Canceled" : "without force it executes to its end";
  test(`an executing lifecycle job: ${end}`, async ({ page }) => {
    const console = await openEnvironment(page, "fresh", "trouble");
    await console.act("fresh", "Deploy");
    await cancelWhen(console, "fresh", "long-job", "Deploying");
    expect(await listed(console, "Cannot be interrupted")).toContain("long-job");
    expect(await listed(console, "Stays as deployed")).toContain("database");
    if (force) {
      await console.dialog.getByRole("checkbox", { name: /^Force/ }).check();
      await console.confirm("Cancel deployment of fresh by force");
      await console.expectStatus("long-job", "Canceling");
    } else {
      await console.confirm("Cancel deployment of fresh");
      await console.expectStatus("api", "Ready");
      await console.expectStatus("long-job", "Deploying");
    }
    const sights = await console.watch("long-job", "api", "chart");
    expect(way(sights, "long-job")).toEqual(force ? ["Canceling", "Canceled"] : ["Deploying", "Deployment OK"]);
    expect(way(sights, "database")).toEqual(["Deployment OK"]);
    for (const row of ["api", "chart"]) expect((await console.read(row)).status).toBe("Ready");
    expectRollup(sights);
  });
}

test("a job that ignored the cancel can still be canceled by force, from itself", async ({ page }) => {
  const console = await openEnvironment(page, "fresh", "trouble");
  await console.act("fresh", "Deploy");
  await cancelWhen(console, "fresh", "long-job", "Deploying");
  await console.confirm("Cancel deployment of fresh");
  await console.expectStatus("api", "Ready");
  await console.press("long-job", "Cancel deployment");
  await console.dialog.getByRole("checkbox", { name: /^Force/ }).check();
  await console.confirm("Cancel deployment of fresh by force");
  await console.expectStatus("long-job", "Canceling");
  expect(way(await console.watch("long-job"), "long-job")).toEqual(["Canceling", "Canceled"]);
});

test("what waits goes on after the cancel", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  await console.act("catalog-api", "Redeploy");
  await console.until({ "catalog-api": { status: "Building" } });
  await console.act("payments", "Restart service");
  await console.expectStatus("payments", "Queued");
  await cancelWhen(console, "development", "catalog-api", "Building");
  await expect(console.dialog).toContainText(/waits? goes? on/);
  await console.confirm("Cancel deployment of development");
  await console.expectStatus("catalog-api", "Canceling");
  const sights = await console.watch("catalog-api", "payments");
  expect(way(sights, "catalog-api")).toEqual(["Canceling", "Canceled"]);
  expect(way(sights, "payments")).toEqual(["Queued", "Restarting", "Restarted"]);
  for (const { rows } of sights) {
    if (rows["payments"]!.status === "Restarting") expect(rows["catalog-api"]!.status).toBe("Canceled");
  }
});

test("backing out of the modal cancels nothing", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  await console.act("catalog-api", "Redeploy");
  await cancelWhen(console, "development", "catalog-api", "Building");
  await expect(console.dialog.getByRole("button", { name: "Keep deploying" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(console.dialog).toBeHidden();
  const sights = await console.watch("catalog-api");
  expect(way(sights, "catalog-api")).toEqual(["Building", "Deploying", "Deployment OK"]);
});
