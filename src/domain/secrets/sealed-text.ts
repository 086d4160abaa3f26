import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const DATA_KEY_LABEL = 'rollcall data keys v1';

/** Why: SECRET_KEY is another, the data key is in the database no more, or the text is not what was sealed for its place. */
export type SealFailure = 'secretKey' | 'dataKeyGone' | 'changed';

/** No setting opens it any more. */
const GIVE_ANEW =
  'Give it anew: a client secret by npx rollcall connection update ID --client-secret -, a signing key by npx rollcall keys rotate.';

/** What is sealed cannot be opened. The message is for the operator: it says what to do and holds no secret. */
export class SealError extends Error {
  readonly kind: SealFailure;

  constructor(kind: SealFailure, message: string) {
    super(kind === 'secretKey' ? message : `${message} ${GIVE_ANEW}`);
    this.name = 'SealError';
    this.kind = kind;
  }
}

/** Random bytes for a key of AES-256. */
export function createKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/**
 * The key under which data keys are sealed: HKDF-SHA-256 (RFC 5869) of SECRET_KEY with a label of its own, so that it
 * has nothing to do with the HMACs of tokens under the same secret.
 */
export function wrappingKeyOf(secretKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', DATA_KEY_LABEL, KEY_BYTES));
}

/**
 * AES-256-GCM with a random IV: base64url of IV, ciphertext and tag. `context` is authenticated data: what was sealed for
 * one place opens in no other.
 */
export function sealUnder(key: Buffer, secret: string | Buffer, context: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([iv, ciphertext, cipher.getAuthTag()]).toString('base64url');
}

/** Undefined where the key, the context or a single bit is another. */
export function openUnder(key: Buffer, sealed: string, context: string): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
