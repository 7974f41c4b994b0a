// The console as a person meets it: by role and accessible name only, with the clock of the world in hand.
//
// A world opened here stands still. It moves by the buttons of the Demo controls, and after each press the page is
// awaited until it knows the new time: so every state between two events is seen, and nothing here ever sleeps.
import { expect, type Locator, type Page } from "@playwright/test";

/** The words of the menu, in the order of every menu. */
export const ACTIONS = [
  "Deploy",
  "Redeploy",
  "Restart service",
  "Stop",
  "Cancel deployment",
  "Deploy other version",
  "Deploy latest version",
] as const;
export type Action = (typeof ACTIONS)[number];

export type Scenario = "shop" | "trouble" | "large" | "empty";

/** High enough for every row of the small scenarios to be in the document: lists hold only what is near to be seen. */
export const TALL = { width: 1440, height: 1200 };

/** More events than any one deployment of the scenarios has. */
const MANY = 400;

/** Opens a world that stands still; `at` is a place such as `environment/ID`, with or without a query. */
export async function open(page: Page, scenario: Scenario = "shop", at = ""): Promise<Console> {
  const query = new URLSearchParams({ scenario, seed: "7", clock: "paused" });
  await page.goto(`${at}${at.includes("?") ? "&" : "?"}${query}`);
  const console = new Console(page);
  await console.ready();
  return console;
}

/** Opens a world and goes to the services of one of its environments. */
export async function openEnvironment(page: Page, name: string, scenario: Scenario = "shop"): Promise<Console> {
  const console = await open(page, scenario);
  await console.enter(name);
  return console;
}

/** The words of every status (law §2); an unknown one is shown as it came. */
export const STATUSES = [
  "Ready",
  "Queued",
  "Building",
  "Deploying",
  "Deployment OK",
  "Build error",
  "Deployment error",
  "Stopping",
  "Stopped",
  "Stop error",
  "Restarting",
  "Restarted",
  "Restart error",
  "Canceling",
  "Canceled",
] as const;
export type Status = (typeof STATUSES)[number];

/** An entry of a menu, and why it is refused, if it is. */
export interface Offer {
  action: string;
  refused: string | null;
}

/** What a row says. */
export interface Row {
  /** What kind of service it is. */
  kind: string;
  status: string;
  /** What stands beside the status: "nothing changed; …". */
  note: string;
  /** Running status and pods. */
  running: string;
  /** The pods in words: "2 of 3 pods ready". */
  pods: string;
  version: string;
  stage: string;
  operation: string;
}

/** All that is seen at one moment. */
export interface Sight {
  /** The status of the environment whose page this is; empty on the list of environments. */
  environment: string;
  rows: Record<string, Row>;
}

export class Console {
  constructor(readonly page: Page) {}

  // Lists

  /** The list of this place. */
  get table(): Locator {
    return this.page.getByRole("grid");
  }

  /** A list is there, with its head. */
  async ready(): Promise<void> {
    await expect(this.table.getByRole("columnheader").first()).toBeVisible();
  }

  /** The row of an environment or a service. */
  row(name: string): Locator {
    return this.table.getByRole("row", { name, exact: true });
  }

  /** The names of the rows, from the top. */
  async names(): Promise<string[]> {
    await this.ready();
    const buttons = this.table.getByRole("button", { name: /^Play / });
    await expect(buttons.first()).toBeVisible();
    const labels = await buttons.evaluateAll((all) => all.map((button) => button.getAttribute("aria-label") ?? ""));
    return labels.map((label) => label.slice("Play ".length));
  }

