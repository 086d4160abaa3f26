import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { describeActor } from '../actors/actor.ts';
import { type CredentialHasher, createCredential, hintOf, readCredential } from '../actors/credential.ts';
import { isScope, type Scope, scopesOf, scopeText } from '../actors/scope.ts';
import type { Clock } from '../clock.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { Refusal, RefusalReason } from '../events/refused-call.entity.ts';
import type { RefusedCallLog } from '../events/refused-call-log.ts';
import type { ClientBySecret, IdentityByClientId } from './access-tokens.store.ts';
import * as store from './access-tokens.store.ts';
import type { AssertionProblem, VerifyAssertion } from './workload-assertion.ts';

/** What every request for an access token says, whoever asks. */
export interface AccessTokenRequest {
  clientId: string;
  /** As OAuth spells it; undefined asks for all that the client may have. */
  scope: string | undefined;
  /** Whether what the token shall be for (RFC 8707) is the directory, which is the only thing it can be for. */
  isFor: (directoryId: string) => boolean;
  /** Where the request came from, for the admin who reads of its refusal. */
  address: string;
}

export type AccessTokenAnswer =
  | { kind: 'issued'; accessToken: string; scopes: Scope[]; livesSeconds: number }
  /** The client did not prove who it is. */
  | { kind: 'clientInvalid' }
  | { kind: 'scopeInvalid' }
  | { kind: 'targetInvalid' }
  /** Nobody can tell at the moment, because the issuer of the assertion does not show its keys. */
  | { kind: 'unavailable' };

/** Entra and Microsoft's gallery take 60 minutes to six hours. */
const LIVES_SECONDS = 3600;
/** For how long the log can still say that it was an access token which has ended. */
const KEPT_MILLISECONDS = 86_400_000;
/** Stands for all that the client may have: Entra asks for it. */
const EVERY_SCOPE = 'scim';

interface Grant {
  directoryId: string;
  scope: string;
  secretId?: string;
  identityId?: string;
}

/**
 * The access tokens that identity providers ask for, each for an hour and one directory, kept beside the long-lived SCIM tokens
 * and read like them. Whoever is refused learns nothing but that; the directory's admin reads why.
 */
