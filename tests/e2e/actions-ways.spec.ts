// Each action, in each scope where it exists, goes its way through the statuses (law §4, §5), and the environment's
// status follows from those of its services at every moment (law §7).
import { expect, test } from "@playwright/test";
import { TALL, type Action, expectRollup, openEnvironment, type Sight, type Status, way } from "./console";

test.use({ viewport: TALL });

const BUILT: Status[] = ["Queued", "Building", "Deploying", "Deployment OK"];
const PUT: Status[] = ["Queued", "Deploying", "Deployment OK"];

interface Way {
  what: string;
  action: Action;
  row: string;
  from: Status;
  way: Status[];
  pods?: string;
}

const OF_A_SERVICE: Way[] = [
  { what: "an application's first deployment", action: "Deploy", row: "admin-panel", from: "Ready", way: BUILT, pods: "1 of 1 pod ready" },
  { what: "a chart's first deployment", action: "Deploy", row: "search", from: "Ready", way: PUT },
  { what: "a cron job's first deployment", action: "Deploy", row: "expire-carts", from: "Ready", way: PUT },
  { what: "an application with a new commit", action: "Redeploy", row: "catalog-api", from: "Deployment OK", way: BUILT, pods: "2 of 2 pods ready" },
  { what: "a container that is stopped", action: "Redeploy", row: "price-feed", from: "Stopped", way: PUT, pods: "1 of 1 pod ready" },
  { what: "an application", action: "Restart service", row: "checkout-api", from: "Deployment OK", way: ["Restarting", "Restarted"], pods: "2 of 2 pods ready" },
  { what: "a database in a container", action: "Restart service", row: "catalog-db", from: "Deployment OK", way: ["Restarting", "Restarted"] },
  { what: "an application", action: "Stop", row: "checkout-api", from: "Deployment OK", way: ["Queued", "Stopping", "Stopped"], pods: "no pods" },
  { what: "a managed database", action: "Stop", row: "orders-db", from: "Deployment OK", way: ["Queued", "Stopping", "Stopped"] },
  { what: "a cron job", action: "Stop", row: "nightly-report", from: "Deployment OK", way: ["Queued", "Stopping", "Stopped"] },
  { what: "a lifecycle job with a stop command", action: "Stop", row: "provision-buckets", from: "Deployment OK", way: ["Queued", "Stopping", "Stopped"] },
  { what: "a chart", action: "Stop", row: "ingress", from: "Deployment OK", way: ["Queued", "Stopping", "Stopped"] },
];

test.describe("on a service", () => {
  for (const { what, action, row, from, way: expected, pods } of OF_A_SERVICE) {
    test(`${action}: ${what} goes ${expected.join(" → ")}`, async ({ page }) => {
      const console = await openEnvironment(page, "development");
      await console.expectStatus(row, from);
      await console.act(row, action);
      await console.expectStatus(row, expected[0]!);
      const sights = await console.watch(row);
      expect(way(sights, row)).toEqual(expected);
      expectRollup(sights);
      // A pod that is replaced takes its leave a moment later.
      if (pods !== undefined) await console.until({ [row]: { pods: new RegExp(`^${pods}$`) } });
    });
  }

  test("Deploy other version: the picked commit is built, deployed, and then runs", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const before = (await console.read("orders-api")).version;
    const picked = await console.pickVersion("orders-api", 3);
    expect(before).not.toContain(picked);
    await console.expectStatus("orders-api", "Queued");
    const sights = await console.watch("orders-api");
    expect(way(sights, "orders-api")).toEqual(BUILT);
    expectRollup(sights);
    // From → to while it changes, and then the new one alone.
    expect(sights.some((sight) => sight.rows["orders-api"]!.version.includes(`to ${picked}`))).toBe(true);
    expect((await console.read("orders-api")).version).toBe(picked);
  });

  for (const [what, row] of [["an image tag", "image-resizer"], ["a chart version", "ingress"]] as const) {
    test(`Deploy other version: ${what} is deployed without a build`, async ({ page }) => {
      const console = await openEnvironment(page, "development");
      const picked = await console.pickVersion(row, 2);
      await console.expectStatus(row, "Queued");
      expect(way(await console.watch(row), row)).toEqual(PUT);
      expect((await console.read(row)).version).toBe(picked);
    });
  }

  test("Cancel: a service that builds goes back to what it was", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    await console.act("admin-panel", "Deploy");
    await console.until({ "admin-panel": { status: "Building" } });
    await console.press("admin-panel", "Cancel deployment");
    await console.confirm(/^Cancel /);
    await console.expectStatus("admin-panel", "Canceling");
    const sights = await console.watch("admin-panel");
    expect(way(sights, "admin-panel")).toEqual(["Canceling", "Canceled"]);
    expectRollup(sights);
    expect((await console.read("admin-panel")).pods).toBe("no pods");
  });
});

