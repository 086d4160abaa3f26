import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A key pair with a certificate that it signed itself, as PEM. */
export interface SelfSignedCertificate {
  privateKey: string;
  certificate: string;
}

interface CertificateInput {
  commonName?: string;
  notBefore?: Date;
  notAfter?: Date;
  /** Of the RSA key; 0 for a key on an elliptic curve, which then signs with ECDSA. */
  bits?: number;
}

const DAY_MS = 24 * 3600 * 1000;
const SHA256_WITH_RSA = '2a864886f70d01010b';
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';

/** Made here, so that no test needs openssl; RFC 5280 §4.1 has the fields. */
export function selfSignedCertificate({
  commonName = 'A test',
  notBefore = new Date(Date.now() - DAY_MS),
  notAfter = new Date(Date.now() + 365 * DAY_MS),
  bits = 2048,
}: CertificateInput = {}): SelfSignedCertificate {
  const { publicKey, privateKey } = keyPair(bits);
  const algorithm = sequence(
    objectIdentifier(bits === 0 ? ECDSA_WITH_SHA256 : SHA256_WITH_RSA),
    ...(bits === 0 ? [] : [der(0x05)]),
  );
  const name = sequence(der(0x31, sequence(objectIdentifier(COMMON_NAME), der(0x0c, Buffer.from(commonName)))));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(generalizedTime(notBefore), generalizedTime(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}

function keyPair(bits: number): { publicKey: KeyObject; privateKey: KeyObject } {
  return bits === 0
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: bits });
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const digits = Buffer.from(length.toString(16).padStart(length < 256 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, content]);
}

function sequence(...contents: Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function objectIdentifier(hexadecimal: string): Buffer {
  return der(0x06, Buffer.from(hexadecimal, 'hex'));
}

function generalizedTime(time: Date): Buffer {
  return der(0x18, Buffer.from(`${time.toISOString().replace(/[-:T]|\..*/g, '')}Z`));
}
