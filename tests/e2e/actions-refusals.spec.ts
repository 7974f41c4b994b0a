// Every action keeps its place in every menu; one that is refused says why, in the law's sense (law §3, §4).
import { expect, test, type Page } from "@playwright/test";
import { type Action, ACTIONS, type Console, open, openEnvironment, type Row, type Scenario, TALL } from "./console";
import { environmentRefusal, reason, refusal, type Seen } from "./law";

test.use({ viewport: TALL });

/** Rows of the law's table of kinds that the page does not tell apart. */
const DATABASES: Record<string, string> = {
  "production/orders-db": "Managed database on AWS",
  "staging/orders-db": "Managed database on AWS",
  "development/orders-db": "Managed database on AWS",
  "fresh/database": "Managed database on AWS",
  "busy/database": "Managed database elsewhere",
};

/** The row of the law's table of kinds. */
function kind(environment: string, name: string, row: Row): string {
  if (row.kind === "Managed database") return DATABASES[`${environment}/${name}`] ?? "Managed Redis on AWS";
  // What a job is made from makes no difference in these columns.
  return row.kind.endsWith(" job") ? `${row.kind} from git` : row.kind;
}

/** Opens a menu, reads it, closes it, and holds it against the law. */
async function expectMenu(console: Console, name: string, law: (action: Action) => RegExp | null): Promise<void> {
  const offers = await console.offers(name);
  expect(offers.map((offer) => offer.action).slice(0, ACTIONS.length), name).toEqual([...ACTIONS]);
  const wrong = ACTIONS.flatMap((action, at) => {
    const { refused } = offers[at]!;
    const wanted = law(action);
    const right = wanted === null ? refused === null : refused !== null && wanted.test(refused);
    return right ? [] : [`${action}: ${refused ?? "allowed"}, the law: ${wanted ?? "allowed"}`];
  });
  expect(wrong, name).toEqual([]);
}

const PLACES: [Scenario, string, string[]][] = [
  ["shop", "production", ["Deployment OK", "Restarted"]],
  ["shop", "staging", ["Deployment OK", "Build error"]],
  ["shop", "development", ["Ready", "Deployment OK", "Stopped"]],
  ["trouble", "broken", ["Ready", "Deployment OK", "Stopped", "Canceled", "Build error", "Deployment error", "Stop error", "Restart error"]],
  ["trouble", "busy", ["Queued"]],
  ["trouble", "fresh", ["Ready"]],
];

for (const [scenario, environment, statuses] of PLACES) {
  test(`every service of ${scenario}/${environment} offers what the law allows, and says why not`, async ({ page }) => {
    const console = await openEnvironment(page, environment, scenario);
    const { rows } = await console.sight();
    expect(Object.values(rows).map((row) => row.status)).toEqual(expect.arrayContaining(statuses));
    for (const [name, row] of Object.entries(rows)) await expectRow(console, environment, name, row);
  });
}

async function expectRow(console: Console, environment: string, name: string, row: Row, more: Partial<Seen> = {}) {
  const seen: Seen = { status: row.status, kind: kind(environment, name, row), podsRun: row.pods !== "no pods", ...more };
  await expectMenu(console, name, (action) => refusal(action, seen));
}

interface Moment {
  status: string;
  row: string;
  reach: (console: Console) => Promise<void>;
  waitsFor?: Seen["waitsFor"];
}

const builds = async (console: Console) => {
  await console.act("catalog-api", "Redeploy");
  await console.until({ "catalog-api": { status: "Building" } });
};

const MOMENTS: Moment[] = [
  { status: "Queued", row: "payments", reach: async (console) => (await builds(console), await console.act("payments", "Redeploy")) },
  { status: "Queued", row: "payments", waitsFor: "STOP_QUEUED", reach: async (console) => (await builds(console), await console.act("payments", "Stop")) },
  { status: "Queued", row: "payments", waitsFor: "RESTART_QUEUED", reach: async (console) => (await builds(console), await console.act("payments", "Restart service")) },
  { status: "Building", row: "catalog-api", reach: builds },
  { status: "Deploying", row: "price-feed", reach: (console) => console.act("price-feed", "Redeploy") },
  { status: "Stopping", row: "payments", reach: (console) => console.act("payments", "Stop") },
  { status: "Restarting", row: "payments", reach: (console) => console.act("payments", "Restart service") },
  { status: "Canceling", row: "catalog-api", reach: async (console) => {
    await builds(console);
    await console.press("catalog-api", "Cancel deployment");
    await console.confirm(/^Cancel /);
  } },
];

for (const { status, row, reach, waitsFor } of MOMENTS) {
  test(`a service that is ${status}${waitsFor ? ` (${waitsFor})` : ""} offers what the law allows, and says why not`, async ({ page }) => {
    const console = await openEnvironment(page, "development");
    await reach(console);
    if (status === "Queued") await console.expectStatus(row, "Queued");
    else await console.until({ [row]: { status } });
    await expectRow(console, "development", row, await console.read(row), { waitsFor });
  });
}

const ENVIRONMENTS: [Scenario, string, { everDeployed: boolean; inProgress: boolean }, Partial<Record<Action, RegExp>>][] = [
  ["shop", "production", { everDeployed: true, inProgress: false }, {}],
  ["shop", "development", { everDeployed: true, inProgress: false }, {}],
  ["trouble", "busy", { everDeployed: true, inProgress: true }, {}],
  // Nothing of it runs: the one reason of all its services is said.
  ["trouble", "fresh", { everDeployed: false, inProgress: false }, { Stop: reason("nothing runs") }],
  ["trouble", "sandbox", { everDeployed: false, inProgress: false }, Object.fromEntries(ACTIONS.map((action) => [action, /has no services/i]))],
];

for (const [scenario, name, seen, instead] of ENVIRONMENTS) {
  test(`the environment ${scenario}/${name} offers what the law allows, in the list and on its page`, async ({ page }) => {
    const law = (action: Action) => instead[action] ?? environmentRefusal(action, seen);
    const console = await open(page, scenario);
    await expectMenu(console, name, law);
    if (name === "sandbox") return;
    await console.enter(name);
    await expectMenu(console, name, law);
  });
}

test("a refused action that is pressed sends nothing and stays where it is, with its reason", async ({ page }) => {
  const console = await openEnvironment(page, "development");
  const menu = await console.menu("admin-panel");
  const item = menu.getByRole("menuitem", { name: "Stop", exact: true });
  // It does not count as enabled, so the click must be told to go ahead.
  await item.click({ force: true });
  await expect(menu).toBeVisible();
  await expect(item).toHaveAccessibleDescription(/nothing runs/i);
  await item.press("Enter");
  await expect(item).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expectNothingSent(page, console);
});

async function expectNothingSent(page: Page, console: Console): Promise<void> {
  await expect(console.toasts.getByText("admin-panel")).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await console.status("admin-panel")).toBe("Ready");
}
