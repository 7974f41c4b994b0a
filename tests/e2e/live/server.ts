// The product's live API with recorded answers, for tests of what is connected to it: its paths, its words, its refusals,
// its limits and its websockets. It is none of our backends, and knows nothing under `/x`.
//
// Invariants: there is no timer here, the test decides when time passes; whatever is asked is written down.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { act } from "./acting";
import { id } from "./fixtures/shape";
import { type Answer, type Call, notFound, read, refusal } from "./reading";
import { Sockets } from "./sockets";
import { type Standing, World } from "./world";

/** Something that was asked, websockets included. */
export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage["headers"];
  /** Parsed; `null`: none. */
  body: unknown;
}

export interface Limit {
  /** Requests that are left. */
  remaining: number;
  /** In how many seconds there are more. */
  reset: number;
}

export class Live {
  /** Everything that was asked, in order; preflights have the method OPTIONS, websockets UPGRADE. */
  readonly requests: Asked[] = [];
  readonly world = new World();
  private readonly server: Server;
  private readonly sockets: Sockets;
  private refusing: Answer | null = null;
  private losing = false;
  private limited: Limit | null = null;

  private constructor(private readonly token: string) {
    this.sockets = new Sockets(this.world, token);
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.on("upgrade", (request: IncomingMessage, socket, head) => {
      this.note(request, "UPGRADE", null);
      this.sockets.upgrade(request, socket, head);
    });
  }

  /** Starts one that knows this token only, on a free port of this machine. */
  static async start({ token }: { token: string }): Promise<Live> {
    const live = new Live(token);
    await new Promise<void>((resolve) => live.server.listen(0, "127.0.0.1", resolve));
    return live;
  }

  /** Where its API begins, without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The id of what has this path: `cedar/backend/staging`, `cedar/backend/staging/api`. */
  id(path: string): string {
    return id(path);
  }

  /** The actions that were asked for, as `POST /path`, each with its body. */
  get actions(): [string, unknown][] {
    const acting = this.requests.filter(({ method }) => method === "POST" || method === "PUT");
    return acting.map(({ method, path, body }) => [`${method} ${path}`, body]);
  }

  /** How many websockets are open. */
  get listeners(): number {
    return this.sockets.open;
  }

  /** Moves everything in progress by one step, and tells who listens. */
  advance(): void {
    this.world.advance();
    this.sockets.push();
  }

  /** Changes how a service is doing, and tells who listens. */
  set(service: string, standing: Partial<Standing>): void {
    const found = this.world.service(service);
    if (!found) throw new Error(`there is no service ${service}`);
    Object.assign(found.service, standing);
    this.sockets.push();
  }

  /** Refuses the next action. */
  refuse(status: number, detail: string): void {
    this.refusing = refusal(status, status === 409 ? "Conflict" : "Error", detail);
  }

  /**
   * Accepts the next action, and ends the connection in place of an answer.
   *
   * A connection of its own: Chromium sends a request again by itself, whatever its method, when one that it has used
   * before ends without a byte, and that would be the browser's second request and not the page's.
   */
  lose(_: "answer"): void {
    this.losing = true;
    this.server.closeIdleConnections();
  }

  /** Counts requests from here on; `null`: no more. */
  limit(limit: Limit | null): void {
    this.limited = limit && { ...limit };
  }

  /** Breaks every websocket, as a network does. */
  dropSockets(): void {
    this.sockets.drop();
  }

  /** Answers 503 where a websocket is asked for. */
  refuseSockets(on = true): void {
    this.sockets.refuse(on);
  }

  /** Closes every websocket with 1008, as for a token that may not listen. */
  forbidSockets(): void {
    this.sockets.forbid();
  }

  async stop(): Promise<void> {
    this.sockets.drop();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = this.note(request, request.method ?? "", await json(request));
    this.allowOrigins(response);
    // As if everything stayed true for long: whoever wants to know has to ask all the same.
    response.setHeader("Cache-Control", "max-age=3600");
    if (this.losing) response.setHeader("Connection", "close");
    if (asked.method === "OPTIONS") return void response.writeHead(204).end();
    const { status, body } = this.answer(asked);
    if (this.limited) {
      response.setHeader("X-RateLimit-Remaining", this.limited.remaining);
      response.setHeader("X-RateLimit-Reset", this.limited.reset);
    }
    if (status < 300 && asked.method !== "GET") {
      this.sockets.push();
      if (this.losing) {
        this.losing = false;
        return void request.socket.destroy();
      }
    }
    const text = body === undefined ? "" : JSON.stringify(body);
    response.writeHead(status, text === "" ? {} : { "Content-Type": "application/json" }).end(text);
  }

  private answer(asked: Asked): Answer {
    const { authorization = "" } = asked.headers;
    if (![`Token ${this.token}`, `Bearer ${this.token}`].includes(authorization)) {
      return refusal(401, "Unauthorized", "The token is missing or unknown.");
    }
    if (this.limited) {
      if (this.limited.remaining === 0) return refusal(429, "Too Many Requests", "The limit of this hour is reached.");
      this.limited.remaining -= 1;
    }
    const call: Call = { ...asked, query: new URLSearchParams(asked.query) };
    if (asked.method === "GET") return read(this.world, call) ?? notFound();
    if (this.refusing) {
      const refused = this.refusing;
      this.refusing = null;
      return refused;
    }
    return act(this.world, call) ?? notFound();
  }

  /** As an API does that lets pages of every origin in, but no header that it does not know. */
  private allowOrigins(response: ServerResponse): void {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
    response.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type");
    response.setHeader("Access-Control-Expose-Headers", "X-RateLimit-Remaining, X-RateLimit-Reset");
  }

  private note(request: IncomingMessage, method: string, body: unknown): Asked {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const asked = { method, path: pathname, query: Object.fromEntries(searchParams), headers: request.headers, body };
    this.requests.push(asked);
    return asked;
  }
}

async function json(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
