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

/** A whole text that starts with these words; what follows must be no letter, so "Stopped" is not "Stop". */
export function starts(words: string): RegExp {
  return new RegExp(`^\\s*${escape(words)}(?![\\p{L}])`, "u");
}

export function escape(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
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

  /** The cell of a row under a column's head. */
  async cell(row: string, column: string): Promise<Locator> {
    const heads = await this.table.getByRole("columnheader").allTextContents();
    const at = heads.findIndex((head) => head.trim() === column);
    if (at < 0) throw new Error(`no column ${column}: ${heads.join(", ")}`);
    return this.row(row).getByRole("gridcell").or(this.row(row).getByRole("rowheader")).nth(at);
  }

  /** The status of a row, as it stands there now. */
  async status(row: string): Promise<string> {
    return ((await (await this.cell(row, "Status")).textContent()) ?? "").trim();
  }

  async expectStatus(row: string, words: string): Promise<void> {
    await expect(await this.cell(row, "Status")).toHaveText(starts(words));
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
  async press(name: string, action: Action | "Configure"): Promise<void> {
    const menu = await this.menu(name);
    const item = menu.getByRole("menuitem", { name: action, exact: true });
    await expect(item).not.toHaveAttribute("aria-disabled", "true");
    await item.click();
    await expect(menu).toBeHidden();
  }

  /** Asserts what the menu says of an action: allowed, or refused for a reason that reads so. */
  async expectOffer(menu: Locator, action: Action, refused: RegExp | string | null): Promise<void> {
    const item = menu.getByRole("menuitem", { name: action, exact: true });
    if (refused === null) {
      await expect(item, action).not.toHaveAttribute("aria-disabled", "true");
    } else {
      await expect(item, action).toHaveAttribute("aria-disabled", "true");
      await expect(item, action).toHaveAccessibleDescription(refused);
      await expect(item, action).toContainText(refused);
    }
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

  // Time

  /** The Demo controls, opened when they are not. */
  async demo(): Promise<Locator> {
    const sheet = this.page.getByRole("dialog", { name: "Demo controls" });
    if (!(await sheet.isVisible())) await this.page.getByRole("button", { name: /^Demo/ }).click();
    await expect(sheet).toBeVisible();
    return sheet;
  }

  /** Lets the world go on to the next thing that happens; false: nothing is going to. */
  async nextEvent(): Promise<boolean> {
    const next = (await this.demo()).getByRole("button", { name: "Next event" });
    if ((await next.getAttribute("aria-disabled")) === "true") return false;
    await this.turn(next);
    return true;
  }

  /** Lets the world go on by so many seconds. */
  async step(seconds = 1): Promise<void> {
    const step = (await this.demo()).getByRole("button", { name: "Step 1 s" });
    for (let second = 0; second < seconds; second += 1) await this.turn(step);
  }

  private async turn(button: Locator): Promise<void> {
    const clock = (await this.demo()).getByRole("timer", { name: "World clock" });
    const before = (await clock.getAttribute("datetime")) ?? "";
    await button.click();
    await expect(clock).not.toHaveAttribute("datetime", before);
  }

  /** Goes on from event to event while `seen` is asked after each, until it answers true. */
  async until(seen: () => Promise<boolean>, what = "it"): Promise<void> {
    for (let event = 0; event < MANY; event += 1) {
      if (await seen()) return;
      if (!(await this.nextEvent())) break;
    }
    expect(await seen(), `${what}, before nothing happens any more`).toBe(true);
  }

  /** The statuses a row goes through, each once, from now until the last of `way`; they must be exactly these. */
  async expectWay(row: string, way: string[], beside: () => Promise<void> = async () => {}): Promise<void> {
    const trail: string[] = [];
    const last = starts(way[way.length - 1] ?? "");
    await this.until(async () => {
      const status = await this.status(row);
      if (trail[trail.length - 1] !== status) trail.push(status);
      await beside();
      return last.test(status) && trail.length >= way.length;
    }, `${row}: ${way.join(" → ")}, seen ${trail.join(" → ")}`);
    expect(trail.map((status) => way.find((words) => starts(words).test(status)) ?? status)).toEqual(way);
  }
}
