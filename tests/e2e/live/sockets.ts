// The product's websockets: the whole state when one opens, and again at every change.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Wire } from "./fixtures/shape";
import { running, statusesWithStages } from "./statuses";
import type { Environment, World } from "./world";

/** A policy was violated (RFC 6455, 7.4.1): here, nobody may listen with such a token, or without saying to what. */
const POLICY = 1008;

export class Sockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has("v1") ? "v1" : false),
  });
  private refused = false;
  private forbidden = false;
  private readonly pushes = new Map<WebSocket, () => void>();

  constructor(
    private readonly world: World,
    private readonly token: string,
  ) {}

  /** How many are open. */
  get open(): number {
    return this.pushes.size;
  }

  /** Takes a connection that asks to become a websocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.refused) {
      socket.end("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n");
      return;
    }
    this.server.handleUpgrade(request, socket, head, (opened) => this.listen(request, opened));
  }

  /** Tells everybody everything. */
  push(): void {
    for (const push of this.pushes.values()) push();
  }

  /** Breaks the connections, as a network does. */
  drop(): void {
    for (const socket of this.server.clients) socket.terminate();
  }

  refuse(on: boolean): void {
    this.refused = on;
  }

  /** Knows no token any more. */
  forbid(): void {
    this.forbidden = true;
    for (const socket of this.server.clients) socket.close(POLICY);
  }

  private listen(request: IncomingMessage, socket: WebSocket): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "ws://live");
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
    const known = offered.includes(`auth.bearer.${this.token}`) && !this.forbidden;
    if (!known) return socket.close(POLICY, "unknown token");
    if (!searchParams.has("organization") || !searchParams.has("cluster")) return socket.close(POLICY, "of which cluster?");
    const messages = {
      "/service/status": (all: Environment[]): Wire[] => [{ environments: all.map(running) }],
      // One message tells of one environment.
      "/deployment/status": (all: Environment[]): Wire[] => all.map(statusesWithStages),
    }[pathname];
    if (!messages) return socket.close(POLICY, "no such path");
    const push = (): void => {
      for (const message of messages(this.wanted(searchParams))) socket.send(JSON.stringify(message));
    };
    this.pushes.set(socket, push);
    socket.on("close", () => this.pushes.delete(socket));
    push();
  }

  private wanted(query: URLSearchParams): Environment[] {
    const wants = (name: string, value: unknown): boolean => (query.get(name) ?? value) === value;
    return this.world.environments.filter(
      ({ id, wire }) =>
        wants("environment", id) &&
        wants("project", (wire.project as Wire).id) &&
        wants("cluster", wire.cluster_id) &&
        wants("organization", (wire.organization as Wire).id),
    );
  }
}
