// Texts that hope to be more than text, in every place where one from outside is shown: nothing of them runs, nothing of
// the page gives way, and what is said stays in its order.
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import { copied } from "./clipboard";
import { Console, open } from "./console";
import { EVERY, harmless, laid, ordered, spoil, text, TEXTS, tried, type Watched, watch } from "./hostile";
import { ask, connect } from "./live/connected";
import { Live } from "./live/server";
import { Server } from "./server";

test.afterEach(() => void process.stdout.write(`figure: hostile inputs tried = ${tried()}\n`));

const WIDTHS = [360, 768, 1440];
/** High enough for every row to be in the document. */
const HEIGHT = 3000;

interface World {
  environments: { id: string; name: string; mode: string }[];
  services: Record<string, { id: string; name: string; service_type: string; image_name?: string }[]>;
  commits: Record<string, unknown[]>;
  tags?: Record<string, unknown[]>;
  statuses: unknown;
  x?: { name: string };
}

async function save(console: Console): Promise<string> {
  const download = console.page.waitForEvent("download");
  await (await console.demo()).getByRole("button", { name: "Save world file" }).click();
  return readFile(await (await download).path(), "utf8");
}

/** A world's own name is one of its words, which are of letters. */
const named = (world: World): World => ({ ...world, ...(world.x && { x: { ...world.x, name: "hostile" } }) });

/** Opens a world of the texts, the first of them as the name of the first environment. */
async function openWorld(page: Page, change: (world: World) => World): Promise<Console> {
  const console = await open(page);
  const world = named(change(JSON.parse(await save(console)) as World));
  const chooser = page.waitForEvent("filechooser");
  await (await console.demo()).getByRole("button", { name: "Open world file" }).click();
  const buffer = Buffer.from(JSON.stringify(world));
  await (await chooser).setFiles({ name: `${text("image").replaceAll("/", "")}.json`, mimeType: "application/json", buffer });
  await expect(console.toasts).toContainText("opened");
  await console.closeDemo();
  return console;
}

/** A world in which everything is hostile, and the names of services are all the texts there are. */
function hostile(world: World, first: number): World {
  for (const { id } of Object.values(world.services).flat()) {
    const commit = (place: number) => ({
      git_commit_id: place.toString(16).padStart(40, "0"),
      created_at: "2026-01-01T00:00:00Z",
      message: "",
      author_name: "",
      tag: "",
    });
    world.commits = { ...world.commits, [id]: Array.from({ length: 40 }, (_, place) => commit(place)) };
  }
  const spoiled = spoil(world, first);
  for (const [place, environment] of spoiled.environments.entries()) environment.name = TEXTS[(first + place) % TEXTS.length]!;
  const services = Object.values(spoiled.services).flat();
  for (const [place, service] of services.entries()) service.name = TEXTS[(first + place) % TEXTS.length]!;
  return spoiled;
}

const own = (page: Page, more: string[] = []): Promise<Watched> =>
  watch(page, [new URL(test.info().project.use.baseURL ?? "").origin, ...more]);

/** Goes to the services of the environment at this place of the list. */
async function enter(console: Console, place: number): Promise<void> {
  await console.table.locator("a.name").nth(place).evaluate((link: HTMLElement) => link.click());
  await console.page.waitForURL(/\/environment\//);
  await expect(console.table.getByRole("button", { name: /^Play/ }).first()).toBeVisible();
}

/** Looks at a place at every width. */
async function everyWidth(page: Page, watched: Watched): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    await laid(page);
  }
  await harmless(page, watched);
}

