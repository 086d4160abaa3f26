import { v7 as uuid } from 'uuid';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { Domain } from '../../../src/domain/domain.ts';
import { actorOfCookie } from '../../harness/signed-in.ts';

/** A browser that nobody is signed in in. */
export const aVisit = { sessionCookie: undefined, userAgent: 'Firefox', address: '192.0.2.7' };

export interface OwnedOrganization {
  id: string;
  name: string;
  slug: string;
  operator: Actor;
}

export async function anOwnedOrganization(domain: Domain): Promise<OwnedOrganization> {
  const { id, name, slug } = await domain.organizations.create({ name: 'Acme', slug: `org-${uuid().slice(-12)}` });
  return { id, name, slug, operator: { kind: 'operator', organizationId: id } };
}

/** Somebody who is signed in: a new owner by a one-time link. */
export async function aSignedInOwner(domain: Domain, { operator }: OwnedOrganization, email = 'ada@acme.example') {
  const { secret, user } = await domain.oneTimeLinks.create(operator, { email, displayName: 'Ada' });
  const used = await domain.oneTimeLinks.use(secret, aVisit);
  if (used.kind !== 'signedIn') throw new Error(`The link was refused: ${used.reason}.`);
  const actor = await actorOfCookie({ domain }, used.cookie);
  if (!actor) throw new Error('The session opens nothing.');
  return { userId: user.id, cookie: used.cookie, actor };
}
