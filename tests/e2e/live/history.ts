// Deployments of the past, requests that wait and what was logged, in the shapes of the official models.
import { time, type Wire } from "./fixtures/shape";
import type { Deployment, Request } from "./deployment";
import { commits } from "./fixtures/versions";
import { details } from "./statuses";
import type { Environment, Service } from "./world";

const duration = (from: number, to: number): string => `PT${Math.max(0, Math.round((to - from) / 1000))}S`;

const identifier = ({ name, id, kind }: Service): Wire => ({ name, service_id: id, service_type: kind });

/** The deployments of an environment, newest first. */
export function history(environment: Environment, size: number, now: number): Wire {
  const results = environment.history.slice(0, size).map((deployment) => recorded(environment, deployment, now));
  return { page: 1, page_size: size, results };
}

function recorded(environment: Environment, deployment: Deployment, now: number): Wire {
  const { request, status } = deployment;
  const took = duration(request.at, deployment.ended ?? now);
  const asked: Wire = {
    created_at: time(request.at),
    updated_at: time(deployment.ended ?? now),
    triggered_by: request.by,
    // Missing where nobody recorded it.
    ...(request.origin === undefined ? {} : { origin: request.origin }),
  };
  const stages = environment.stages.map(({ name, services }) => {
    const part = services.filter((service) => request.services.includes(service));
    return {
      name,
      status: part.length === 0 ? "SKIPPED" : deployment.ended === null ? "ONGOING" : "DONE",
      duration: took,
      services: part.map((service) => ({
        identifier: { ...identifier(service), execution_id: deployment.id },
        status: deployment.stateOf(service),
        auditing_data: asked,
        details: deployedFrom(service, now),
        status_details: details(deployment.stateOf(service)),
        icon_uri: service.wire.icon_uri,
        total_duration: took,
      })),
    };
  });
  return {
    identifier: { execution_id: deployment.id, environment_id: environment.id },
    auditing_data: asked,
    status,
    trigger_action: request.action,
    action_status: details(status).status,
    total_duration: took,
    stages,
  };
}

/** What a service was deployed from: each kind has its own shape, and some have nothing to say. */
function deployedFrom({ kind, name, wire }: Service, now: number): Wire {
  const commit = commits(name, now)[1];
  switch (kind) {
    case "APPLICATION":
      return { commit, build_pod_name: "" };
    case "CONTAINER":
      return { image_name: wire.image_name, tag: wire.tag, arguments: [] };
    case "JOB": {
      const source = wire.source as { image?: Wire };
      const { image_name = name, tag = "" } = source.image ?? {};
      return { image_name, tag, job_type: wire.job_type, ...(source.image ? { build_pod_name: null } : { commit }) };
    }
    case "HELM":
      return { commit: null, repository: { chart_name: name, chart_version: "5.1.2" } };
    default:
      return {};
  }
}

/** The requests that wait, first in first out. */
export function queue(environment: Environment): Wire {
  return { results: environment.queue.map((request) => waiting(environment, request)) };
}

function waiting(environment: Environment, request: Request): Wire {
  const stages = environment.stages.map(({ name, services }) => {
    const part = services.filter((service) => request.services.includes(service));
    return {
      name,
      status: part.length === 0 ? "SKIPPED" : "QUEUED",
      services: part.map((service) => ({ identifier: identifier(service), status: "QUEUED" })),
    };
  });
  return {
    identifier: { deployment_request_id: request.id, environment_id: environment.id },
    auditing_data: { triggered_by: request.by, ...(request.origin === undefined ? {} : { origin: request.origin }) },
    trigger_action: request.action,
    stages,
  };
}

/** What was logged in a deployment, or in the last: a bare list. */
export function logs(environment: Environment, execution: string | undefined): Wire[] {
  const deployment = environment.history.find(({ id }) => id === execution || execution === undefined);
  if (!deployment) return [];
  const line = (seconds: number, type: string, transmitter: Wire, step: string, more: Wire): Wire => ({
    type,
    timestamp: time(deployment.request.at + seconds * 1000),
    details: { execution_id: deployment.id, transmitter, stage: { step, id: null, name: null } },
    ...more,
  });
  const whole: Wire = { id: environment.id, name: String(environment.wire.name), type: "Environment" };
  const said = (safe_message: string): Wire => ({ message: { safe_message }, error: null });
  const lines = deployment.services.map((service, place) => {
    const one: Wire = { id: service.id, name: service.name, type: service.kind };
    const state = deployment.stateOf(service);
    if (!state.endsWith("ERROR")) return line(place + 1, "INFO", one, "Deploy", said(`${service.name}: ${state}`));
    const error = { user_log_message: `${service.name} did not become ready`, hint_message: "Look at its readiness probe" };
    return line(place + 1, "ERROR", one, "Deploy", { message: null, error });
  });
  return [line(0, "INFO", whole, "Start", said("Deployment begins")), ...lines];
}