/** Looks at the deployments of the environment that is open, and at what was logged; and comes back. */
async function past(page: Page, watched: Watched): Promise<void> {
  await page.getByRole("main").getByRole("link", { name: "Deployments" }).evaluate((link: HTMLElement) => link.click());
  const deployments = page.getByRole("list", { name: "Deployments" }).getByRole("link");
  await expect(deployments.first()).toBeVisible();
  await everyWidth(page, watched);
  const all = await deployments.count();
  for (let place = 0; place < Math.min(all, 3); place += 1) {
    await deployments.nth(place).evaluate((link: HTMLElement) => link.click());
    await expect(page.getByRole("list", { name: "Log" }).getByRole("listitem").first()).toBeVisible();
    await everyWidth(page, watched);
  }
  for (let place = 0; place < Math.min(all, 3) + 1; place += 1) await page.goBack();
  await new Console(page).ready();
}

// Many places at many widths take long on a busy machine.
test.describe.configure({ timeout: 120_000 });

// With each world the texts move on, so that most of them stand in most of the places once.
for (const first of [0, 11, 23, 34, 45]) {
  test(`lists of hostile texts are lists, beginning with text ${first}`, async ({ page }) => {
    const watched = await own(page);
    const console = await openWorld(page, (world) => hostile(world, first));
    await everyWidth(page, watched);
    for (const place of [0, 1, 2]) {
      await enter(console, place);
      await everyWidth(page, watched);
      await past(page, watched);
      await page.goBack();
      await console.ready();
    }
  });
}

// Before anything runs a service can be restarted.
const ACTIONS = ["Restart service", "Deploy other version", "Stop", "Redeploy", "Configure", "Deploy latest version", "Cancel deployment"];

/** Opens the menus of the services at these places and what is behind their items: panels, confirmations, what is told. */
async function everyPanel(console: Console, watched: Watched, places: number[], actions: string[]): Promise<void> {
  const { page } = console;
  const buttons = page.getByRole("button", { name: /^Play/ });
  const pressed = new Set<string>();
  for (const place of places) {
    for (const action of actions) {
      await buttons.nth(place).click();
      const menu = page.getByRole("menu");
      await expect(menu).toBeVisible();
      await laid(page);
      const item = menu.getByRole("menuitem", { name: action, exact: true });
      if ((await item.count()) === 0 || (await item.getAttribute("aria-disabled")) === "true") {
        await page.keyboard.press("Escape");
        continue;
      }
      await item.click();
      // A world that goes on may have refused it meanwhile: the menu stays then, and says why.
      const refused = item.and(page.locator("[aria-disabled=true]"));
      await expect.poll(async () => !(await menu.isVisible()) || (await refused.count()) > 0).toBe(true);
      if (await menu.isVisible()) {
        await page.keyboard.press("Escape");
        continue;
      }
      pressed.add(action);
      // Some start at once, and tell so.
      await expect(console.dialog.or(page.getByRole("log").locator(".toast")).first()).toBeVisible();
      await laid(page);
      if (await console.dialog.isVisible()) await page.keyboard.press("Escape");
      await expect(console.dialog).toBeHidden();
    }
    await harmless(page, watched);
  }
  expect([...pressed].sort()).toEqual([...actions].sort());
}

/** What waits is read in the head, and taken back there. */
async function waiting(page: Page, watched: Watched): Promise<void> {
  await page.getByRole("button", { name: /waiting/ }).click();
  await laid(page);
  await page.keyboard.press("Escape");
  await harmless(page, watched);
}

for (const [first, width] of [
  [0, 1440],
  [34, 360],
  [45, 768],
]) {
  test(`panels of hostile texts are panels, beginning with text ${first}, ${width} px`, async ({ page }) => {
    test.setTimeout(90_000);
    const watched = await own(page);
    const console = await openWorld(page, (world) => hostile(world, first!));
    await enter(console, 2);
    await page.setViewportSize({ width: width!, height: 800 });
    await everyPanel(console, watched, [1, 3, 4, 7, 0, 9, 14], ACTIONS);
    await page.setViewportSize({ width: width!, height: HEIGHT });
    await waiting(page, watched);
  });
}

