// What goes wrong is said, what still serves goes on serving, and what can be tried again can be (law §5, §6).
import { expect, test } from "@playwright/test";
import { expectRollup, openEnvironment, TALL, way } from "./console";

test.use({ viewport: TALL });

test("a build that fails: Build error, and the version that runs goes on untouched", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const before = await console.read("catalog-api");
  await console.fault("Build fails", "catalog-api");
  await console.act("catalog-api", "Redeploy");
  await console.expectStatus("catalog-api", "Queued");
  const sights = await console.watch("catalog-api");
  expect(way(sights, "catalog-api")).toEqual(["Queued", "Building", "Build error"]);
  expectRollup(sights);
  await console.expectEnvironment("Build error");
  expect(new Set(sights.map((sight) => sight.rows["catalog-api"]!.pods))).toEqual(new Set([before.pods]));
  const after = await console.read("catalog-api");
  expect(after.note).toContain("the build failed");
  expect(after.version).toContain("out of date");
  await expect(console.toasts.getByText(/the build failed/)).toBeVisible();

  await console.fault("Build fails", "catalog-api", false);
  await console.act("catalog-api", "Redeploy");
  await console.expectStatus("catalog-api", "Queued");
  expect(way(await console.watch("catalog-api"), "catalog-api").at(-1)).toBe("Deployment OK");
});

test("readiness that is never ok: Deployment error, and the old version serves all the while", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const before = await console.read("catalog-api");
  await console.fault("Readiness never ok", "catalog-api");
  await console.act("catalog-api", "Redeploy");
  await console.expectStatus("catalog-api", "Queued");
  const sights = await console.watch("catalog-api");
  expect(way(sights, "catalog-api")).toEqual(["Queued", "Building", "Deploying", "Deployment error"]);
  expectRollup(sights);
  for (const sight of sights) expect(sight.rows["catalog-api"]!.pods).toMatch(/^2 of 2 pods ready/);
  await console.until({ "catalog-api": { pods: new RegExp(`^${before.pods}$`) } });
  const after = await console.read("catalog-api");
  expect(after.running).toContain("Running");
  expect(after.note).toContain("readiness probe was never ok");
  expect(after.note).toMatch(/still (runs|serves)/);
  expect(after.version).toContain(before.version.slice(0, 7));
  expect(after.version).toContain("out of date");
});

test("a first deployment that fails leaves its pods for their logs, until Stop", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  await console.fault("Readiness never ok", "admin-panel");
  await console.act("admin-panel", "Deploy");
  await console.expectStatus("admin-panel", "Queued");
  const sights = await console.watch("admin-panel");
  expect(way(sights, "admin-panel")).toEqual(["Queued", "Building", "Deploying", "Deployment error"]);
  expect((await console.read("admin-panel")).pods).toBe("0 of 1 pod ready, 1 in error");
  await console.act("admin-panel", "Stop");
  await console.expectStatus("admin-panel", "Queued");
  expect(way(await console.watch("admin-panel"), "admin-panel")).toEqual(["Queued", "Stopping", "Stopped"]);
  expect((await console.read("admin-panel")).pods).toBe("no pods");
});

test("after a failure the later stages are skipped, and say because of whom", async ({ page }) => {
  const console = await openEnvironment(page, "fresh", "trouble");
  await console.fault("Build fails", "long-job");
  await console.act("fresh", "Deploy");
  await console.expectEnvironment("Queued");
  const sights = await console.watch("database", "long-job", "api", "chart");
  expect(way(sights, "database").at(-1)).toBe("Deployment OK");
  expect(way(sights, "long-job")).toEqual(["Queued", "Building", "Build error"]);
  for (const row of ["api", "chart"]) {
    expect(way(sights, row)).toEqual(["Queued", "Ready"]);
    expect((await console.read(row)).note).toContain("skipped, because long-job failed");
  }
  expectRollup(sights);
  await console.expectEnvironment("Build error");
});

test("a stop that fails can be tried again", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  await console.fault("Stop fails", "payments");
  await console.act("payments", "Stop");
  await console.expectStatus("payments", "Queued");
  expect(way(await console.watch("payments"), "payments")).toEqual(["Queued", "Stopping", "Stop error"]);
  await console.fault("Stop fails", "payments", false);
  await console.act("payments", "Stop");
  await console.expectStatus("payments", "Queued");
  expect(way(await console.watch("payments"), "payments")).toEqual(["Queued", "Stopping", "Stopped"]);
});

test("a restart that cannot be processed leaves the pods as they were", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const before = await console.read("payments");
  await console.fault("Restart cannot be processed", "payments");
  await console.act("payments", "Restart service");
  await console.expectStatus("payments", "Restarting");
  const sights = await console.watch("payments");
  expect(way(sights, "payments")).toEqual(["Restarting", "Restart error"]);
  expect(new Set(sights.map((sight) => sight.rows["payments"]!.pods))).toEqual(new Set([before.pods]));
  expectRollup(sights);
});
