// The homes of the backend, each opened at the services of an environment, with something in between that can go wrong.
import { type Page, test as base } from "@playwright/test";
import { Console, open, TALL } from "./console";
import { connect, TOKEN } from "./live/connected";
import { Live } from "./live/server";
import { Server } from "./server";
import { type Trouble, Unreliable } from "./unreliable";

/** Where the API is, and how something goes wrong there. */
export interface Home {
  console: Console;
  /** A service that runs, to be restarted. */
  service: string;
  play: (trouble: Trouble | null) => Promise<void>;
  /** Requests that the API has accepted since it was opened; `null`: only the page tells. */
  accepted: () => Promise<number | null>;
  /** Actions that the page has sent, each counted once however often a browser sends it; where keys tell. */
  meant?: () => number;
}

export const HOMES = [
  "the backend in the page",
  "a server of ours",
  "a live API",
  "a live API behind a server of ours",
  "a server of ours in front of a live API",
] as const;

interface Sides {
  between: Unreliable;
  server: Server;
  live: Live;
}

export const test = base.extend<Sides>({
  viewport: TALL,
  between: async ({}, use) => {
    const between = await Unreliable.start();
    await use(between);
    await between.stop();
  },
  server: async ({ between }, use) => {
    const server = new Server();
    await server.start("--allow-origin", between.url);
    await use(server);
    await server.remove();
  },
  live: async ({}, use) => {
    const live = await Live.start({ token: TOKEN });
    await use(live);
    await live.stop();
  },
});

async function inPage(page: Page): Promise<Home> {
  const console = await open(page);
  await console.enter("staging");
  const play = async (trouble: Trouble | null) => {
    await console.connection(trouble ?? "Works");
    await console.closeDemo();
  };
  return { console, service: "mail-relay", play, accepted: async () => null };
}

async function onServer(page: Page, between: Unreliable, server: Server): Promise<Home> {
  between.target = server.address.replace(/\/$/, "");
  between.api = "/api/";
  await page.goto(`${between.url}/`);
  const console = new Console(page);
  await console.ready();
  await console.enter("staging");
  const environment = /environment\/([^/?]+)/.exec(page.url())![1]!;
  const count = async () => {
    let sum = 0;
    for (const list of ["deploymentHistoryV2", "deploymentQueue"]) {
      const answer = await server.api("GET", `environment/${environment}/${list}?pageSize=100`);
      sum += ((await answer.json()) as { results: unknown[] }).results.length;
    }
    return sum;
  };
  const before = await count();
  const play = async (trouble: Trouble | null) => between.play(trouble);
  return { console, service: "mail-relay", play, accepted: async () => (await count()) - before, meant: () => between.keys.size };
}

async function onLive(page: Page, between: Unreliable, live: Live): Promise<Home> {
  between.target = live.url;
  // Chromium sends an action again by itself on a connection that it has used before. A server of ours does it once; of
  // another that cannot be asked, and it is the browser's second request and not the page's.
  between.keepAlive = false;
  const console = await connect(page, { url: between.url } as Live);
  await console.enter("integration");
  return { console, service: "gateway", play: async (trouble) => between.play(trouble), accepted: async () => live.actions.length };
}

/** What goes wrong, between the server and the API. */
async function behindServer(page: Page, between: Unreliable, server: Server, live: Live): Promise<Home> {
  between.target = live.url;
  await inFront(server, between.url);
  return { ...(await atServer(page, server.address)), play: async (trouble) => between.play(trouble), accepted: async () => live.actions.length };
}

/** What goes wrong, between the page and the server. */
async function beforeServer(page: Page, between: Unreliable, server: Server, live: Live): Promise<Home> {
  await inFront(server, live.url, "--allow-origin", between.url);
  between.target = server.address.replace(/\/$/, "");
  between.api = "/api/";
  const home = { play: async (trouble: Trouble | null) => between.play(trouble), accepted: async () => live.actions.length };
  return { ...(await atServer(page, `${between.url}/`)), ...home, meant: () => between.keys.size };
}

/** Starts it again, in front of a live API. */
export async function inFront(server: Server, api: string, ...more: string[]): Promise<void> {
  await server.kill();
  server.environment = { PLAYHEAD_UPSTREAM_TOKEN: TOKEN };
  await server.start("--upstream", api, ...more);
}

async function atServer(page: Page, address: string): Promise<{ console: Console; service: string }> {
  await page.goto(address);
  const console = new Console(page);
  await console.ready();
  await console.enter("integration");
  return { console, service: "gateway" };
}

/** Opens the console at one of them. */
export function openHome(home: (typeof HOMES)[number], { page, between, server, live }: Sides & { page: Page }): Promise<Home> {
  switch (home) {
    case "the backend in the page":
      return inPage(page);
    case "a server of ours":
      return onServer(page, between, server);
    case "a live API":
      return onLive(page, between, live);
    case "a live API behind a server of ours":
      return behindServer(page, between, server, live);
    case "a server of ours in front of a live API":
      return beforeServer(page, between, server, live);
  }
}
