// A world file comes in by the button or dropped on the page, goes out by the button, and comes back the same. A bad
// one is refused with the place that is wrong, and the world that was open stays as it was.
import { readFile, writeFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import { open, openEnvironment, type Console } from "./console";
import { until } from "./places";

/** What a test changes in a world file. */
interface World {
  environments: { id: string; name: string; mode: string; [unknown: string]: unknown }[];
  services: Record<string, { id: string; name: string; cpu: unknown; [unknown: string]: unknown }[]>;
  stages: Record<string, { services: { service_id: string }[] }[]>;
  statuses: Record<string, { applications: { id: string; state: string; [unknown: string]: unknown }[] }>;
  x?: unknown;
  [unknown: string]: unknown;
}

async function save(console: Console): Promise<string> {
  const download = console.page.waitForEvent("download");
  await (await console.demo()).getByRole("button", { name: "Save world file" }).click();
  return readFile(await (await download).path(), "utf8");
}

async function choose(console: Console, file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  const chooser = console.page.waitForEvent("filechooser");
  await (await console.demo()).getByRole("button", { name: "Open world file" }).click();
  await (await chooser).setFiles(file);
}

const named = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });

async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: "application/json" }));
      return data;
    },
    [name, text],
  );
  await page.dispatchEvent("body", "dragover", { dataTransfer });
  await expect(page.getByText("Drop the world file to open it")).toBeVisible();
  await page.dispatchEvent("body", "drop", { dataTransfer });
}

/** A world in the middle of something: a deployment, a queue, drift. */
async function busy(page: Page): Promise<Console> {
  const console = await openEnvironment(page, "staging");
  await console.press("storefront", "Redeploy");
  await console.press("mail-relay", "Restart service");
  await until(console, "storefront", "Building");
  await console.expectStatus("mail-relay", "Queued");
  return console;
}

for (const [how, bring] of [
  ["chosen with the button", (console: Console, text: string) => choose(console, named("mine.json", text))],
  ["dropped on the page", (console: Console, text: string) => drop(console.page, "mine.json", text)],
] as const) {
  test(`a saved world ${how} is the same world, and saved again the same file`, async ({ page }) => {
    const saved = await save(await busy(page));

    const console = await open(page, "trouble");
    await expect(console.row("broken")).toBeVisible();
    await bring(console, saved);
    await expect(console.toasts).toContainText("mine.json opened");
    await expect(console.row("staging")).toBeVisible();
    await expect(console.row("broken")).toBeHidden();
    expect(await save(console)).toBe(saved);

    // It goes on where it stood.
    await console.enter("staging");
    await console.expectStatus("storefront", "Building");
    await console.expectStatus("mail-relay", "Queued");
    await until(console, "storefront", "Deployment OK");
    await until(console, "mail-relay", "Restarted");
  });
}

test("what this version does not know is shown as it came, and is in the saved file again", async ({ page }) => {
  const console = await open(page);
  const world = JSON.parse(await save(console)) as World;
  delete world.x;
  const [environment] = world.environments.filter(({ name }) => name === "staging");
  environment.mode = "CANARY";
  environment.weather = { wind: [1, 2.5, null] };
  const service = world.services[environment.id].filter(({ name }) => name === "checkout-api")[0];
  service.mood = "calm";
  const status = world.statuses[environment.id].applications.filter(({ id }) => id === service.id)[0];
  status.state = "HIBERNATING";
  status.depth = 7;
  const other = world.services[environment.id].filter(({ service_type }) => service_type === "CONTAINER")[0];
  Object.assign(other, { service_type: "TERRAFORM", name: "network" });
  world.notes = ["kept"];

  await choose(console, named("unknown.json", JSON.stringify(world)));
  await expect(console.toasts).toContainText("unknown.json opened");
  await expect(console.table.getByRole("row", { name: /^CANARY 1$/ })).toBeVisible();
  const again = JSON.parse(await save(console)) as World;
  await console.enter("staging");
  await expect(page.getByRole("main")).toContainText("CANARY");
  await expect(console.row("checkout-api")).toContainText("HIBERNATING");
  const menu = await console.menu("checkout-api");
  await expect(menu.getByRole("menuitem", { name: "Redeploy", exact: true })).toHaveAccessibleDescription(
    /The status HIBERNATING is unknown to this version of Playhead/,
  );

  await page.keyboard.press("Escape");
  await expect(console.row("network")).toContainText("TERRAFORM");
  const unknown = await console.menu("network");
  for (const action of ["Deploy", "Redeploy", "Stop", "Restart service", "Deploy other version"]) {
    await expect(unknown.getByRole("menuitem", { name: action, exact: true })).toHaveAccessibleDescription(
      /This kind of service is unknown to this version of Playhead/,
    );
  }
  await expect(unknown.getByRole("menuitem", { name: "Configure" })).toHaveCount(0);

  const kept = again.environments.filter(({ id }) => id === environment.id)[0];
  expect(kept).toMatchObject({ mode: "CANARY", weather: { wind: [1, 2.5, null] } });
  expect(again.services[environment.id].filter(({ id }) => id === service.id)[0].mood).toBe("calm");
  expect(again.statuses[environment.id].applications.filter(({ id }) => id === service.id)[0]).toMatchObject({
    state: "HIBERNATING",
    depth: 7,
  });
  expect(again.notes).toEqual(["kept"]);
});