test.describe("on a subset", () => {
  test("Deploy and Redeploy are one button: each member gets what its status allows", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const bar = await console.select("admin-panel", "price-feed");
    await bar.getByRole("button", { name: "Deploy and redeploy" }).click();
    await console.confirm("Redeploy 2 services");
    await console.expectStatus("price-feed", "Queued");
    const sights = await console.watch("admin-panel", "price-feed");
    expect(way(sights, "price-feed")).toEqual(PUT);
    expect(way(sights, "admin-panel")).toEqual(BUILT);
    expectStagesInTurn(sights, ["price-feed", "admin-panel"]);
    expectRollup(sights);
  });

  test("Stop: all members stop, those of later stages first", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const bar = await console.select("storefront", "mail-relay", "catalog-db");
    await bar.getByRole("button", { name: "Stop" }).click();
    await console.confirm("Stop 3 services");
    await console.expectStatus("storefront", "Queued");
    const sights = await console.watch("storefront", "mail-relay", "catalog-db");
    for (const row of ["storefront", "mail-relay", "catalog-db"]) {
      expect(way(sights, row)).toEqual(["Queued", "Stopping", "Stopped"]);
    }
    expectInTurn(sights, ["storefront", "mail-relay", "catalog-db"], ["Stopping"]);
    expectRollup(sights);
  });

  test("Restart: of a selection of one", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const bar = await console.select("payments");
    await bar.getByRole("button", { name: "Restart" }).click();
    await console.expectStatus("payments", "Restarting");
    expect(way(await console.watch("payments"), "payments")).toEqual(["Restarting", "Restarted"]);
  });

  test("Cancel: what the selection deploys is canceled", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const chosen = ["admin-panel", "catalog-api"];
    let bar = await console.select(...chosen);
    await bar.getByRole("button", { name: "Deploy and redeploy" }).click();
    await console.confirm("Redeploy 2 services");
    await console.until({ "admin-panel": { status: "Building" } });
    bar = await console.select(...chosen);
    await bar.getByRole("button", { name: "Cancel deployment" }).click();
    await console.confirm(/^Cancel /);
    await console.expectStatus("admin-panel", "Canceling");
    const sights = await console.watch("admin-panel", "catalog-api");
    expect(way(sights, "admin-panel")).toEqual(["Canceling", "Canceled"]);
    expect(way(sights, "catalog-api")).toEqual(["Canceling", "Canceled"]);
    expectRollup(sights);
  });
});

