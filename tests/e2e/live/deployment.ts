// A deployment: what was asked for, and how it went.
import { id } from "./fixtures/shape";
import type { Service } from "./world";

/** An accepted action that waits or runs. */
export interface Request {
  readonly id: string;
  /** `DEPLOY`, `RESTART`, `STOP`. */
  readonly action: string;
  readonly services: Service[];
  readonly by: string;
  readonly origin: string | undefined;
  /** When it was asked for, in milliseconds. */
  readonly at: number;
}

/** The first of these that a service is in is the state of all of them. */
const ORDER = [
  /^CANCELING$/,
  /^STOPPING$/,
  /^RESTARTING$/,
  /^DEPLOYING$/,
  /^BUILDING$/,
  /QUEUED$/,
  /^DEPLOYMENT_ERROR$/,
  /ERROR$/,
  /^(DEPLOYED|RESTARTED)$/,
  /^CANCELED$/,
  /^STOPPED$/,
];

/** The state of several services together. */
export function together(states: string[]): string {
  for (const pattern of ORDER) {
    const found = states.find((state) => pattern.test(state));
    if (found) return found === "RESTARTED" ? "DEPLOYED" : found;
  }
  return "READY";
}

export class Deployment {
  /** Its execution. */
  readonly id: string;
  /** Whether somebody has canceled it. */
  canceled = false;
  /** When it ended, in milliseconds. */
  ended: number | null = null;
  private last: { status: string; states: Map<string, string> } | null = null;

  constructor(
    path: string,
    readonly request: Request,
  ) {
    // The product's executions are no bare UUIDs.
    this.id = `${id(path)}-${request.id.slice(0, 8)}`;
  }

  get action(): string {
    return this.request.action;
  }

  get services(): Service[] {
    return this.request.services;
  }

  /** How it stands, or how it ended. */
  get status(): string {
    return this.last?.status ?? together(this.services.map(({ state }) => state));
  }

  /** How a service of it stands, or how it ended in it. */
  stateOf(service: Service): string {
    return this.last?.states.get(service.id) ?? service.state;
  }

  /** Ends it with the states that its services are in. */
  close(at: number): void {
    const states = this.services.map(({ state }) => state);
    const failed = states.find((state) => state.endsWith("ERROR"));
    const done = { STOP: "STOPPED", RESTART: "RESTARTED" }[this.action] ?? "DEPLOYED";
    this.end(this.canceled ? "CANCELED" : (failed ?? done), at, (service) => service.state);
  }

  /** Ends it with one state, but for the services that are named. */
  closeAs(status: string, at: number, except: Record<string, string> = {}): void {
    this.end(status, at, ({ name }) => except[name] ?? status);
  }

  private end(status: string, at: number, state: (service: Service) => string): void {
    this.ended = at;
    this.last = { status, states: new Map(this.services.map((service) => [service.id, state(service)])) };
  }
}