test("a file of one environment and one service, written by hand, is enough to deploy it", async ({ page }) => {
  const [environment, service] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
  const world = {
    environments: [{ id: environment, name: "mine", mode: "DEVELOPMENT" }],
    services: { [environment]: [{ id: service, name: "hello", service_type: "CONTAINER", image_name: "hello", tag: "1.0" }] },
  };
  const console = await open(page);
  await drop(page, "mine.json", JSON.stringify(world));
  await console.enter("mine");
  await console.expectStatus("hello", "Ready");
  await console.press("hello", "Deploy");
  await until(console, "hello", "Deployment OK");
});

const edited = (change: (world: World, staging: string) => void) => (text: string) => {
  const world = JSON.parse(text) as World;
  change(world, world.environments.filter(({ name }) => name === "staging")[0].id);
  return JSON.stringify(world);
};

const BAD: [string, (text: string) => string, RegExp][] = [
  ["no JSON", () => "environments:\n  - mine", /line 1, column 1: this is not JSON/],
  ["truncated", (text) => text.slice(0, text.length / 2), /line \d+, column \d+: the text ends in the middle/],
  ["no world", () => '{"results": []}', /environments: it is missing/],
  [
    "of a wrong type deep inside",
    edited((world, staging) => (world.services[staging][3].cpu = "much")),
    /services\.[0-9a-f-]{36}\[3\]\.cpu: a whole number is expected, not a text/,
  ],
  [
    "with an environment twice",
    edited((world) => world.environments.push(world.environments[0])),
    /environments\[3\]\.id: .*is environments\[0\] already; ids must be unique/,
  ],
  [
    "with a service twice",
    edited((world, staging) => world.services[staging].push(world.services[staging][0])),
    /services\.[0-9a-f-]{36}\[19\]\.id: .*twice/,
  ],
  [
    "with a service in no stage",
    edited((world, staging) => world.stages[staging].forEach((stage) => (stage.services = []))),
    /services\.[0-9a-f-]{36}\[0\]: this service is in none of the stages/,
  ],
  [
    "with a stage of a service that is not there",
    edited((world, staging) => (world.stages[staging][0].services[0].service_id = "99999999-9999-4999-8999-999999999999")),
    /stages\.[0-9a-f-]{36}\[0\]\.services\[0\]\.service_id: .*not among the services/,
  ],
];

for (const [what, spoil, place] of BAD) {
  test(`a file that is ${what} is refused with the place, and the open world stays`, async ({ page }) => {
    const console = await busy(page);
    const before = await save(console);
    await choose(console, named("bad.json", spoil(before)));
    const told = console.toasts.getByText("bad.json was not opened; the world is as it was");
    await expect(told).toBeVisible();
    await expect(console.toasts).toContainText(place);
    await console.expectStatus("storefront", "Building");
    await console.expectStatus("mail-relay", "Queued");
    expect(await save(console)).toBe(before);
  });
}

test("a file larger than the limit is refused with the limit, and the open world stays", async ({ page }, info) => {
  const path = info.outputPath("huge.json");
  await writeFile(path, Buffer.alloc((64 << 20) + 1, " "));
  const console = await busy(page);
  const before = await save(console);
  await choose(console, path);
  await expect(console.toasts).toContainText("huge.json was not opened; the world is as it was");
  await expect(console.toasts).toContainText("64 MB is the most that is read");
  expect(await save(console)).toBe(before);
});