test("a server of hostile texts is shown as text, and so are its panels", async ({ page }) => {
  test.setTimeout(90_000);
  const server = new Server();
  try {
    await server.start();
    const world = (await (await server.api("GET", "x/world")).json()) as World;
    const taken = await server.api("PUT", "x/world", JSON.stringify(named(hostile(world, 11))));
    expect(taken.status, await taken.text()).toBe(200);
    const watched = await own(page, [new URL(server.address).origin]);
    await page.goto(server.address);
    const console = new Console(page);
    await console.ready();
    await everyWidth(page, watched);
    await enter(console, 2);
    await everyWidth(page, watched);
    await page.setViewportSize({ width: 1440, height: 800 });
    await everyPanel(console, watched, [1, 3, 4, 7, 0, 9, 14], ACTIONS);
    await page.setViewportSize({ width: 1440, height: HEIGHT });
    await waiting(page, watched);
    await past(page, watched);
  } finally {
    await server.remove();
  }
});

const TURNING = ["direction, override without end", "direction, override", "direction, isolate closed", "right to left", "right to left, mixed"];

test("what is turned is found: the check of the order can fail", async ({ page }) => {
  await page.setContent("<p>Deploy \u202eabc to web</p><p>Deploy abc to web</p>");
  const words = ["Deploy", "abc", "to", "web"];
  await ordered(page.locator("p").nth(1), words);
  await expect(ordered(page.locator("p").nth(0), words)).rejects.toThrow("the order of");
});

for (const name of TURNING) {
  test(`a name and a version do not turn what stands beside them: ${name}`, async ({ page }) => {
    let home = "";
    const console = await openWorld(page, (world) => {
      const spoiled = spoil(world, 0, [text(name)]);
      const [environment] = spoiled.environments;
      const container = spoiled.services[environment!.id]!.find(({ service_type }) => service_type === "CONTAINER")!;
      container.name = `${text(name)}-own`;
      container.image_name = "own";
      home = environment!.id;
      return { ...spoiled, tags: { [container.id]: [{ image_name: container.image_name, versions: [`${text(name)}-2`] }] } };
    });
    await console.table.locator(`a.name[href*="${home}"]`).click();
    const play = page.getByRole("button", { name: /^Play .*-own/ });
    await expect(play).toBeVisible();
    await ordered(page.locator(".activity-now"), ["No deployment is running", "Last:", "ago,", ","]);
    await play.click();
    await page.getByRole("menuitem", { name: "Deploy other version", exact: true }).click();
    await console.dialog.getByRole("option").first().click();
    const button = console.dialog.getByRole("button", { name: /^Deploy .*-2.* to .*-own/ });
    await ordered(button, ["Deploy ", "-2", " to ", "-own"]);
    await button.click();
    // What becomes of it says the same.
    const told = page.getByRole("log").locator(".toast").filter({ hasText: "-own" }).first();
    await ordered(told, ["Deploy ", "-2", " of ", "-own"]);
    await play.click();
    await page.getByRole("menuitem", { name: "Configure", exact: true }).click();
    await ordered(console.dialog.getByRole("heading").first(), ["Configure ", "-own"]);
  });
}

