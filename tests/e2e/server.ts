// A native server of its own for a test: started, killed and started again on the same port and data.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** `cargo xtask test` builds it and says where it is. */
const PROGRAM = process.env.PLAYHEAD_PROGRAM ?? "../../target/debug/playhead";
const CONSOLE = process.env.PLAYHEAD_CONSOLE ?? "../../dist";

export class Server {
  readonly data = mkdtempSync(join(tmpdir(), "playhead-e2e-"));
  /** With a slash at its end. */
  address = "";
  private process: ChildProcess | undefined;

  /** What else stands in its environment. */
  environment: Record<string, string> = {};

  /** Starts it, on the port it had if it had one. */
  async start(...more: string[]): Promise<void> {
    const port = this.address === "" ? "0" : new URL(this.address).port;
    const args = ["serve", "--console", CONSOLE, "--data", this.data, "--port", port, ...more];
    this.process = spawn(PROGRAM, args, {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, ...this.environment },
    });
    for await (const line of createInterface({ input: this.process.stdout! })) {
      this.address = /http:\S+/.exec(line)?.[0] ?? "";
      if (this.address !== "") break;
    }
    if (this.address === "") throw new Error(`${PROGRAM} did not start`);
    // What else it says has somewhere to go.
    this.process.stdout!.resume();
  }

  /** Ends it as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    const gone = this.process;
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return;
    const exited = new Promise((resolve) => gone.once("exit", resolve));
    gone.kill("SIGKILL");
    await exited;
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Makes a token, as a person would on the server's machine. */
  token(name: string, scope: "read" | "act"): string {
    return execFileSync(PROGRAM, ["token", "create", name, "--scope", scope, "--data", this.data], {
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
    }).trim();
  }

  /** Asks the API beside the page, as another client would. */
  async api(method: string, path: string, body?: string): Promise<Response> {
    const json = body === undefined ? {} : { body, headers: { "Content-Type": "application/json" } };
    return fetch(`${this.address}api/${path}`, { method, ...json });
  }
}
