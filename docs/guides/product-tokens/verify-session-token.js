import { createRemoteJWKSet, jwtVerify } from 'jose';

/**
 * Makes the function by which a back end knows who asks: it takes the token of a request and answers what it says, or
 * throws. `issuer` is where Rollcall is, `audience` the origin of PRODUCT_URL.
 */
export function createSessionTokenVerifier({ issuer, audience }) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ['ES256'],
      typ: 'rollcall-session+jwt',
      requiredClaims: ['sub', 'org', 'sid', 'exp'],
    });
    const { sub: userId, org: organizationId, sid: sessionId, pv: permissionVersion } = payload;
    return {
      userId,
      organizationId,
      sessionId,
      permissionVersion,
      // Not every identity provider says when somebody proved who they are.
      provedAt: payload.auth_time === undefined ? null : new Date(payload.auth_time * 1000),
    };
  };
}
