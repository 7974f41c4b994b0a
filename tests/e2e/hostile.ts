// The texts of `tests/kit/hostile.json` in the page: worlds made of them, and what must hold wherever they are shown.
import { readFileSync } from "node:fs";
import { expect, type Locator, type Page } from "@playwright/test";

interface Listed {
  name: string;
  text: string;
  times?: number;
}
const list = JSON.parse(readFileSync(new URL("../kit/hostile.json", import.meta.url), "utf8")) as {
  fields: string[];
  words: string[];
  texts: Listed[];
};

/** Longer ones have a test of their own. */
const LONG = 10_000;

const all = list.texts.map(({ name, text, times = 1 }) => ({ name, text: text.repeat(times) }));

/** All but the very long ones. */
export const TEXTS = all.map(({ text }) => text).filter((text) => text.length < LONG);

/** The text of this name. */
export function text(name: string): string {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`there is no text ${name}`);
  return found.text;
}

/** The fields of texts, and those of words that a server may have more of than this version knows. */
export const EVERY = [...list.fields, ...list.words];

let spoiled = 0;

/** How many texts were put into fields since this was asked before. */
export function tried(): number {
  const count = spoiled;
  spoiled = 0;
  return count;
}

/** Puts texts, in turn and beginning with this one, in every field that comes from outside, or in these. */
export function spoil<T>(document: T, first = 0, texts = TEXTS, fields = list.fields): T {
  let turn = first;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => {
      const foreign = typeof inner === "string" && fields.includes(key);
      if (!foreign) return [key, walk(inner)];
      spoiled += 1;
      return [key, texts[turn++ % texts.length]];
    });
    return Object.fromEntries(entries);
  };
  return walk(document) as T;
}

/** What a page does that it must never do. */
export interface Watched {
  told: string[];
}

