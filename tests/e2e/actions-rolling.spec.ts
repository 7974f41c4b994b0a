// What a redeployment does to pods: nothing without a difference, one by one with one (law §5).
import { expect, test } from "@playwright/test";
import { TALL, type Console, openEnvironment, type Sight, way } from "./console";

test.use({ viewport: TALL });

/** How many pods were ready at each moment. */
function ready(sights: Sight[], row: string): number[] {
  return sights.map((sight) => Number(/^(\d+) /.exec(sight.rows[row]!.pods)?.[1] ?? 0));
}

/** Sets fields of the desired configuration and saves. */
async function configure(console: Console, row: string, fields: Record<string, string>): Promise<void> {
  await console.press(row, "Configure");
  const sheet = console.page.getByRole("dialog", { name: `Configure ${row}` });
  for (const [label, value] of Object.entries(fields)) await sheet.getByLabel(label).fill(value);
  await sheet.getByRole("button", { name: `Save ${row}` }).click();
  await expect(sheet.getByRole("status")).toContainText("Saved");
}

test.describe("without a difference", () => {
  for (const row of ["orders-api", "mail-relay", "catalog-db", "ingress"]) {
    test(`Redeploy of ${row} touches no pod and says so`, async ({ page }) => {
      const console = await openEnvironment(page, "development");
      const before = await console.read(row);
      await console.act(row, "Redeploy");
      await console.expectStatus(row, "Queued");
      const sights = await console.watch(row);
      expect(way(sights, row)).toEqual(["Queued", "Deploying", "Deployment OK"]);
      expect(new Set(sights.map((sight) => sight.rows[row]!.pods))).toEqual(new Set([before.pods]));
      expect((await console.read(row)).note).toContain("nothing changed");
      await expect(console.toasts.getByText(/nothing changed/i)).toBeVisible();
    });
  }

  test("Redeploy of a lifecycle job does not execute it again", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    await console.act("migrate-orders", "Redeploy");
    await console.until({ "migrate-orders": { note: "not executed again" } });
    await console.expectStatus("migrate-orders", "Deployment OK");
  });
});

interface Replacement {
  what: string;
  fields: Record<string, string>;
  least: number;
  pods: string;
}

const REPLACEMENTS: Replacement[] = [
  { what: "vCPU", fields: { "vCPU (mCPU)": "750" }, least: 2, pods: "2 of 2 pods ready" },
  { what: "memory and one instance more", fields: { "Memory (MB)": "640", "Instances, at least": "3" }, least: 2, pods: "3 of 3 pods ready" },
  { what: "one instance less", fields: { "Instances, at least": "1" }, least: 1, pods: "1 of 1 pod ready" },
];

test.describe("with a difference made in the configuration editor", () => {
  for (const { what, fields, least, pods } of REPLACEMENTS) {
    test(`${what}: pods are replaced one by one, never fewer than ${least} ready`, async ({ page }) => {
      const console = await openEnvironment(page, "development");
      expect((await console.read("orders-api")).pods).toBe("2 of 2 pods ready");
      await configure(console, "orders-api", fields);
      await expect.poll(async () => (await console.read("orders-api")).version).toContain("out of date");
      await console.dialog.getByRole("button", { name: "Redeploy orders-api" }).click();
      await console.expectStatus("orders-api", "Queued");
      const sights = await console.watch("orders-api");
      expect(way(sights, "orders-api")).toEqual(["Queued", "Deploying", "Deployment OK"]);
      expect(Math.min(...ready(sights, "orders-api"))).toBeGreaterThanOrEqual(least);
      // One at a time: never more than one is on its way up.
      for (const sight of sights) expect(sight.rows["orders-api"]!.pods).not.toMatch(/([2-9]|\d\d) starting/);
      // The whole set was replaced: for a while old and new stood side by side.
      expect(sights.some((sight) => sight.rows["orders-api"]!.pods.includes("of the version before"))).toBe(true);
      await console.until({ "orders-api": { pods: new RegExp(`^${pods}$`), version: /^(?!.*out of date)/ } });
    });
  }

  test("Restart replaces every pod one by one, same version", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const before = await console.read("payments");
    await console.act("payments", "Restart service");
    await console.expectStatus("payments", "Restarting");
    const sights = await console.watch("payments");
    expect(way(sights, "payments")).toEqual(["Restarting", "Restarted"]);
    expect(Math.min(...ready(sights, "payments"))).toBeGreaterThanOrEqual(2);
    expect(sights.some((sight) => sight.rows["payments"]!.pods.includes("of the version before"))).toBe(true);
    await console.until({ payments: { pods: new RegExp(`^${before.pods}$`), version: before.version } });
  });
});