/** What a shell makes of a line that calls curl: the words of the call. */
function words(line: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; ${line}`;
  const said = spawnSync("/bin/bash", ["--norc", "-eu", "-c", script], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: "", PLAYHEAD_API_URL: "https://api.example", PLAYHEAD_TOKEN: "t" }, encoding: "utf8" });
  expect([said.status, said.stderr], line).toEqual([0, ""]);
  return said.stdout.split("\0").slice(0, -1);
}

test("a copied command of a hostile version is that version to a shell", async ({ page }) => {
  test.setTimeout(90_000);
  const names = TEXTS.filter((text) => text !== "" && text.length < 2000);
  const console = await openWorld(page, (world) => {
    const [environment] = world.environments;
    const container = world.services[environment!.id]!.find(({ service_type }) => service_type === "CONTAINER")!;
    container.name = "tried";
    return { ...world, tags: { [container.id]: [{ image_name: container.image_name, versions: names }] } };
  });
  await enter(console, 0);
  await console.press("tried", "Deploy other version");
  const search = console.dialog.getByRole("combobox");
  for (const name of names) {
    await search.press("ArrowDown");
    await console.dialog.getByRole("button", { name: "Copy as curl" }).click();
    await expect(console.toasts).toContainText("Copied as a curl command");
    const body = async (): Promise<unknown> => {
      const call = words(await copied(page));
      return JSON.parse(call[call.indexOf("--data") + 1] ?? "");
    };
    // The one before is said to be copied for some seconds, too.
    await expect.poll(body).toEqual({ image_tag: name });
  }
  await expect(console.dialog.getByRole("option", { selected: true })).toHaveCount(1);
});

const NAMED = ["script", "filler", "shell breaks", "lines", "nothing", "blanks", "direction, override", "right to left", "zero width", "long word", "a megabyte"];

test("a production environment of any name is confirmed by its name, as it is shown or as it is, and by nothing else", async ({ page }) => {
  test.setTimeout(90_000);
  for (const name of NAMED) {
    const raw = text(name);
    const console = await openWorld(page, (world) => {
      for (const environment of world.environments) environment.name = environment.mode === "PRODUCTION" ? raw : "other";
      return world;
    });
    await console.table.getByRole("row").filter({ hasNotText: "other" }).getByRole("link").first().click();
    await page.waitForURL(/\/environment\//);
    // A line of text keeps no breaks.
    const typable = raw.trim() !== "" && !/[\n\r]/.test(raw);
    const closed = page.url();
    for (const typed of typable ? ["shown", "raw"] : ["shown"]) {
      await page.getByRole("button", { name: /^Play/ }).first().click();
      await page.getByRole("menuitem", { name: typed === "shown" ? "Stop" : "Redeploy", exact: true }).click();
      const field = console.dialog.getByRole("textbox", { name: /^Type / });
      const button = console.dialog.getByRole("button", { name: typed === "shown" ? /^Stop / : /^Redeploy / });
      for (const wrong of ["", "  ", "other"]) {
        await field.fill(wrong);
        await expect(button).toHaveAttribute("aria-disabled", "true");
      }
      await laid(page);
      await field.fill(typed === "raw" ? raw : await console.dialog.locator("label b").innerText());
      await expect(button).not.toHaveAttribute("aria-disabled");
      await page.keyboard.press("Escape");
      await expect(console.dialog).toBeHidden();
      // Where it goes back to is another moment: whoever leaves meanwhile is held.
      await page.waitForURL(closed);
    }
  }
});

test("a megabyte in a name, a version, a subject and an author is cut where it is shown, and kept whole", async ({ page }) => {
  test.setTimeout(60_000);
  const watched = await own(page);
  for (const name of ["a megabyte", "a megabyte of directions"]) {
    const long = text(name);
    const console = await openWorld(page, (world) => {
      const [environment] = world.environments;
      environment!.name = long;
      const services = world.services[environment!.id]!;
      for (const service of services.slice(0, 3)) service.name = long;
      const application = services.find(({ service_type }) => service_type === "APPLICATION")!;
      world.commits = {
        [application.id]: [
          { git_commit_id: "1".repeat(40), created_at: "2026-01-01T00:00:00Z", message: long, author_name: long, tag: long },
        ],
      };
      application.name = "long-commits";
      return world;
    });
    await everyWidth(page, watched);
    const began = Date.now();
    await enter(console, 0);
    await everyWidth(page, watched);
    await page.setViewportSize({ width: 1440, height: HEIGHT });
    await console.press("long-commits", "Deploy other version");
    await expect(console.dialog.getByRole("option").first()).toBeVisible();
    await laid(page);
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").fill("long-commits");
    await expect(console.table.getByRole("button", { name: /^Play/ })).toHaveCount(1);
    expect(Date.now() - began, "milliseconds for all that").toBeLessThan(15_000);
    const shown = await page.evaluate(() => document.documentElement.outerHTML.length);
    expect(shown, "characters in the document").toBeLessThan(400_000);
    const kept = JSON.parse(await save(console)) as World;
    expect(kept.environments[0]!.name === long, "the whole is in the saved world").toBe(true);
  }
});

const TOKEN = "qov_e2e_hostile_token";

/** Puts texts in all that a server answers and pushes. An answer to the same question has the same ones, and in every run:
 * which come first is chance, so that the question alone says with which text its answer begins. */
async function spoilAnswers(page: Page, api: string, first: number, fields?: string[]): Promise<void> {
  const turn = (of: string) => [...of].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % TEXTS.length, first);
  const spoiled = (of: string, body: unknown): unknown => spoil(body, turn(of), TEXTS, fields);
  await page.route(`${api}/**`, async (route) => {
    const url = new URL(route.request().url());
    // That something changed is told for as long as one listens, and in no words.
    if (url.pathname.endsWith("/x/events")) return route.continue();
    // What is asked for as the server ends.
    const answer = await route.fetch().catch(() => null);
    if (!answer) return route.abort();
    const body: unknown = await answer.json().catch(() => undefined);
    await route.fulfill(body === undefined ? { response: answer } : { response: answer, json: spoiled(url.pathname, body) });
  });
  await page.routeWebSocket(/.*/, (socket) => {
    const server = socket.connectToServer();
    const { pathname, search } = new URL(socket.url());
    server.onMessage((message) => socket.send(JSON.stringify(spoiled(pathname + search, JSON.parse(String(message))))));
  });
}