test.describe("on an environment", () => {
  test("Deploy: one that was never deployed, stage after stage", async ({ page }) => {
    const console = await openEnvironment(page, "fresh", "trouble");
    const rows = await console.names();
    await console.act("fresh", "Deploy");
    await console.expectEnvironment("Queued");
    const sights = await console.watch(...rows);
    expect(way(sights, "database")).toEqual(PUT);
    expect(way(sights, "long-job")).toEqual(BUILT);
    expect(way(sights, "api")).toEqual(BUILT);
    expect(way(sights, "chart")).toEqual(PUT);
    expectStagesInTurn(sights, rows);
    expectRollup(sights);
    await console.expectEnvironment("Deployment OK");
  });

  test("Redeploy: starts what is stopped, deploys what never was, touches nothing else", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const before = await console.sight();
    await console.act("development", "Redeploy");
    await console.expectEnvironment("Queued");
    const sights = await console.watch(...Object.keys(before.rows));
    expectRollup(sights);
    expectStagesInTurn(sights, Object.keys(before.rows));
    const after = sights.at(-1)!;
    for (const [name, row] of Object.entries(after.rows)) expect(row.status, name).toBe("Deployment OK");
    expect(after.rows["price-feed"]!.pods).toBe("1 of 1 pod ready");
    expect(after.rows["admin-panel"]!.pods).toBe("1 of 1 pod ready");
    for (const untouched of ["orders-api", "mail-relay", "migrate-orders"]) {
      expect(after.rows[untouched]!.note).toContain("nothing changed");
      const pods = sights.map((sight) => sight.rows[untouched]!.pods);
      expect(new Set(pods)).toEqual(new Set([before.rows[untouched]!.pods]));
    }
  });

  test("Stop: everything that runs, the last stage first", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    const rows = await console.names();
    await console.act("development", "Stop");
    await console.expectStatus("orders-db", "Queued");
    const sights = await console.watch(...rows);
    expectRollup(sights);
    const after = sights.at(-1)!;
    // A managed Redis cannot be paused, and what was never deployed has nothing to stop.
    expect(way(sights, "sessions")).toEqual(["Deployment OK"]);
    expect(way(sights, "admin-panel")).toEqual(["Ready"]);
    for (const row of ["orders-db", "catalog-db", "migrate-orders", "mail-relay", "storefront", "ingress"]) {
      expect(after.rows[row]!.status, row).toBe("Stopped");
    }
    expectInTurn(sights, ["storefront", "mail-relay", "nightly-report", "orders-db"], ["Stopping"]);
  });

  test("Cancel: the running deployment of the environment", async ({ page }) => {
    const console = await openEnvironment(page, "fresh", "trouble");
    await console.act("fresh", "Deploy");
    await console.until({ database: { status: "Deploying" } });
    await console.press("fresh", "Cancel deployment");
    await console.confirm("Cancel deployment of fresh");
    await console.expectEnvironment("Canceling");
    const sights = await console.watch("database", "api");
    expect(way(sights)).toEqual(["Canceling", "Canceled"]);
    expect(way(sights, "api")).toEqual(["Ready"]);
  });

  test("Deploy latest version: the chosen services go to their newest commit", async ({ page }) => {
    const console = await openEnvironment(page, "development");
    await console.press("development", "Deploy latest version");
    const sheet = page.getByRole("dialog", { name: "Deploy latest version in development" });
    for (const name of ["orders-api", "payments"]) await sheet.getByRole("checkbox", { name }).check();
    await console.confirm("Deploy latest to 2 services");
    await console.expectStatus("payments", "Queued");
    const sights = await console.watch("orders-api", "payments");
    expect(way(sights, "orders-api")).toEqual(BUILT);
    expect(way(sights, "payments")).toEqual(BUILT);
    expect(way(sights, "storefront")).toEqual(["Deployment OK"]);
    expectRollup(sights);
  });
});

/** A service begins only when all before it are done: these are never seen at work together, or out of turn. */
function expectInTurn(sights: Sight[], rows: string[], working: Status[]): void {
  const began = rows.map((row) => sights.findIndex((sight) => working.includes(sight.rows[row]!.status as Status)));
  expect(began, rows.join(" before ")).not.toContain(-1);
  expect(began).toEqual([...began].sort((a, b) => a - b));
  for (const { rows: all } of sights) {
    const busy = rows.filter((row) => working.includes(all[row]!.status as Status));
    expect(busy.length, busy.join(", ")).toBeLessThanOrEqual(1);
  }
}

const STAGES = ["Database", "Job", "Container", "Application"];

/** A stage starts when the one before has ended well. */
function expectStagesInTurn(sights: Sight[], rows: string[]): void {
  for (const sight of sights) {
    const stage = (row: string) => STAGES.indexOf(sight.rows[row]!.stage);
    const at = (row: string) => sight.rows[row]!.status;
    const working = rows.filter((row) => ["Building", "Deploying"].includes(at(row)));
    for (const row of working) {
      const earlier = rows.filter((other) => stage(other) < stage(row));
      for (const other of earlier) expect(at(other), `${other} while ${row} is ${at(row)}`).toBe("Deployment OK");
    }
  }
}
