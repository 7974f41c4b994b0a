// What the tests of lists and panels need beside the console itself.
import type { Locator } from "@playwright/test";
import type { Console, Status } from "./console";

/** A text that starts with these words; what follows must be no letter, so "Stopped" is not "Stop". */
export function starts(words: string): RegExp {
  return new RegExp(`^\\s*${words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}])`, "u");
}

/** The cell of a row under a column's head. */
export async function cell(console: Console, row: string, column: string): Promise<Locator> {
  const heads = await console.table.getByRole("columnheader").allTextContents();
  const at = heads.findIndex((head) => head.trim() === column);
  if (at < 0) throw new Error(`no column ${column}: ${heads.join(", ")}`);
  return console.row(row).getByRole("gridcell").nth(at);
}

/** Goes on from event to event until a row has this status. */
export async function until(console: Console, row: string, status: Status): Promise<void> {
  await console.until({ [row]: { status } });
}
