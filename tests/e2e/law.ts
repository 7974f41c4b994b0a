// What the law refuses, read from the law itself (`src/lifecycle/LAW.md`, section 3), and the words a person must then
// find: kept here, so that a program that loses its reasons fails.
import { readFileSync } from "node:fs";
import type { Action } from "./console";

const LAW = readFileSync(new URL("../../src/lifecycle/LAW.md", import.meta.url), "utf8");

/** The wire names of the statuses, by the words a person reads (law §2). */
const WIRE: Record<string, string> = {
  Ready: "READY",
  Queued: "DEPLOYMENT_QUEUED",
  Building: "BUILDING",
  Deploying: "DEPLOYING",
  "Deployment OK": "DEPLOYED",
  "Build error": "BUILD_ERROR",
  "Deployment error": "DEPLOYMENT_ERROR",
  Stopping: "STOPPING",
  Stopped: "STOPPED",
  "Stop error": "STOP_ERROR",
  Restarting: "RESTARTING",
  Restarted: "RESTARTED",
  "Restart error": "RESTART_ERROR",
  Canceling: "CANCELING",
  Canceled: "CANCELED",
};

/** What each of the law's short reasons must say to a person. */
const REASONS: Record<string, RegExp> = {
  "never deployed": /never deployed.*use deploy/i,
  "use Redeploy": /deployed before.*use redeploy/i,
  "nothing runs": /nothing runs/i,
  "nothing deployed": /deployment ok or deployment error/i,
  "not running well": /deployment ok/i,
  "in progress": /in progress.*wait/i,
  "nothing to cancel": /no deployment is queued, building or deploying/i,
  "no deployment": /only a deployment can be canceled/i,
  canceling: /being canceled/i,
  kind: /no pods|cannot be restarted/i,
  "AWS only": /on aws only/i,
  Redis: /redis cannot be paused/i,
  "no versions": /no versions/i,
  "environment only": /on the environment only/i,
  "single service only": /single service/i,
  "one by one": /one service at a time/i,
  "if never deployed": /deployed before.*use redeploy/i,
  "if ever deployed": /ever deployed.*use deploy/i,
  "environment in progress": /the environment is in progress.*wait/i,
};

/** The rows of the table that has these words in its head: column → cell. */
function table(head: string): Record<string, string>[] {
  const lines = LAW.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  if (at < 0) throw new Error(`the law has no table ${head}`);
  const cells = (line: string) => line.split("|").slice(1, -1).map((cell) => cell.trim());
  const columns = cells(lines[at]!);
  const end = lines.findIndex((line, number) => number > at && !line.startsWith("|"));
  return lines.slice(at + 2, end).map((line) => Object.fromEntries(cells(line).map((cell, column) => [columns[column], cell])));
}

const BY_STATUS = table("shown status");
const BY_KIND = table("kind");
const BY_SCOPE = table("action");
const COLUMN: Partial<Record<Action, string>> = { "Restart service": "Restart", "Cancel deployment": "Cancel" };

/** What is known of a service from its row. */
export interface Seen {
  status: string;
  /** A row of the law's table of kinds: "Lifecycle job from git". */
  kind: string;
  podsRun: boolean;
  /** What a queued service waits for, as all three are shown as Queued (law §2). */
  waitsFor?: "STOP_QUEUED" | "RESTART_QUEUED";
}

/** What the law says of an action on one service: null, or how the reason must read. */
export function refusal(action: Action, seen: Seen): RegExp | null {
  if (action === "Deploy latest version") return reason("environment only");
  const column = COLUMN[action] ?? action;
  const byKind = only(BY_KIND, (row) => row["kind"] === seen.kind, `kind ${seen.kind}`)[column];
  if (byKind) return reason(byKind);
  const wire = (seen.status === "Queued" && seen.waitsFor) || WIRE[seen.status];
  const named = (row: Record<string, string>) => row["shown status"]!.split(", ").includes(wire ?? "");
  const answer = only(BY_STATUS, named, `status ${seen.status}`)[column] ?? "";
  if (answer === "yes" || (answer === "yes, if pods run" && seen.podsRun)) return null;
  return reason(answer === "yes, if pods run" ? "nothing runs" : answer);
}

function only<T>(rows: T[], which: (row: T) => boolean, what: string): T {
  const row = rows.find(which);
  if (row === undefined) throw new Error(`the law knows no ${what}`);
  return row;
}

export function reason(short: string): RegExp {
  const words = REASONS[short];
  if (!words) throw new Error(`no words are known for the law's reason: ${short}`);
  return words;
}

/** What the law says of an action on a whole environment (law §4) of which some service allows everything. */
export function environmentRefusal(action: Action, seen: { everDeployed: boolean; inProgress: boolean }): RegExp | null {
  const cell = scopes(action)["environment"];
  switch (cell) {
    case "single service only":
    case "one by one":
      return reason(cell);
    default:
  }
  if (seen.inProgress && ["Deploy", "Redeploy", "Stop"].includes(action)) return reason("environment in progress");
  if (cell === "if never deployed" && seen.everDeployed) return reason(cell);
  if (cell === "if ever deployed" && !seen.everDeployed) return reason(cell);
  if (action === "Cancel deployment" && !seen.inProgress) return reason("nothing to cancel");
  return null;
}

function scopes(action: Action): Record<string, string> {
  const name = { "Restart service": "Restart", "Cancel deployment": "Cancel" }[action as string] ?? action;
  return only(BY_SCOPE, (row) => row["action"] === name, `action ${name}`);
}
