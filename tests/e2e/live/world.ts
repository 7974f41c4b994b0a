// The live side as it stands: what is deployed, what is in progress, what waits.
//
// Invariants: it has no timers and no chance; only `advance` moves what is in progress, one service by one state. Nothing
// here is the lifecycle's law: a live server may do otherwise, and the console has to stand it.
import { ESTATE, type EnvironmentScript, type Past, type Placed } from "./fixtures/estate";
import { id, type Wire } from "./fixtures/shape";
import { Deployment, type Request } from "./deployment";

/** What a test may change of a service. */
export interface Standing {
  /** Its deployment status. */
  state: string;
  /** Whether what runs is what is configured. */
  sync: string;
  /** Its running status as pushed; `null`: nothing is told of it. */
  running: string | null;
  /** How many pods are told of. */
  pods: number;
}

export interface Service extends Standing {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** As configured. */
  wire: Wire;
  /** The state that a canceled deployment gives back. */
  beneath: string;
  /** When its last deployment was, in milliseconds. */
  deployed: number | null;
}

export interface Environment {
  readonly id: string;
  readonly path: string;
  readonly wire: Wire;
  readonly stages: { id: string; name: string; services: Service[] }[];
  readonly whileBusy: "queue" | "refuse";
  /** The deployment that runs. */
  running: Deployment | null;
  /** First in, first out. */
  queue: Request[];
  /** Newest first. */
  history: Deployment[];
}

export interface Project {
  readonly wire: Wire;
  readonly environments: Environment[];
}

export interface Organization {
  readonly wire: Wire;
  readonly projects: Project[];
}

/** The state after each; what is not here stays as it is. */
const NEXT: Record<string, string> = {
  DEPLOYMENT_QUEUED: "DEPLOYING",
  BUILDING: "DEPLOYING",
  DEPLOYING: "DEPLOYED",
  STOP_QUEUED: "STOPPING",
  STOPPING: "STOPPED",
  RESTART_QUEUED: "RESTARTING",
  RESTARTING: "RESTARTED",
  CANCELING: "CANCELED",
};

export class World {
  readonly organizations: Organization[];
  private asked = 0;

  /** `now`: the time of the start, in milliseconds; each `advance` takes a second. */
  constructor(public now: number = Date.now()) {
    this.organizations = ESTATE.map((organization) => ({
      wire: organization.wire,
      projects: organization.projects.map((project) => ({
        wire: project.wire,
        environments: project.environments.map((script) => this.open(script)),
      })),
    }));
  }

  get environments(): Environment[] {
    return this.organizations.flatMap(({ projects }) => projects).flatMap(({ environments }) => environments);
  }

  environment(id: string): Environment | undefined {
    return this.environments.find((environment) => environment.id === id);
  }

  /** A service and where it is. */
  service(id: string): { service: Service; environment: Environment } | undefined {
    for (const environment of this.environments) {
      const service = servicesOf(environment).find((service) => service.id === id);
      if (service) return { service, environment };
    }
    return undefined;
  }

  /** A request that nobody has accepted yet. */
  request(action: string, services: Service[], by: string, origin: string): Request {
    this.asked += 1;
    return { id: id(`request/${this.asked}`), action, services, by, origin, at: this.now };
  }

  /** Takes a request: it begins, or it waits. */
  accept(environment: Environment, request: Request): void {
    if (environment.running) environment.queue.push(request);
    else this.begin(environment, request);
  }

  /** Cancels what runs: what has not begun gets back what it was; false: no deployment runs. */
  cancel(environment: Environment, force: boolean): boolean {
    const { running } = environment;
    if (running?.action !== "DEPLOY") return false;
    for (const service of running.services) {
      const executes = service.wire.job_type === "LIFECYCLE";
      if (service.state === "DEPLOYMENT_QUEUED") service.state = service.beneath;
      else if (/^(BUILDING|DEPLOYING)$/.test(service.state) && (force || !executes)) service.state = "CANCELING";
    }
    running.canceled = true;
    return true;
  }

  /** Takes a waiting request out of its queue; false: it does not wait. */
  takeBack(request: string): boolean {
    for (const environment of this.environments) {
      const waits = environment.queue.length;
      environment.queue = environment.queue.filter(({ id }) => id !== request);
      if (environment.queue.length < waits) return true;
    }
    return false;
  }

