import { type JobOptions, ProvisioningJob } from '../../src/cli/simulate/entra/provisioning-job.ts';
import type { Tenant } from '../../src/cli/simulate/simulated-tenant.ts';
import { buildTenant } from '../../src/cli/simulate/tenant.ts';
import type { Person } from '../../src/cli/simulate/tenant-objects.ts';
import { type AnswerScript, RequestRecorder } from './request-recorder.ts';

const opened: { close(): unknown }[] = [];

/** Closes what the builders below have opened; for `afterEach`. */
export async function closeOpened(): Promise<void> {
  for (const resource of opened.splice(0).reverse()) await resource.close();
}

export async function aRecorder(script?: AnswerScript): Promise<RequestRecorder> {
  const recorder = await RequestRecorder.listen(script);
  opened.push(recorder);
  return recorder;
}

/** A job that sends to the recorder, one request at a time. */
export function aJob(recorder: RequestRecorder, tenant: Tenant, options: Partial<JobOptions> = {}): ProvisioningJob {
  const job = new ProvisioningJob({
    tenantUrl: recorder.tenantUrl,
    token: 'secret-token',
    tenant,
    concurrency: 1,
    retryPauseMs: 1,
    ...options,
  });
  opened.push(job);
  return job;
}

/** Ada and Grace with nothing but names and mail, so that whole bodies can be compared. */
export function aTenant(groups: { displayName: string; userPrincipalNames: string[] }[] = []): Tenant {
  const people = [
    { displayName: 'Ada Lovelace', userPrincipalName: 'ada@acme.example' },
    { displayName: "Grace O'Hopper", userPrincipalName: 'grace+navy@acme.example' },
  ];
  const tenant = buildTenant({ people, groups });
  for (const person of tenant.people) {
    for (const key of ['title', 'office', 'streetAddress', 'city', 'state', 'postalCode', 'country'] as const) {
      Reflect.deleteProperty(person, key);
    }
    for (const key of ['jobTitle', 'department', 'employeeId', 'telephoneNumber', 'mobile', 'preferredLanguage']) {
      Reflect.deleteProperty(person, key);
    }
    person.manager = undefined;
  }
  return tenant;
}

export function only(tenant: Tenant, userName: string): Person {
  const person = tenant.findPerson(userName);
  if (!person) throw new Error(`${userName} is not in the tenant`);
  return person;
}

export const patchOf = (...operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

/** Brings both people, their group and perhaps another one in, then forgets the requests made so far. */
export async function aProvisionedJob(
  options: Partial<JobOptions> = {},
  { script, otherGroup }: { script?: AnswerScript; otherGroup?: string[] } = {},
) {
  const recorder = await aRecorder(script);
  const tenant = aTenant([
    { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace+navy@acme.example'] },
    ...(otherGroup ? [{ displayName: 'Other', userPrincipalNames: otherGroup }] : []),
  ]);
  const job = aJob(recorder, tenant, options);
  await job.initialCycle();
  recorder.requests.length = 0;
  const ada = only(tenant, 'ada@acme.example');
  const grace = only(tenant, 'grace+navy@acme.example');
  const [group] = tenant.groups;
  const adaId = job.memory.userIds.get(ada);
  const graceId = job.memory.userIds.get(grace);
  if (!group || adaId === undefined || graceId === undefined) throw new Error('the tenant is incomplete');
  return { recorder, tenant, job, ada, grace, group, adaId, graceId };
}

export const scimError = (status: number, scimType?: string) => ({
  status,
  body: {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: `refused with ${status}`,
    ...(scimType === undefined ? {} : { scimType }),
  },
});
