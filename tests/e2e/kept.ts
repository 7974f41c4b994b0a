// What the browser keeps of the demo's world: looked at, and changed behind the page's back.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import type { Console } from "./console";

/** A line as it is stored: what happened, as JSON, the body of the request, and the check over both. */
export type Line = [head: string, body: string, check: string];

/** A line with its number. */
export interface Numbered {
  number: number;
  line: Line;
}

/** What is in a store: the journal, or what was put aside. */
export const stored = (page: Page, store: "journal" | "damaged" = "journal"): Promise<Numbered[]> =>
  page.evaluate(
    (name) =>
      new Promise<{ number: number; line: [string, string, string] }[]>((resolve, reject) => {
        const opening = indexedDB.open("playhead");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const store = opening.result.transaction(name).objectStore(name);
          const [keys, values] = [store.getAllKeys(), store.getAll()];
          values.onsuccess = () => {
            opening.result.close();
            resolve((keys.result as [string, number][]).map(([, number], place) => ({ number, line: values.result[place] })));
          };
        };
      }),
    store,
  );

/** The lines of its journal, in order: what happened, as JSON. */
export const lines = async (page: Page): Promise<string[]> => (await stored(page)).map(({ line: [head] }) => head);

/** Writes lines of a world's journal, and deletes those that are nothing. */
export const write = (page: Page, world: string, lines: { number: number; line: Line | null }[]): Promise<void> =>
  page.evaluate(
    ({ world, lines }) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("playhead", 1);
        opening.onerror = () => reject(opening.error);
        opening.onupgradeneeded = () => ["journal", "damaged"].forEach((name) => opening.result.createObjectStore(name));
        opening.onsuccess = () => {
          const turn = opening.result.transaction("journal", "readwrite");
          const store = turn.objectStore("journal");
          for (const { number, line } of lines) {
            if (line) store.put(line, [world, number]);
            else store.delete([world, number]);
          }
          turn.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          turn.onabort = () => reject(turn.error);
        };
      }),
    { world, lines },
  );

/** The open world as a file, as the Demo controls save it. */
export async function file(console: Console): Promise<string> {
  const sheet = await console.demo();
  const coming = console.page.waitForEvent("download");
  await sheet.getByRole("button", { name: "Save world file" }).click();
  const text = await readFile(await (await coming).path(), "utf8");
  await console.closeDemo();
  return text;
}

/** Holds the storage up, as a tab does that the browser has stopped in the middle of writing; until it is let go. */
export async function hold(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(
    () =>
      new Promise<void>((held) => {
        const opening = indexedDB.open("playhead");
        opening.onsuccess = () => {
          const store = opening.result.transaction("journal", "readwrite").objectStore("journal");
          let isHeld = true;
          const again = () => {
            held();
            if (isHeld) store.count().onsuccess = again;
            else opening.result.close();
          };
          again();
          (window as unknown as { letGo: () => void }).letGo = () => (isHeld = false);
        };
      }),
  );
  return () => page.evaluate(() => (window as unknown as { letGo: () => void }).letGo());
}