/** Watches a page from its start: dialogs, requests to others, errors. */
export async function watch(page: Page, own: string[]): Promise<Watched> {
  const watched: Watched = { told: [] };
  page.on("dialog", (dialog) => {
    watched.told.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => watched.told.push(`error: ${error.message.slice(0, 300)}`));
  page.on("popup", (popup) => watched.told.push(`popup: ${popup.url()}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "blob:" && !own.includes(origin)) watched.told.push(`request: ${request.url()}`);
  });
  return watched;
}

/** Nothing ran, nothing was asked for elsewhere, nothing of the texts became a part of the page or turns it, and links lead home. */
export async function harmless(page: Page, watched: Watched): Promise<void> {
  expect(watched.told).toEqual([]);
  const found = await page.evaluate(() => {
    const foreign = [...document.querySelectorAll("body :is(script, iframe, img, svg, style, object, embed, form[action])")];
    const handlers = [...document.querySelectorAll("*")].filter((node) => node.getAttributeNames().some((name) => name.startsWith("on")));
    const links = [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].filter((link) => {
      const outward = link.origin !== location.origin;
      const safe = /^https?:$/.test(link.protocol) && (!outward || (link.relList.contains("noopener") && link.relList.contains("noreferrer")));
      return !safe;
    });
    // What would not be seen or turns what stands beside it is shown as an escape, wherever text is shown or spoken. The
    // only marks are ours, which isolate a name, in pairs.
    const spoken = ["title", "aria-label", "placeholder", "alt", "label"];
    const attributes = [...document.querySelectorAll("*")].flatMap((node) => spoken.map((name) => node.getAttribute(name) ?? ""));
    const texts = [document.title, ...attributes];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (!walker.currentNode.parentElement?.closest("script, style")) texts.push(walker.currentNode.nodeValue ?? "");
    const unseen = /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u200b\u200e\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f\u2800\u3164\ufeff\uffa0]/;
    const marks = (text: string, mark: string) => text.split(mark).length;
    const obeyed = texts.filter((text) => unseen.test(text) || marks(text, "\u2068") !== marks(text, "\u2069"));
    return {
      canary: (globalThis as { canary?: unknown }).canary,
      obeyed: obeyed.map((text) => text.slice(0, 200)),
      made: [...foreign.filter((node) => !node.closest("body > script")), ...handlers, ...links].map((node) => node.outerHTML.slice(0, 200)),
    };
  });
  expect(found).toEqual({ canary: undefined, obeyed: [], made: [] });
}

/** Nothing scrolls sideways, rows have the height of rows, and every button that is seen can be pressed. */
export async function laid(page: Page): Promise<void> {
  const wrong = await page.evaluate(() => {
    const told: string[] = [];
    const root = document.scrollingElement ?? document.documentElement;
    for (const one of [root, ...document.querySelectorAll(".scroller, dialog[open], dialog[open] .dialog-body, .menu:popover-open, .toast")]) {
      const over = one.scrollWidth - one.clientWidth;
      // What is cut off cannot be scrolled to.
      if (over <= 1 || getComputedStyle(one).overflowX === "hidden") continue;
      const edge = one.getBoundingClientRect().right;
      const parts = [...one.querySelectorAll("*")].filter((part) => part.getBoundingClientRect().right > edge + 1);
      const last = parts.map((part) => `${part.parentElement?.className} > ${part.tagName}.${part.className}`).slice(-3).join("; ");
      told.push(`${one.className || one.tagName} sticks out by ${over} px: ${last}`);
    }
    const shown = (node: Element) => {
      const box = node.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight ? box : null;
    };
    const rows = [...document.querySelectorAll("[role=grid] tbody [role=row].row")].map((row) => row.getBoundingClientRect());
    const heights = new Set(rows.map((box) => Math.round(box.height)));
    // On a phone a row is a card as high as what it says.
    if (innerWidth >= 720 && heights.size > 1) told.push(`rows are ${[...heights].join(", ")} px high`);
    for (const box of rows) if (box.height > 400) told.push(`a row is ${Math.round(box.height)} px high`);
    const modal = document.querySelector("dialog[open]:not(.aside)");
    const area = modal ?? document;
    const buttons = ".row button, .page-head button, [role=banner] button, dialog button, .toast button, [role=menuitem]";
    for (const button of area.querySelectorAll(buttons)) {
      const box = shown(button);
      const scrolled = button.closest(".dialog-body, .scroller, .virtual, .menu");
      if (!box || button.closest("[aria-hidden=true]") || (scrolled && !within(box, scrolled.getBoundingClientRect()))) continue;
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      if (x < 0 || x > innerWidth || y < 0 || y > innerHeight) {
        told.push(`${name(button)} in ${button.parentElement?.className} is outside: ${Math.round(x)}, ${Math.round(y)}`);
        continue;
      }
      const top = document.elementFromPoint(x, y);
      const ours = top && (button.contains(top) || top.contains(button) || top.closest("label")?.contains(button));
      // What lies over the page on purpose covers what is under it.
      if (!ours && !top?.closest("dialog, .toasts, .menu, .selection, thead")) told.push(`${name(button)} is covered by ${top?.outerHTML.slice(0, 120)}`);
    }
    function within(box: DOMRect, other: DOMRect): boolean {
      return box.top >= other.top - 1 && box.bottom <= other.bottom + 1;
    }
    function name(node: Element): string {
      return (node.getAttribute("aria-label") ?? node.textContent ?? "").slice(0, 60);
    }
    return [...new Set(told)];
  });
  expect(wrong).toEqual([]);
}

/** Our own words in an element stand in their order, whatever the direction of the texts between them. */
export async function ordered(locator: Locator, words: string[]): Promise<void> {
  const places = await locator.evaluate((node, words) => {
    const found: { top: number; left: number }[] = [];
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    let from = 0;
    let text = walker.nextNode() as Text | null;
    for (const word of words) {
      while (text) {
        const at = text.data.indexOf(word, from);
        if (at >= 0) {
          const range = document.createRange();
          range.setStart(text, at);
          range.setEnd(text, at + word.length);
          const [first] = range.getClientRects();
          if (first) found.push({ top: Math.round(first.top / 8), left: Math.round(first.left) });
          from = at + word.length;
          break;
        }
        text = walker.nextNode() as Text | null;
        from = 0;
      }
    }
    return found;
  }, words);
  expect(places.length, `${words.join(" … ")} are there`).toBe(words.length);
  const sorted = [...places].sort((one, other) => one.top - other.top || one.left - other.left);
  expect(places, `the order of ${words.join(" … ")}`).toEqual(sorted);
}