  /** From the environments to the services of one. */
  async enter(environment: string): Promise<void> {
    await this.row(environment).getByRole("link").first().click();
    await this.page.waitForURL(/\/environment\//);
    await expect(this.table.getByRole("button", { name: /^Play / }).first()).toBeVisible();
  }

  /** All that is seen now, read in one go. */
  async sight(): Promise<Sight> {
    return this.page.getByRole("main").evaluate(look, STATUSES);
  }

  /** What a row says now. */
  async read(row: string): Promise<Row> {
    const seen = (await this.sight()).rows[row];
    if (!seen) throw new Error(`there is no row ${row}`);
    return seen;
  }

  /** The status of a row now. */
  async status(row: string): Promise<string> {
    return (await this.read(row)).status;
  }

  /** Waits until the page says this status of a row; time stands still meanwhile. */
  async expectStatus(row: string, words: Status): Promise<void> {
    await expect.poll(() => this.status(row), { message: `status of ${row}` }).toBe(words);
  }

  /** The same of the environment whose page this is. */
  async expectEnvironment(words: Status): Promise<void> {
    await expect.poll(async () => (await this.sight()).environment, { message: "status of the environment" }).toBe(words);
  }

  /** The pods of a row, in words: "2 of 3 pods ready". */
  pods(row: string): Locator {
    return this.row(row).getByRole("img", { name: /pods?\b/ });
  }

  // Actions

  /** Opens the Play menu of a row, or of the page's environment. */
  async menu(name: string): Promise<Locator> {
    await this.page.getByRole("button", { name: `Play ${name}`, exact: true }).click();
    const menu = this.page.getByRole("menu", { name: `Actions of ${name}` });
    await expect(menu).toBeVisible();
    return menu;
  }

  /** Chooses an action that must be allowed. */
  async press(name: string, action: Action | "Configure" | "About"): Promise<void> {
    const menu = await this.menu(name);
    const item = menu.getByRole("menuitem", { name: action, exact: true });
    await expect(item).not.toHaveAttribute("aria-disabled", "true");
    await item.click();
    await expect(menu).toBeHidden();
  }

  /** What the menu of a row, or of the page's environment, offers: each action with its reason where it is refused. */
  async offers(name: string): Promise<Offer[]> {
    const menu = await this.menu(name);
    // What follows the line is a place, and no action.
    const offers = await menu.locator("[role=menuitem]:not([role=separator] ~ *)").evaluateAll((items) =>
      items.map((item) => {
        const why = document.getElementById(item.getAttribute("aria-describedby") ?? "");
        const refused = item.getAttribute("aria-disabled") === "true";
        const action = item.getAttribute("aria-label") ?? item.textContent ?? "";
        return { action, refused: refused ? (why?.textContent ?? "").trim() : null };
      }),
    );
    expect(offers).toHaveLength(ACTIONS.length);
    await this.page.keyboard.press("Escape");
    await expect(menu).toBeHidden();
    return offers;
  }

  /** What became of each request. */
  get toasts(): Locator {
    return this.page.getByRole("log", { name: "Notifications" });
  }

  /** The open panel or modal. The Demo controls are none. */
  get dialog(): Locator {
    return this.page.getByRole("dialog").filter({ hasNot: this.page.getByRole("button", { name: "Next event" }) });
  }

  /** Presses a button of the open dialog, and sees the dialog go. */
  async confirm(button: string | RegExp): Promise<void> {
    await this.dialog.getByRole("button", { name: button }).click();
    await expect(this.dialog).toBeHidden();
  }

  /** Selects rows by their boxes. */
  async select(...names: string[]): Promise<Locator> {
    for (const name of names) await this.row(name).getByRole("checkbox").check();
    const bar = this.page.getByRole("region", { name: "Selected services" });
    await expect(bar).toContainText(`${names.length} selected`);
    return bar;
  }

  /** Opens the version picker of a service, picks the version at a place from the top, sends it; answers its words. */
  async pickVersion(row: string, place: number): Promise<string> {
    await this.press(row, "Deploy other version");
    const sheet = this.page.getByRole("dialog", { name: `Deploy other version of ${row}` });
    const option = sheet.getByRole("listbox", { name: "Versions" }).getByRole("option").nth(place);
    await option.click();
    await expect(option).toHaveAttribute("aria-selected", "true");
    const button = sheet.getByRole("button", { name: new RegExp(`^Deploy .+ to ${row}$`) });
    const picked = /^Deploy (.+) to /.exec(((await button.textContent()) ?? "").trim())?.[1] ?? "";
    await button.click();
    await expect(sheet).toBeHidden();
    return picked;
  }

  // Time

  /** The Demo controls, opened when they are not. They cover a part of the list: close them to go on with it. */
  async demo(): Promise<Locator> {
    const sheet = this.page.getByRole("dialog", { name: "Demo controls" });
    if (!(await sheet.isVisible())) await this.page.getByRole("button", { name: /^Demo/ }).click();
    await expect(sheet).toBeVisible();
    return sheet;
  }

  async closeDemo(): Promise<void> {
    const sheet = await this.demo();
    await sheet.getByRole("button", { name: "Close" }).click();
    await expect(sheet).toBeHidden();
  }

  /** Lets the world go on to the next thing that happens; false: nothing is going to. */
  async nextEvent(): Promise<boolean> {
    return (await this.turn("Next event", { events: 1 })).went === 1;
  }

  /** Lets the world go on by so many seconds. */
  async step(seconds = 1): Promise<void> {
    await this.turn("Step 1 s", { events: seconds });
  }

  /** Goes on from event to event until the rows say this; answers what was seen at each, the first before any. */
  async until(want: Want): Promise<Sight[]> {
    const { sights, reached } = await this.turn("Next event", { events: MANY, want: patterns(want) });
    expect(reached, `${JSON.stringify(patterns(want))} before nothing happens any more`).toBe(true);
    return sights;
  }

  /** Goes on from event to event until these rows are in a final status; answers what was seen at each. */
  async watch(...rows: string[]): Promise<Sight[]> {
    const final = new RegExp(`^(?!${IN_PROGRESS.join("|")})`);
    return this.until(Object.fromEntries(rows.map((row) => [row, { status: final }])));
  }

  /** Presses a button of the clock again and again; after each press waits until the page knows the new time. */
  private async turn(name: string, how: { events: number; want?: Patterns }): Promise<Turned> {
    const sheet = await this.demo();
    const main = await this.page.getByRole("main").elementHandle();
    const clock = await sheet.getByRole("timer", { name: "World clock" }).elementHandle();
    const button = sheet.getByRole("button", { name });
    const turned = await button.evaluate(
      async (button: HTMLElement, { main, clock, look, statuses, events, want }) => {
        const see = new Function(`return (${look})`)() as (main: Element, statuses: readonly string[]) => Sight;
        const nothing = () => button.closest("dialog")?.textContent?.includes("Nothing is going to happen") ?? false;
        const press = () =>
          new Promise<boolean>((resolve, reject) => {
            const before = clock!.getAttribute("datetime");
            const late = setTimeout(() => reject(new Error("the page does not learn the new time")), 10_000);
            const told = (went: boolean) => {
              clearTimeout(late);
              observer.disconnect();
              resolve(went);
            };
            const observer = new MutationObserver(() => {
              if (clock!.getAttribute("datetime") !== before) told(true);
              else if (nothing()) told(false);
            });
            observer.observe(button.closest("dialog")!, { subtree: true, childList: true, characterData: true, attributes: true });
            button.click();
          });
        const sights: Sight[] = [];
        const reached = () => {
          const sight = see(main!, statuses);
          sights.push(sight);
          return Object.entries(want ?? {}).every(([row, said]) =>
            Object.entries(said).every(([what, pattern]) =>
              new RegExp(pattern).test(sight.rows[row]?.[what as keyof Row] ?? ""),
            ),
          );
        };
        let went = 0;
        while (true) {
          if (reached() && want) return { sights, reached: true, went };
          if (went >= events || !(await press())) return { sights, reached: false, went };
          went += 1;
        }
      },
      { main, clock, look: look.toString(), statuses: STATUSES, events: how.events, want: how.want },
    );
    await this.closeDemo();
    return turned;
  }

  /** Lets something go wrong between the page and its backend: the one whose name begins like this. */
  async connection(words: string): Promise<void> {
    const select = (await this.demo()).getByRole("combobox", { name: "The connection" });
    const option = (await select.getByRole("option").allTextContents()).find((one) => one.startsWith(words));
    if (!option) throw new Error(`nothing that goes wrong is called ${words}`);
    await select.selectOption(option);
  }

  /** Asks for a fault of the cluster, of one service or of all, or lifts it. */
  async fault(fault: string, service = "every service", on = true): Promise<void> {
    const sheet = await this.demo();
    await sheet.getByRole("combobox", { name: "For" }).selectOption({ label: service });
    await sheet.getByRole("checkbox", { name: fault }).setChecked(on);
    await this.closeDemo();
  }

  /** Presses Play on an action that starts at once or after its plain confirmation. */
  async act(name: string, action: Action): Promise<void> {
    await this.press(name, action);
    const sure = this.dialog.getByRole("button", { name: new RegExp(`^(Deploy|Redeploy|Restart|Stop) `) });
    const sent = this.toasts.getByText(name).first();
    await expect(sure.or(sent).first()).toBeVisible();
    if (await sure.isVisible()) await this.confirm(/^(Deploy|Redeploy|Restart|Stop) /);
  }
}

/** What rows must say: texts that they contain, or patterns. */
export type Want = Record<string, Partial<Record<keyof Row, string | RegExp>>>;
type Patterns = Record<string, Record<string, string>>;

interface Turned {
  sights: Sight[];
  reached: boolean;
  went: number;
}

function patterns(want: Want): Patterns {
  const source = (said: string | RegExp) => (typeof said === "string" ? escape(said) : said.source);
  const row = (said: Want[string]) => Object.fromEntries(Object.entries(said).map(([what, one]) => [what, source(one!)]));
  return Object.fromEntries(Object.entries(want).map(([name, said]) => [name, row(said)]));
}

function escape(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Reads a page. Runs in it, so it may use nothing from outside. */
function look(main: Element, statuses: readonly string[]): Sight {
  const text = (node: Element | null | undefined) => (node?.textContent ?? "").trim();
  const all = (node: Element, role: string) => [...node.querySelectorAll(`[role=${role}]`)];
  // The chip is the first thing in there that says a status and nothing else.
  const status = (node: Element | null | undefined) =>
    [...(node?.querySelectorAll("*") ?? [])].map(text).find((words) => statuses.includes(words)) ?? text(node);
  const heads = all(main, "columnheader").map(text);
  const rows: Sight["rows"] = {};
  for (const row of all(main, "row")) {
    const name = row.getAttribute("aria-label");
    if (!name) continue;
    const cells = all(row, "gridcell");
    const cell = (head: string) => cells[heads.indexOf(head)];
    const words = status(cell("Deployment status"));
    rows[name] = {
      kind: text(cell("Service")).slice(name.length).trim(),
      status: words,
      note: text(cell("Deployment status")).slice(words.length).trim(),
      running: text(cell("Running status")),
      pods: cell("Running status")?.querySelector("[role=img]")?.getAttribute("aria-label") ?? "",
      version: text(cell("Version")),
      stage: text(cell("Stage")),
      operation: text(cell("Last operation")),
    };
  }
  const environment = main.querySelector("[role=group][aria-label='Environment status']");
  return { environment: environment ? status(environment) : "", rows };
}

const IN_PROGRESS: readonly string[] = ["Queued", "Building", "Deploying", "Stopping", "Restarting", "Canceling"];

/** The statuses a row went through, each once. */
export function way(sights: Sight[], row?: string): string[] {
  const statuses = sights.map((sight) => (row === undefined ? sight.environment : (sight.rows[row]?.status ?? "")));
  return statuses.filter((status, at) => status !== statuses[at - 1]);
}

/** The status of an environment, from those of its services: the order of law §7. */
export function rollup(statuses: string[]): string {
  const order = [
    "Canceling",
    "Stopping",
    "Restarting",
    "Deploying",
    "Building",
    "Queued",
    "Deployment error",
    "Build error",
    "Stop error",
    "Restart error",
    "Deployment OK",
    "Restarted",
    "Canceled",
    "Stopped",
    "Ready",
  ];
  const first = order.find((status) => statuses.includes(status)) ?? "Ready";
  return first === "Restarted" ? "Deployment OK" : first;
}

/** At every moment the environment's status followed from those of its services. */
export function expectRollup(sights: Sight[]): void {
  const follows = sights.map((sight) => rollup(Object.values(sight.rows).map((row) => row.status)));
  expect(sights.map((sight) => sight.environment)).toEqual(follows);
}