for (const first of [0, 23]) {
  test(`a live API of hostile texts is shown as text, and so are its panels, beginning with text ${first}`, async ({ page }) => {
    test.setTimeout(90_000);
    const live = await Live.start({ token: TOKEN });
    try {
      const watched = await own(page, [live.url]);
      await spoilAnswers(page, live.url, first);
      const console = await ask(page, live, { token: TOKEN });
      // Until it is connected the demo is shown, and has a list too.
      await expect(page.getByRole("banner").getByRole("button", { name: new URL(live.url).host })).toBeVisible();
      await expect(console.table.getByRole("button", { name: /^Play/ }).first()).toBeVisible();
      await everyWidth(page, watched);
      const go = async (environment: string): Promise<void> => {
        const link = console.table.locator(`a.name[href*="${live.id(`cedar/backend/${environment}`)}"]`);
        await link.evaluate((link: HTMLElement) => link.click());
        await page.setViewportSize({ width: 1440, height: 800 });
        await expect(console.table.getByRole("button", { name: /^Play/ }).first()).toBeVisible();
      };
      const [cancel, configure] = ["Cancel deployment", "Configure"];
      await go("staging");
      await everyPanel(console, watched, [0], [cancel]);
      live.advance();
      await everyWidth(page, watched);
      await past(page, watched);
      await page.goBack();
      await console.ready();
      await go("integration");
      await everyPanel(console, watched, [1, 2, 3, 4, 5, 0], ACTIONS.filter((action) => action !== cancel && action !== configure));
    } finally {
      await live.stop();
    }
  });
}

/** Looks at a place whose statuses are texts, and at its menus; answers those that need no escape and are shown as they came. */
async function unknown(console: Console, watched: Watched): Promise<string[]> {
  const { page, table } = console;
  await everyWidth(page, watched);
  const shown = await table.locator(".status .word").allTextContents();
  await page.setViewportSize({ width: 1440, height: 800 });
  for (const button of (await page.getByRole("button", { name: /^Play/ }).all()).slice(0, 6)) {
    await button.click();
    await expect(page.getByRole("menu")).toBeVisible();
    await laid(page);
    await harmless(page, watched);
    await page.keyboard.press("Escape");
  }
  return shown.filter((word) => word !== "" && TEXTS.includes(word));
}