  /** Moves everything in progress by one step: in each environment one service, in the order of its stages. */
  advance(): void {
    this.now += 1000;
    for (const environment of this.environments) {
      const { running } = environment;
      if (!running) continue;
      const service = running.services.find(({ state }) => state in NEXT);
      if (service) this.step(service);
      if (running.services.every(({ state }) => !(state in NEXT))) this.end(environment, running);
    }
  }

  private step(service: Service): void {
    service.state = NEXT[service.state]!;
    if (service.state in NEXT) return;
    service.deployed = this.now;
    const stopped = service.state === "STOPPED";
    if (service.state !== "CANCELED") service.sync = "UP_TO_DATE";
    if (service.wire.mode === "MANAGED") return;
    service.running = stopped ? "STOPPED" : service.kind === "JOB" ? "COMPLETED" : "RUNNING";
    service.pods = stopped || service.kind === "JOB" ? 0 : Math.max(service.pods, 1);
  }

  private begin(environment: Environment, request: Request): void {
    const order = servicesOf(environment).filter((service) => request.services.includes(service));
    const running = new Deployment(environment.path, { ...request, services: order });
    // What was put up last is taken down first.
    if (request.action === "STOP") running.services.reverse();
    for (const service of running.services) {
      service.beneath = service.state;
      service.state = `${request.action === "DEPLOY" ? "DEPLOYMENT" : request.action}_QUEUED`;
    }
    environment.running = running;
    environment.history.unshift(running);
  }

  private end(environment: Environment, running: Deployment): void {
    running.close(this.now);
    environment.running = null;
    const next = environment.queue.shift();
    if (next) this.begin(environment, next);
  }

  private open(script: EnvironmentScript): Environment {
    const [organization, project, name] = script.path.split("/") as [string, string, string];
    const stages = Object.entries(script.stages).map(([stage, placed]) => ({
      id: id(`${script.path}/stage/${stage}`),
      name: stage,
      services: placed.map((one) => standing(one, script, this.now)),
    }));
    const services = stages.flatMap(({ services }) => services);
    const environment: Environment = {
      id: id(script.path),
      path: script.path,
      wire: {
        id: id(script.path),
        created_at: "2026-01-12T08:00:00Z",
        name,
        organization: { id: id(organization) },
        project: { id: id(`${organization}/${project}`) },
        cloud_provider: { provider: script.provider, cluster: "eu-west-3" },
        mode: script.mode,
        cluster_id: id(`${organization}/cluster`),
        // Not every answer names the cluster, nor says whether it ends.
        ...(name === "staging" ? { cluster_name: "Main", expires_at: null } : {}),
        ...(script.path === "cedar/backend/preview-17"
          ? { updated_at: "2026-02-03T09:00:00Z", last_updated_by: "Ada Example", expires_at: "2027-01-31T18:00:00Z" }
          : {}),
      },
      stages,
      whileBusy: script.whileBusy,
      running: null,
      queue: [],
      history: script.past.map((past, place) => this.past(script.path, past, place, services)),
    };
    if (script.running) {
      const busy = services.filter(({ state }) => state in NEXT);
      const { by, origin } = script.running;
      environment.running = new Deployment(script.path, this.request("DEPLOY", busy, by, origin));
      environment.history.unshift(environment.running);
    }
    if (script.waiting) {
      const { action, services: names, by } = script.waiting;
      const wanted = services.filter((service) => names.includes(service.name));
      environment.queue.push(this.request(action, wanted, by, "CONSOLE"));
    }
    return environment;
  }

  private past(path: string, past: Past, place: number, services: Service[]): Deployment {
    const at = this.now - past.minutesAgo * 60_000;
    const request = { id: id(`${path}/past/${place}`), action: past.action, services, by: past.by, origin: past.origin, at };
    const deployment = new Deployment(path, request);
    deployment.closeAs(past.status, at + 83_000, past.except);
    return deployment;
  }
}

/** All services of an environment, in the order of its stages. */
export function servicesOf(environment: Environment): Service[] {
  return environment.stages.flatMap(({ services }) => services);
}

function standing(placed: Placed, script: EnvironmentScript, now: number): Service {
  const wire = placed.make(script.path);
  const never = placed.state === "READY";
  const { state, running, pods, sync = "UP_TO_DATE" } = placed;
  return {
    id: String(wire.id),
    name: String(wire.name),
    kind: String(wire.service_type),
    wire,
    state,
    beneath: state in NEXT ? "DEPLOYED" : state,
    sync,
    running,
    pods,
    deployed: never ? null : now - (script.past[0]?.minutesAgo ?? 0) * 60_000,
  };
}
