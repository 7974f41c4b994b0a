// How things are doing, in the shapes of the official models: what is read, and what is pushed.
import { id, time, type Wire } from "./fixtures/shape";
import { together } from "./deployment";
import { type Environment, type Service, servicesOf } from "./world";

/** The list a kind is in. */
const LISTS: Record<string, string> = {
  APPLICATION: "applications",
  CONTAINER: "containers",
  JOB: "jobs",
  DATABASE: "databases",
  HELM: "helms",
  TERRAFORM: "terraforms",
};

const never = (state: string): boolean => state === "READY";

/** What was done last, and how it goes, from a state. */
export function details(state: string): Wire {
  const action = /^(STOP|RESTART)/.exec(state)?.[1] ?? "DEPLOY";
  if (never(state)) return { action: "UNKNOWN", status: "NEVER", sub_action: "NONE" };
  const status = state.endsWith("QUEUED")
    ? "QUEUED"
    : state.endsWith("ERROR")
      ? "ERROR"
      : state.startsWith("CANCEL")
        ? state
        : state.endsWith("ING")
          ? "ONGOING"
          : "SUCCESS";
  return { action, status, sub_action: "NONE" };
}

export function serviceStatus(environment: Environment, service: Service): Wire {
  const last = environment.history[0];
  const waiting = environment.queue.filter(({ services }) => services.includes(service));
  const part = last?.services.includes(service) ?? false;
  return {
    id: service.id,
    state: service.state,
    service_deployment_status: service.sync,
    // Both are missing for what was never deployed.
    ...(service.deployed === null ? {} : { last_deployment_date: time(service.deployed) }),
    ...(part && last ? { execution_id: last.id } : {}),
    is_part_last_deployment: part,
    status_details: details(service.state),
    deployment_request_id: waiting[0]?.id ?? null,
    deployment_requests_count: waiting.length,
    ...(service.kind === "DATABASE"
      ? {}
      : { steps: { total_duration_sec: null, total_computing_duration_sec: 0, details: [] } }),
  };
}

export function environmentStatus(environment: Environment): Wire {
  const services = servicesOf(environment);
  const last = environment.history[0];
  const outdated = services.some(({ sync }) => sync === "OUT_OF_DATE");
  return {
    id: environment.id,
    state: together(services.map(({ state }) => state)),
    last_deployment_state: last?.status ?? "READY",
    last_deployment_date: last ? time(last.ended ?? last.request.at) : null,
    last_deployment_id: last?.id ?? null,
    total_deployment_duration_in_seconds: last?.ended ? Math.round((last.ended - last.request.at) / 1000) : null,
    origin: last?.request.origin ?? null,
    triggered_by: last?.request.by ?? null,
    // Missing, not null, where nothing was ever deployed.
    ...(last ? { deployment_status: outdated ? "OUT_OF_DATE" : "UP_TO_DATE" } : {}),
    deployment_request_id: environment.queue[0]?.id ?? null,
  };
}

function lists(environment: Environment, services: Service[]): Wire {
  const all = Object.entries(LISTS).map(([kind, list]) => {
    const own = services.filter((service) => service.kind === kind);
    return [list, own.map((service) => serviceStatus(environment, service))];
  });
  return Object.fromEntries(all);
}

export function statuses(environment: Environment): Wire {
  return { environment: environmentStatus(environment), ...lists(environment, servicesOf(environment)) };
}

export function statusesWithStages(environment: Environment): Wire {
  const stages = environment.stages.map(({ id, name, services }) => ({
    ...lists(environment, services),
    stage: { id, name, description: "", status: stageStatus(services) },
  }));
  return { environment: environmentStatus(environment), stages };
}

function stageStatus(services: Service[]): string {
  const state = together(services.map(({ state }) => state));
  const { status } = details(state);
  return { QUEUED: "QUEUED", ONGOING: "ONGOING", ERROR: "ERROR", CANCELED: "CANCELED" }[String(status)] ?? "DONE";
}

/** The lists that are pushed, by kind. */
const PUSHED: Record<string, string> = { ...LISTS, TERRAFORM: "terraform" };

/** What the cluster tells of an environment: only of what it has something to tell. */
export function running(environment: Environment): Wire {
  const told = servicesOf(environment).filter(({ running }) => running !== null);
  const all = Object.entries(PUSHED).map(([kind, list]) => [list, told.filter((one) => one.kind === kind).map(runningOne)]);
  return {
    id: environment.id,
    project_id: (environment.wire.project as Wire).id,
    state: worst(told),
    ...Object.fromEntries(all),
    argocd_apps: [],
    agentic_workflows: [],
  };
}

const SEVERITY = ["ERROR", "WARNING", "STARTING", "STOPPING", "RUNNING", "COMPLETED"];

function worst(told: Service[]): string {
  return SEVERITY.find((state) => told.some(({ running }) => running === state)) ?? "STOPPED";
}

function runningOne(service: Service): Wire {
  const state = service.running;
  const pods = Array.from({ length: service.pods }, (_, place) => pod(service, place));
  const more: Record<string, Wire> = {
    DATABASE: {},
    TERRAFORM: { triggered_action: { action: "DEPLOY", sub_action: "NONE" } },
  };
  return { id: service.id, state, pods, ...(more[service.kind] ?? { certificates: [], scaled_object: null }) };
}

function pod(service: Service, place: number): Wire {
  const failed = service.running === "ERROR" || (service.running === "WARNING" && place === 0);
  const name = `${service.name}-${id(service.id).slice(0, 8)}-${place}`;
  const started = Math.floor((service.deployed ?? 0) / 1000) * 1000;
  return {
    name,
    state: failed ? "ERROR" : service.running === "THROTTLED" ? "RUNNING" : service.running,
    state_reason: failed ? "CrashLoopBackOff" : "",
    state_message: failed ? "back-off restarting failed container" : "",
    restart_count: failed ? 7 : 0,
    service_version: "",
    started_at: started,
    containers: [
      {
        name: service.name,
        image: "registry.example.com/cedar/image",
        restart_count: failed ? 7 : 0,
        current_state: failed ? null : { started_at: started, state: "RUNNING", state_reason: null },
        last_terminated_state: null,
      },
    ],
    last_events: [],
  };
}
