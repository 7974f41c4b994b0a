// What each acting call of the contract does to the world, and answers.
import type { Wire } from "./fixtures/shape";
import { type Answer, type Call, notFound, refusal } from "./reading";
import { environmentStatus, serviceStatus } from "./statuses";
import { type Environment, type Service, servicesOf, type World } from "./world";

/** What a path asks for: all of them end in one of these. */
const VERBS: Record<string, string> = { deploy: "DEPLOY", redeploy: "DEPLOY", stop: "STOP", "restart-service": "RESTART" };

/** Does what an acting call asks for; `undefined`: there is none like this. */
export function act(world: World, call: Call): Answer | undefined {
  const [word = "", wanted = "", ...rest] = call.path.split("/").slice(1);
  const what = rest.join("/");
  if (call.method === "PUT") return what === "" ? configure(world, word, wanted, call.body) : undefined;
  if (word === "deploymentQueue" && what === "cancelDeployment") {
    return world.takeBack(wanted) ? { status: 202 } : notFound();
  }
  if (word === "environment") {
    const environment = world.environment(wanted);
    if (!environment) return undefined;
    if (what === "cancelDeployment") return cancel(world, environment, call.body);
    const subset = rest.length === 2 && rest[0] === "service";
    return onEnvironment(world, environment, rest[subset ? 1 : 0] ?? "", subset ? wire(call.body) : undefined);
  }
  const found = world.service(wanted);
  const action = VERBS[what];
  if (found?.service.kind.toLowerCase() !== word || !action) return undefined;
  const { service, environment } = found;
  return (
    asked(world, environment, action, [service], wire(call.body)) ?? {
      status: 202,
      body: serviceStatus(environment, service),
    }
  );
}

const wire = (body: unknown): Wire => (typeof body === "object" && body !== null ? (body as Wire) : {});

function onEnvironment(world: World, environment: Environment, verb: string, subset: Wire | undefined): Answer | undefined {
  const action = VERBS[verb];
  if (!action || (verb === "restart-service" && !subset)) return undefined;
  const services = subset ? named(environment, subset) : servicesOf(environment);
  if (services.length === 0) return refusal(400, "Bad Request", "No service of this environment is named.");
  const refused = asked(world, environment, action, services, {});
  if (refused) return refused;
  if (subset && verb === "stop") return { status: 200 };
  // The models call the answer of some of these a service's status.
  const asService = { ...serviceStatus(environment, services[0]!), ...environmentStatus(environment) };
  return { status: 202, body: asService };
}

/** The services that a body names: ids, or objects with one. */
function named(environment: Environment, body: Wire): Service[] {
  const items = Object.values(body).flat() as (string | Wire)[];
  const ids = items.map((item) => (typeof item === "string" ? item : (item.application_id ?? item.id)));
  return servicesOf(environment).filter(({ id }) => ids.includes(id));
}

/** Has the world take an action; answers a refusal, if it refuses. */
function asked(world: World, environment: Environment, action: string, services: Service[], body: Wire): Answer | undefined {
  if (environment.running && environment.whileBusy === "refuse") {
    return refusal(409, "Conflict", "A deployment of this environment is already in progress.");
  }
  const [service] = services;
  if (service && typeof body.image_tag === "string" && "tag" in service.wire) {
    service.wire = { ...service.wire, tag: body.image_tag };
  }
  world.accept(environment, world.request(action, services, "api token", "API"));
  return undefined;
}

function cancel(world: World, environment: Environment, body: unknown): Answer {
  if (!world.cancel(environment, wire(body).force_cancel === true)) {
    return refusal(409, "Conflict", "There is no deployment to cancel.");
  }
  return { status: 202, body: environmentStatus(environment) };
}

function configure(world: World, word: string, wanted: string, body: unknown): Answer | undefined {
  const found = world.service(wanted);
  if (found?.service.kind.toLowerCase() !== word) return undefined;
  const { service } = found;
  const { id, created_at, environment, service_type } = service.wire;
  service.wire = { ...service.wire, ...wire(body), id, created_at, environment, service_type };
  service.sync = "OUT_OF_DATE";
  return { status: 200, body: service.wire };
}
