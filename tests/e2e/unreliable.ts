// A network and a server that cannot be relied on: it stands between the page and an API, passes on what is asked, and does
// to it what it is told. A real server, so that the browser's own ways (connections that are used again, above all) are in it.
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request as ask, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What can go wrong, by the first word of what the demo calls it (src/client/loopback/trouble.rs). */
export type Trouble =
  | "Offline"
  | "Loses requests"
  | "Loses answers"
  | "Repeats itself"
  | "401"
  | "403"
  | "404"
  | "409"
  | "429"
  | "503"
  | "500"
  | "A web page"
  | "Cut off"
  | "A newer server";

/** In how many seconds more may be asked. */
export const RESET = 20;

interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

const REFUSALS: Partial<Record<Trouble, [number, string]>> = {
  "401": [401, "The token is missing or unknown."],
  "403": [403, "The token lacks the right."],
  "404": [404, "There is nothing like this here."],
  "409": [409, "The cluster is locked."],
  "429": [429, "The limit of this hour is reached."],
  "503": [503, ""],
  "500": [500, "Something went wrong here."],
};

export class Unreliable {
  /** Where what is asked for is passed on to, without a slash at its end. */
  target = "";
  /** Below this path of the target things go wrong; the rest is the console itself. */
  api = "/";
  /** What has come here for the API, as often as it came. */
  readonly requests: string[] = [];
  /** The keys of the actions among them: one for each that the page meant to send. */
  readonly keys = new Set<string>();
  /** Whether a connection is used for more than one request. */
  keepAlive = true;
  /** What is answered by path: written down, or given in place of what is true by now. */
  readonly old = { writes: false, gives: false, answers: new Map<string, Answer>() };
  private trouble: Trouble | null = null;
  private held: Promise<void> = Promise.resolve();
  private readonly sockets = new Set<Socket>();
  private readonly before = new Map<string, { last: Answer; older?: Answer }>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      // An API that breaks off is passed on too.
      this.pass(request, response).catch(() => request.socket.destroy());
    });
    // A live API's websockets: none get through, so that everything is asked for.
    this.server.on("upgrade", (_, socket: Socket) => socket.destroy());
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  static async start(): Promise<Unreliable> {
    const between = new Unreliable();
    await new Promise<void>((resolve) => between.server.listen(0, "127.0.0.1", resolve));
    return between;
  }

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Lets something go wrong from now on, or nothing. What streams is cut off where nothing gets through. */
  play(trouble: Trouble | null): void {
    this.trouble = trouble;
    this.before.clear();
    if (trouble === "Offline") for (const socket of this.sockets) socket.destroy();
  }

  /** Lets everything wait that comes from now on; what is returned lets it go. */
  hold(): () => void {
    let release = (): void => {};
    this.held = new Promise((resolve) => (release = resolve));
    return release;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "GET", url = "/" } = request;
    const acts = method === "POST" || method === "PUT";
    const asks = url.startsWith(this.api) && method !== "OPTIONS";
    if (asks) this.requests.push(`${method} ${url}`);
    if (asks && acts) this.keys.add(String(request.headers["idempotency-key"]));
    const trouble = asks ? this.trouble : null;
    if (asks) await this.held;
    if (trouble === "Offline" || trouble === "Loses requests") return void request.socket.destroy();
    if (!this.keepAlive) response.setHeader("Connection", "close");
    const done = !trouble || !REFUSALS[trouble] || trouble === "500" || (trouble === "409" && !acts);
    if (!done) return send(response, refused(trouble), method);
    const answered = await this.ask(request, Buffer.concat(chunks), response);
    // A stream, which is passed on as it comes.
    if (answered === null) return;
    const path = url.split("?")[0]!;
    const { writes, gives, answers } = this.old;
    if (asks && !acts && writes && !answers.has(path)) answers.set(path, answered);
    if (asks && !acts && gives && answers.has(path)) return send(response, answers.get(path)!, method);
    switch (trouble) {
      case "Loses answers":
        return void request.socket.destroy();
      case "500":
        return send(response, refused("500"), method);
      case "A web page":
        return send(response, { ...answered, body: Buffer.from("<!doctype html><title>Sign in</title>") }, method);
      case "Cut off":
        // Its length is told in full: the connection breaks in the middle.
        response.writeHead(answered.status, { ...answered.headers, "content-length": `${answered.body.length || 2}` });
        response.write(answered.body.subarray(0, answered.body.length / 2));
        return void setImmediate(() => request.socket.destroy());
      case "A newer server": {
        const body = answered.body.toString().replaceAll('"state":"DEPLOYED"', '"novelty":{"since":2},"state":"FROZEN"');
        return send(response, { ...answered, body: Buffer.from(body) }, method);
      }
      case "Repeats itself":
        return send(response, acts ? answered : this.repeated(path, answered), method);
      default:
        return send(response, answered, method);
    }
  }

  /** In turns the answer itself, and that of the time before the last. */
  private repeated(path: string, answer: Answer): Answer {
    const known = this.before.get(path);
    if (known?.older) {
      const { older } = known;
      delete known.older;
      return older;
    }
    this.before.set(path, known ? { last: answer, older: known.last } : { last: answer });
    return answer;
  }

  /** Asks the API; `null`: what it says goes on and on, and is passed on as it comes. */
  private ask(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<Answer | null> {
    // Whole answers, in plain bytes: there is something in them that can go wrong.
    const { host: _, connection: __, "accept-encoding": ___, "if-none-match": ____, ...headers } = request.headers;
    return new Promise((resolve, reject) => {
      const asked = ask(`${this.target}${request.url}`, { method: request.method, headers, agent: false }, (answer) => {
        const { connection: _, "transfer-encoding": __, ...own } = answer.headers;
        if (answer.headers["content-type"]?.startsWith("text/event-stream")) {
          response.writeHead(answer.statusCode!, own);
          answer.pipe(response);
          response.once("close", () => answer.destroy());
          return resolve(null);
        }
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => resolve({ status: answer.statusCode!, headers: own, body: Buffer.concat(chunks) }));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }
}

function refused(trouble: Trouble): Answer {
  const [status, detail] = REFUSALS[trouble]!;
  const body = Buffer.from(detail === "" ? "" : JSON.stringify({ status, detail }));
  const limit = { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": `${RESET}` };
  return { status, headers: { "Content-Type": "application/json", ...(trouble === "429" ? limit : {}) }, body };
}

function send(response: ServerResponse, { status, headers, body }: Answer, method: string): void {
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "content-length"));
  // As of an API that lets pages of every origin in, errors included.
  const open = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "X-RateLimit-Remaining, X-RateLimit-Reset, X-Playhead-Request, X-Playhead-Position",
  };
  response.writeHead(status, { ...open, ...own }).end(method === "HEAD" ? undefined : body);
}
