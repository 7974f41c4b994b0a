// What the browser keeps of the demo's world.
import type { Page } from "@playwright/test";

/** The lines of its journal, in order: what happened, as JSON. */
export const lines = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open("playhead");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("journal").objectStore("journal").getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve((all.result as string[][]).map(([head]) => head!));
          };
        };
      }),
  );
