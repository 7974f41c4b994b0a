// A console that is connected to a live API of its own, as a person connects it.
import { expect, type Locator, type Page, test as base } from "@playwright/test";
import { Console, open, TALL } from "../console";
import { Live } from "./server";

/** Nothing but the server and the request's header may ever know it. */
export const TOKEN = "canary-5f3b9a61";

export const test = base.extend<{ live: Live; console: Console }>({
  viewport: TALL,
  live: async ({}, use) => {
    const live = await Live.start({ token: TOKEN });
    await use(live);
    await live.stop();
  },
  /** Connected with a machine's token, at the list of environments. */
  console: async ({ page, live }, use) => {
    await use(await connect(page, live));
  },
});

export const panel = (page: Page): Locator => page.getByRole("dialog", { name: "Connection" });

interface How {
  scheme?: "Token" | "Bearer";
  token?: string;
  /** Keeps the token in the tab, so that places can be gone to by their address. */
  keep?: boolean;
}

/** Fills the panel in, from the demo, and presses Connect. */
export async function ask(page: Page, live: Live, how: How = {}): Promise<Console> {
  const console = await open(page);
  await goOver(page, console, live, how);
  return console;
}

/** The same, from a demo that is open. */
export async function goOver(page: Page, console: Console, live: Live, { scheme = "Token", token = TOKEN, keep = false }: How = {}): Promise<void> {
  await (await console.demo()).getByRole("button", { name: "Connect to a server…" }).click();
  await panel(page).getByRole("radio", { name: "The product's API, or another of its contract" }).check();
  await panel(page).getByRole("textbox", { name: "Address of the API" }).fill(live.url);
  await panel(page).getByRole("combobox", { name: "Sent as" }).selectOption(scheme);
  await panel(page).getByLabel("Token", { exact: true }).fill(token);
  if (keep) await panel(page).getByRole("checkbox", { name: /^Keep the token/ }).check();
  await panel(page).getByRole("button", { name: "Connect", exact: true }).click();
}

/** Connects, and waits for the list of environments. */
export async function connect(page: Page, live: Live, how: How = {}): Promise<Console> {
  const console = await ask(page, live, how);
  await expect(page.getByRole("banner").getByRole("button", { name: new URL(live.url).host })).toBeVisible();
  await console.ready();
  await expect(console.row("production")).toBeVisible();
  return console;
}

/** How fresh the page says that it is; pressed, it asks again. */
export const badge = (page: Page): Locator => page.getByRole("button", { name: /^Data:/ });

/** Has the page ask again, and waits until the server has heard it. */
export async function refresh(page: Page, live: Live): Promise<void> {
  const heard = live.requests.length;
  await badge(page).click();
  await expect.poll(() => live.requests.slice(heard).some(({ method }) => method === "GET")).toBe(true);
}