export class AccessTokens {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #hasher: CredentialHasher;
  readonly #refusedCalls: Pick<RefusedCallLog, 'countTokenRequest'>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    hasher: CredentialHasher;
    refusedCalls: Pick<RefusedCallLog, 'countTokenRequest'>;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#hasher = parts.hasher;
    this.#refusedCalls = parts.refusedCalls;
  }

  /** For a client that shows one of its secrets (RFC 6749 §4.4). */
  async issueForSecret(request: AccessTokenRequest & { clientSecret: string }): Promise<AccessTokenAnswer> {
    const organizationId = organizationOf(request.clientId);
    if (organizationId === undefined) return { kind: 'clientInvalid' };
    const { clientId, clientSecret } = request;
    // What nobody was ever handed is neither hashed nor remembered.
    const secret = readCredential(clientSecret);
    const isOwnKind = secret?.kind === 'clientSecret' && secret.organizationId === organizationId;
    const hmac = isOwnKind ? this.#hasher.hmacOf(clientSecret) : '';
    const [client] = await this.#database.run(organizationId, store.clientBySecret, clientId, hmac);
    if (!client) return { kind: 'clientInvalid' };
    const at = this.#clock();
    const refuse = this.#refuser({ organizationId, directoryId: client.directoryId, request });
    const reason = reasonAgainst(client, at);
    if (reason) return refuse({ kind: 'clientInvalid' }, { reason, tokenHint: client.hint, detail: null });
    const { directoryId, scope, secretId, hint } = client;
    return this.#issue(organizationId, request, { directoryId, scope }, refuse, async (transaction) => {
      const [used] = await transaction.rows(store.useSecret, secretId, at);
      return used ? { secretId: used.id } : { reason: 'clientSecretRevoked', tokenHint: hint, detail: null };
    });
  }

  /** For a workload identity that shows an assertion (RFC 7523 §2.2), each of which is good for one token. */
  async issueForAssertion(
    request: AccessTokenRequest & { assertion: string },
    verify: VerifyAssertion,
  ): Promise<AccessTokenAnswer> {
    const organizationId = organizationOf(request.clientId);
    if (organizationId === undefined) return { kind: 'clientInvalid' };
    const [identity] = await this.#database.run(organizationId, store.identityByClientId, request.clientId);
    if (!identity) return { kind: 'clientInvalid' };
    const { directoryId, scope } = identity;
    const refuse = this.#refuser({ organizationId, directoryId, request });
    const reason = reasonAgainstIdentity(identity);
    if (reason) return refuse({ kind: 'clientInvalid' }, { reason, tokenHint: null, detail: null });
    const assertion = await verify(request.assertion, identity);
    if ('problem' in assertion) {
      const kind = assertion.problem === 'keys' ? 'unavailable' : 'clientInvalid';
      return refuse({ kind }, assertionRefused(assertion.problem));
    }
    return this.#issue(organizationId, request, { directoryId, scope }, refuse, async (transaction) => {
      const { issuer, tenantId, audience, subject, authorizedParty } = identity;
      const key = createHash('sha256').update(`${issuer} ${assertion.id}`).digest('base64url');
      const [first] = await transaction.rows(store.insertUsedAssertion, key, assertion.expiresAt);
      if (!first) return assertionRefused('replay');
      const expected = [issuer, tenantId, audience, subject, authorizedParty];
      const [used] = await transaction.rows(store.useIdentity, identity.id, this.#clock(), ...expected);
      return used ? { identityId: used.id } : { reason: 'clientDeleted', tokenHint: null, detail: null };
    });
  }

  /** Forgets access tokens that ended a day ago and assertions that would be refused for their age. */
  async forgetEnded(transaction: OrganizationTransaction): Promise<void> {
    const at = this.#clock();
    await transaction.rows(store.deleteEndedTokens, new Date(at.getTime() - KEPT_MILLISECONDS));
    await transaction.rows(store.deleteEndedAssertions, at);
  }

  async #issue(
    organizationId: string,
    request: AccessTokenRequest,
    client: { directoryId: string; scope: string },
    refuse: Refuse,
    prove: (transaction: OrganizationTransaction) => Promise<Pick<Grant, 'secretId' | 'identityId'> | Refusal>,
  ): Promise<AccessTokenAnswer> {
    const scopes = grantedScopes(request.scope, scopesOf(client.scope));
    if (!scopes) return refuse({ kind: 'scopeInvalid' }, { reason: 'scopeRefused', tokenHint: null, detail: null });
    if (!request.isFor(client.directoryId)) return { kind: 'targetInvalid' };
    const made = await this.#database.transaction(organizationId, async (transaction) => {
      const proof = await prove(transaction);
      if ('reason' in proof) return proof;
      const grant = { directoryId: client.directoryId, scope: scopeText(scopes), ...proof };
      return this.#insert(transaction, scopes, grant);
    });
    if (typeof made !== 'string') return refuse({ kind: 'clientInvalid' }, made);
    return { kind: 'issued', accessToken: made, scopes, livesSeconds: LIVES_SECONDS };
  }

  async #insert(transaction: OrganizationTransaction, scopes: Scope[], grant: Grant): Promise<string> {
    const { organizationId } = transaction;
    const { directoryId, scope, secretId = null, identityId = null } = grant;
    const accessToken = createCredential('scimToken', organizationId);
    const id = uuid();
    const at = this.#clock();
    const expiresAt = new Date(at.getTime() + LIVES_SECONDS * 1000);
    const actor: Actor = { kind: 'directory', organizationId, directoryId, tokenId: id, scopes: new Set(scopes) };
    const hint = hintOf(accessToken);
    const made = [hint, JSON.stringify(describeActor(actor)), at, expiresAt];
    const hmac = this.#hasher.hmacOf(accessToken);
    await transaction.rows(store.insertAccessToken, id, directoryId, scope, secretId, identityId, hmac, ...made);
    const data = {
      directoryId,
      hint,
      scope,
      expiresAt,
      ...(secretId ? { oauthClientSecretId: secretId } : { identityId }),
    };
    await recordEvent(transaction, actor, { type: 'accessTokenIssued', subjectId: id, data, at });
    return accessToken;
  }

  #refuser(at: { organizationId: string; directoryId: string; request: AccessTokenRequest }): Refuse {
    return (answer, refusal) => {
      const { organizationId, directoryId, request } = at;
      this.#refusedCalls.countTokenRequest(organizationId, { directoryId, refusal, address: request.address });
      return answer;
    };
  }
}

type Refuse = (answer: AccessTokenAnswer, refusal: Refusal) => AccessTokenAnswer;

/** A client id names its organization, and nothing more: it proves nothing. */
function organizationOf(clientId: string): string | undefined {
  const named = readCredential(clientId);
  return named?.kind === 'clientId' ? named.organizationId : undefined;
}

function reasonAgainst(client: ClientBySecret, now: Date): RefusalReason | undefined {
  if (client.directoryStatus === 'retired') return 'directoryRetired';
  if (client.deletedAt) return 'clientDeleted';
  if (client.secretId === null) return 'clientSecretUnknown';
  if (client.revokedAt) return 'clientSecretRevoked';
  return client.expiresAt && client.expiresAt > now ? undefined : 'clientSecretExpired';
}

function reasonAgainstIdentity(identity: IdentityByClientId): RefusalReason | undefined {
  if (identity.directoryStatus === 'retired') return 'directoryRetired';
  return identity.removedAt ? 'clientDeleted' : undefined;
}

function assertionRefused(problem: AssertionProblem): Refusal {
  return { reason: 'assertionRefused', tokenHint: null, detail: problem };
}

/** Undefined for a scope that is unknown or more than the client may have (RFC 6749 §3.3, §5.2). */
function grantedScopes(text: string | undefined, held: ReadonlySet<Scope>): Scope[] | undefined {
  const asked = new Set(text?.split(' ') ?? [EVERY_SCOPE]);
  if (asked.delete(EVERY_SCOPE)) for (const scope of held) asked.add(scope);
  const isAllowed = [...asked].every((scope) => isScope(scope) && held.has(scope));
  return isAllowed ? [...held].filter((scope) => asked.has(scope)) : undefined;
}
