// What each reading call of the contract answers. Paths of anybody's own are not here.
import { charts, commits, images } from "./fixtures/versions";
import { BORN, id, type Wire } from "./fixtures/shape";
import * as history from "./history";
import { environmentStatus, serviceStatus, statuses, statusesWithStages } from "./statuses";
import { type Environment, type Service, servicesOf, type World } from "./world";

/** A call that came in, as the answers need it. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

export interface Answer {
  status: number;
  /** `undefined`: none. */
  body?: unknown;
}

export const refusal = (status: number, error: string, detail: string): Answer => ({
  status,
  body: { status, error, detail },
});

export const notFound = (): Answer => refusal(404, "Not Found", "There is no such resource, or the token does not see it.");

const ok = (body: unknown): Answer => ({ status: 200, body });
const list = (results: unknown[]): Answer => ok({ results });

/** Answers a reading call; `undefined`: there is none like this. */
export function read(world: World, call: Call): Answer | undefined {
  const [first, name = "", ...rest] = call.path.split("/").slice(1);
  switch (first) {
    case "organization":
      return ofOrganization(world, name, rest, call.query);
    case "project":
      return ofProject(world, name, rest.join("/"));
    case "environment":
      return ofEnvironment(world, name, rest.join("/"), call.query);
    default:
      return ofService(world, first ?? "", name, rest.join("/"));
  }
}

function ofOrganization(world: World, wanted: string, rest: string[], query: URLSearchParams): Answer | undefined {
  if (wanted === "") return list(world.organizations.map(({ wire }) => wire));
  const organization = world.organizations.find(({ wire }) => wire.id === wanted);
  const [what, repository, versions] = rest;
  if (what === "project") return organization && list(organization.projects.map(({ wire }) => wire));
  const known = organization && (repository === id("cedar/registry") || repository === id("cedar/charts"));
  if (!known) return undefined;
  if (what === "containerRegistry" && versions === "images") return list(images(query.get("imageName") ?? ""));
  if (what === "helmRepository" && versions === "charts") return list(charts(query.get("chartName") ?? ""));
  return undefined;
}

function ofProject(world: World, wanted: string, what: string): Answer | undefined {
  const projects = world.organizations.flatMap(({ projects }) => projects);
  const project = projects.find(({ wire }) => wire.id === wanted);
  if (!project) return undefined;
  const { environments } = project;
  switch (what) {
    case "environment":
      return list(environments.map(({ wire }) => wire));
    case "environment/status":
      return list(environments.map(environmentStatus));
    case "environment/overview":
      return list(environments.map(overview));
    default:
      return undefined;
  }
}

function overview(environment: Environment): Wire {
  const { id, created_at, name, mode, cluster_id } = environment.wire;
  const { provider } = environment.wire.cloud_provider as Wire;
  return {
    id,
    created_at,
    updated_at: created_at,
    name,
    mode,
    cluster: { id: cluster_id, name: "Main", cloud_provider: provider, is_demo: false },
    services_overview: { service_count: servicesOf(environment).length, managed_by: "QOVERY" },
    deployment_status: environment.history.length === 0 ? null : environmentStatus(environment),
  };
}

function ofEnvironment(world: World, wanted: string, what: string, query: URLSearchParams): Answer | undefined {
  const environment = world.environment(wanted);
  if (!environment) return undefined;
  switch (what) {
    case "":
      return ok(environment.wire);
    case "status":
      return ok(environmentStatus(environment));
    case "statuses":
      return ok(statuses(environment));
    case "statusesWithStages":
      return ok(statusesWithStages(environment));
    case "services":
      return list(servicesOf(environment).map(({ wire }) => wire));
    case "deploymentStage":
      return list(environment.stages.map((stage, order) => stageOf(environment, stage, order)));
    case "deploymentHistoryV2":
      return ok(history.history(environment, Number(query.get("pageSize") ?? 20), world.now));
    case "deploymentQueue":
      return ok(history.queue(environment));
    case "logs":
      return ok(history.logs(environment, query.get("version") ?? undefined));
    default:
      return undefined;
  }
}

function stageOf(environment: Environment, stage: { id: string; name: string; services: Service[] }, order: number): Wire {
  const services = stage.services.map((service) => ({
    id: id(`${stage.id}/${service.id}`),
    created_at: BORN,
    service_id: service.id,
    service_type: service.kind,
  }));
  return {
    id: stage.id,
    created_at: BORN,
    environment: { id: environment.id },
    name: stage.name,
    deployment_order: order + 1,
    services,
  };
}

function ofService(world: World, word: string, wanted: string, what: string): Answer | undefined {
  const found = world.service(wanted);
  if (found?.service.kind.toLowerCase() !== word) return undefined;
  const { service, environment } = found;
  switch (what) {
    case "":
      return ok(service.wire);
    case "status":
      return ok(serviceStatus(environment, service));
    case "commit":
      return isGit(service) ? list(commits(service.name, world.now)) : undefined;
    default:
      return undefined;
  }
}

const isGit = ({ kind, wire }: Service): boolean =>
  kind === "APPLICATION" || (kind === "JOB" && "docker" in (wire.source as Wire));
