// One deployment at a time: what is asked meanwhile waits its turn, visibly, and can be taken back (law §2, §6).
import { expect, test } from "@playwright/test";
import { TALL, type Console, openEnvironment, type Status, way } from "./console";

test.use({ viewport: TALL });

/** The list of what waits, opened. */
async function queue(console: Console) {
  const list = console.page.getByRole("region", { name: "Waiting requests" });
  if (!(await list.isVisible())) await console.page.getByRole("button", { name: /\d+ waiting/ }).click();
  await expect(list).toBeVisible();
  return list;
}

/** Something is building, for a while. */
async function busy(page: import("@playwright/test").Page): Promise<Console> {
  const console = await openEnvironment(page, "development");
  await console.act("catalog-api", "Redeploy");
  await console.until({ "catalog-api": { status: "Building" } });
  return console;
}

test("another version waits its turn, then runs", async ({ page }) => {
  const console = await busy(page);
  const picked = await console.pickVersion("orders-api", 3);
  await console.expectStatus("orders-api", "Queued");
  await expect(console.toasts.getByText("Queued, place 1")).toBeVisible();
  await expect((await queue(console)).getByRole("listitem")).toHaveCount(1);
  await expect((await queue(console)).getByRole("listitem")).toContainText("orders-api");
  const sights = await console.watch("catalog-api", "orders-api");
  expect(way(sights, "orders-api")).toEqual(["Queued", "Building", "Deploying", "Deployment OK"]);
  for (const sight of sights) {
    const turn = sight.rows["orders-api"]!.status as Status;
    if (["Building", "Deploying"].includes(turn)) expect(sight.rows["catalog-api"]!.status).toBe("Deployment OK");
  }
  expect((await console.read("orders-api")).version).toBe(picked);
  await expect(page.getByRole("button", { name: /\d+ waiting/ })).toBeHidden();
});

test("another version of the service that is being deployed waits for its end", async ({ page }) => {
  const console = await busy(page);
  const picked = await console.pickVersion("catalog-api", 4);
  await expect(page.getByRole("button", { name: "1 waiting" })).toBeVisible();
  await console.expectStatus("catalog-api", "Building");
  await console.until({ "catalog-api": { version: new RegExp(`^${picked}$`) } });
  await console.watch("catalog-api");
  await console.expectStatus("catalog-api", "Deployment OK");
});

test("Deploy latest version of the environment is taken while it works, and waits", async ({ page }) => {
  const console = await busy(page);
  await console.press("development", "Deploy latest version");
  await console.dialog.getByRole("checkbox", { name: "orders-api" }).check();
  await console.confirm("Deploy latest to orders-api");
  await console.expectStatus("orders-api", "Queued");
  await expect(page.getByRole("button", { name: "1 waiting" })).toBeVisible();
  // It is the environment's by its scope, and is told as what was chosen.
  await expect((await queue(console)).getByRole("listitem")).toContainText("Deploy latest orders-api");
  await page.keyboard.press("Escape");
  const sights = await console.watch("catalog-api", "orders-api");
  expect(way(sights, "catalog-api")).toEqual(["Building", "Deploying", "Deployment OK"]);
  expect(way(sights, "orders-api")).toEqual(["Queued", "Building", "Deploying", "Deployment OK"]);
});

test("requests keep their order", async ({ page }) => {
  const console = await busy(page);
  await console.act("mail-relay", "Restart service");
  await console.expectStatus("mail-relay", "Queued");
  await console.act("payments", "Stop");
  await console.expectStatus("payments", "Queued");
  await console.pickVersion("orders-api", 3);
  await console.expectStatus("orders-api", "Queued");
  const items = await (await queue(console)).getByRole("listitem").allTextContents();
  expect(items.map((item) => ["mail-relay", "payments", "orders-api"].find((name) => item.includes(name)))).toEqual([
    "mail-relay",
    "payments",
    "orders-api",
  ]);
  const rows = ["catalog-api", "mail-relay", "payments", "orders-api"];
  const sights = await console.watch(...rows);
  const ended = rows.map((row) => sights.findIndex((sight) => FINAL.includes(sight.rows[row]!.status)));
  expect(ended).toEqual([...ended].sort((a, b) => a - b));
  expect(rows.map((row) => sights.at(-1)!.rows[row]!.status)).toEqual(["Deployment OK", "Restarted", "Stopped", "Deployment OK"]);
});

const FINAL = ["Deployment OK", "Restarted", "Stopped"];

const WAYS_BACK = {
  "from the queue": async (console: Console) => {
    await (await queue(console)).getByRole("button", { name: /^Take back .*payments/ }).click();
  },
  "from its toast": async (console: Console) => {
    await console.toasts.getByRole("button", { name: "Take back" }).click();
  },
  "by Cancel on the service that waits": async (console: Console) => {
    await console.press("payments", "Cancel deployment");
    await console.confirm("Take back payments");
  },
};

for (const [from, takeBack] of Object.entries(WAYS_BACK)) {
  test(`a waiting request is taken back ${from}: its service has the status beneath again`, async ({ page }) => {
    const console = await busy(page);
    const before = await console.read("payments");
    await console.act("payments", "Redeploy");
    await console.expectStatus("payments", "Queued");
    await takeBack(console);
    await console.expectStatus("payments", "Deployment OK");
    const sights = await console.watch("catalog-api");
    expect(way(sights, "catalog-api")).toEqual(["Building", "Deploying", "Deployment OK"]);
    expect(way(sights, "payments")).toEqual(["Deployment OK"]);
    expect((await console.read("payments")).pods).toBe(before.pods);
  });
}

test("a waiting stop is taken back from the queue", async ({ page }) => {
  const console = await busy(page);
  await console.act("payments", "Stop");
  await console.expectStatus("payments", "Queued");
  await (await queue(console)).getByRole("button", { name: /^Take back .*payments/ }).click();
  await console.expectStatus("payments", "Deployment OK");
});

test("Cancel on a member of a waiting selection takes that back, names the others, and leaves the running one alone", async ({
  page,
}) => {
  const console = await busy(page);
  const bar = await console.select("payments", "orders-api");
  await bar.getByRole("button", { name: /^Redeploy/ }).click();
  await console.confirm(/^Redeploy /);
  await console.expectStatus("payments", "Queued");
  await console.press("payments", "Cancel deployment");
  await expect(console.dialog).toContainText("Taken back with it, as it waits in the same request: orders-api");
  await console.confirm("Take back payments");
  await console.expectStatus("payments", "Deployment OK");
  await console.expectStatus("orders-api", "Deployment OK");
  expect(way(await console.watch("catalog-api"), "catalog-api")).toEqual(["Building", "Deploying", "Deployment OK"]);
});