for (const first of [0, 19, 37]) {
  test(`words of a live API that nobody knows are shown as text, beginning with text ${first}`, async ({ page }) => {
    test.setTimeout(90_000);
    const live = await Live.start({ token: TOKEN });
    try {
      const watched = await own(page, [live.url]);
      await spoilAnswers(page, live.url, first, EVERY);
      const console = await ask(page, live, { token: TOKEN });
      await expect(page.getByRole("banner").getByRole("button", { name: new URL(live.url).host })).toBeVisible();
      await expect(console.table.getByRole("button", { name: /^Play/ }).first()).toBeVisible();
      const plain = await unknown(console, watched);
      for (const place of [0, 1, 2]) {
        await enter(console, place);
        live.advance();
        plain.push(...(await unknown(console, watched)));
        await past(page, watched);
        await page.goBack();
        await console.ready();
      }
      // In a place of three rows it may be that all of them need one: whether what was pushed or what was asked for is shown
      // last is chance, and each has texts of its own.
      expect(plain, "what needs no escape is shown as it came").not.toEqual([]);
    } finally {
      await live.stop();
    }
  });

  test(`words of a server that nobody knows are shown as text, beginning with text ${first}`, async ({ page }) => {
    test.setTimeout(90_000);
    const server = new Server();
    try {
      await server.start();
      const watched = await own(page, [new URL(server.address).origin]);
      await spoilAnswers(page, `${server.address}api`, first, EVERY);
      await page.goto(server.address);
      const console = new Console(page);
      await console.ready();
      const plain = await unknown(console, watched);
      await enter(console, 1);
      plain.push(...(await unknown(console, watched)));
      expect(plain, "what needs no escape is shown as it came").not.toEqual([]);
      // One deployment runs, and one waits.
      const results = async <T>(path: string): Promise<T[]> => ((await (await server.api("GET", path)).json()) as { results: T[] }).results;
      const environment = /environment\/([^/?]+)/.exec(page.url())![1]!;
      const services = await results<{ id: string; service_type: string }>(`environment/${environment}/services`);
      const application = `application/${services.find(({ service_type }) => service_type === "APPLICATION")!.id}`;
      const [, , commit] = await results<{ git_commit_id: string }>(`${application}/commit`);
      const version = JSON.stringify({ git_commit_id: commit!.git_commit_id });
      for (const [path, body] of [[`environment/${environment}/redeploy`, "{}"], [`${application}/deploy`, version]] as const) {
        expect((await server.api("POST", path, body)).status).toBe(202);
      }
      await expect(page.getByRole("button", { name: /waiting/ })).toBeVisible();
      await unknown(console, watched);
      await page.setViewportSize({ width: 1440, height: HEIGHT });
      await waiting(page, watched);
    } finally {
      await server.remove();
    }
  });
}

test("a refusal in hostile words is told as text, and can be put away", async ({ page }) => {
  test.setTimeout(120_000);
  const live = await Live.start({ token: TOKEN });
  try {
    const watched = await own(page, [live.url]);
    const console = await connect(page, live, { token: TOKEN });
    await console.enter("integration");
    for (const [place, words] of [...TEXTS, text("a megabyte"), text("a megabyte of directions")].entries()) {
      // What was not understood, for want of a token or a right, what the rule refuses, what is not there, what went wrong.
      live.refuse([400, 401, 409, 403, 404, 500][place % 6]!, words);
      await console.act("api", "Redeploy");
      const told = console.toasts.locator(".toast").filter({ hasText: "Redeploy api" }).first();
      // A part of the words that is shown as it is.
      await expect(told).toContainText(/[!-[\]-~]{1,40}/.exec(words)?.[0] ?? "");
      await page.setViewportSize({ width: WIDTHS[place % WIDTHS.length]!, height: 800 });
      await laid(page);
      await told.getByRole("button", { name: /^Dismiss|^Close/ }).click();
      await expect(told).toBeHidden();
    }
    await harmless(page, watched);
  } finally {
    await live.stop();
  }
});
