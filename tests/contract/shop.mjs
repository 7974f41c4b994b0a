// @ts-check
// A scenario through the official client, most often the shop: finding things in it, and waiting for what they come to.

import { Official, fits } from './official.mjs';
import { serve } from './server.mjs';

/** The kinds of services, by the word the official client has for them. */
export const KINDS = ['Application', 'Container', 'Database', 'Job', 'Helm'];
/** How a sentence calls one of a kind. @param {string} kind */
export const one = (kind) =>
  kind === 'Application' ? 'an application' : kind === 'Helm' ? 'a Helm chart' : `a ${kind.toLowerCase()}`;
/** Those that have a restart. */
export const RESTARTABLE = ['Application', 'Container', 'Database'];

/** The member that a service's kind has in the union of what services are deployed from. */
const DETAILS = new Map([
  ['APPLICATION', 'DeploymentHistoryServiceDetailsOneOf'],
  ['CONTAINER', 'DeploymentHistoryServiceDetailsOneOf1'],
  ['JOB', 'DeploymentHistoryServiceDetailsOneOf2'],
  ['HELM', 'DeploymentHistoryServiceDetailsOneOf3'],
]);

/** Names of states that end a deployment: the official command-line client takes these for final. */
const FINAL = /^(READY|DEPLOYED|RESTARTED|STOPPED|DELETED|CANCELED|.*ERROR)$/;
/** @param {{ state: string }} status */
export const over = ({ state }) => FINAL.test(state);

/** The word for a service's kind. @param {any} service */
export const kindOf = (service) => service.service_type[0] + service.service_type.slice(1).toLowerCase();

/** The repository of a git service. @param {any} service */
export const repositoryOf = (service) => service.git_repository ?? service.source?.docker?.git_repository;

/**
 * A shop of its own for a test, or what else is asked for.
 * @param {import('node:test').TestContext} test @param {{ scenario?: string, speed?: number }} [options]
 */
export async function open(test, options) {
  const { address } = await serve(test, options);
  return Shop.at(new Official(address));
}

/** One organization, one project, its environments. */
export class Shop {
  /** @param {Official} api @param {any} organization @param {any} project @param {any[]} environments */
  constructor(api, organization, project, environments) {
    this.api = api;
    this.organization = organization;
    this.project = project;
    this.environments = environments;
    /** The one that everything is deployed in. */
    this.production = environments[0]?.id;
  }

  /** @param {Official} api */
  static async at(api) {
    const [organization] = (await api.check('listOrganization')).results;
    const [project] = (await api.check('listProject', organization.id)).results;
    const { results } = await api.check('listEnvironment', project.id);
    return new Shop(api, organization, project, results);
  }

  /** @param {string} [environment] @returns {Promise<any[]>} */
  async services(environment = this.production) {
    return (await this.api.check('listServicesByEnvironmentId', environment)).results;
  }

  /** The first service of a kind. @param {string} kind @param {(service: any) => boolean} [also] */
  async service(kind, also = () => true) {
    const found = (await this.services()).find((service) => kindOf(service) === kind && also(service));
    if (!found) throw new Error(`the shop has no ${kind} like this`);
    return found;
  }

  /** Everything that tells of an environment's deployments, read once. @param {string} [environment] */
  async watch(environment = this.production) {
    const { api } = this;
    await api.check('getEnvironmentStatuses', environment);
    await api.check('getEnvironmentStatusesWithStages', environment);
    await api.check('getProjectEnvironmentsStatus', this.project.id);
    await api.check('getProjectEnvironmentsOverview', this.project.id);
    await api.check('listDeploymentRequestByEnvironmentId', environment);
    await this.history(environment);
    await api.check('listEnvironmentLogs', environment);
  }

  /**
   * The deployments of an environment, newest first. What a service was deployed from is a union there in which one
   * member demands nothing, so that everything fits: it is judged by the service's kind here.
   * @param {string} [environment] @param {number} [size] @returns {Promise<any[]>}
   */
  async history(environment = this.production, size) {
    const { results } = await this.api.check('listEnvironmentDeploymentHistoryV2', environment, size);
    const inside = (/** @type {string} */ name) => (/** @type {any} */ of) => of[name];
    for (const { identifier, details } of results.flatMap(inside('stages')).flatMap(inside('services'))) {
      const type = DETAILS.get(identifier.service_type);
      if (type) fits(`how ${identifier.name} was deployed`, type, details);
    }
    return results;
  }

  /** Watches until the environment's deployment is over; returns its status then. @param {string} [environment] */
  async settled(environment = this.production) {
    await this.watch(environment);
    const nothingWaits = (/** @type {any} */ { results }) => results.length === 0;
    await this.api.until(nothingWaits, 'listDeploymentRequestByEnvironmentId', environment);
    const status = await this.api.until(over, 'getEnvironmentStatus', environment);
    await this.watch(environment);
    return status;
  }

  /** The versions a service can be deployed in, newest first. @param {any} service @returns {Promise<string[]>} */
  async versions(service) {
    const { api, organization } = this;
    if (repositoryOf(service)) {
      const { results } = await api.check(`list${kindOf(service)}Commit`, service.id);
      return results.map((/** @type {any} */ commit) => commit.git_commit_id);
    }
    const chart = service.source?.repository;
    if (chart) {
      const { results } = await api.check('getHelmCharts', organization.id, chart.repository.id, chart.chart_name);
      return results[0].versions;
    }
    const image = service.source?.image ?? service;
    const { results } = await api.check('getContainerVersions', organization.id, image.registry.id, image.image_name);
    return results[0].versions;
  }
}
