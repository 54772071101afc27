import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A number, bytes, a text or a map, as CBOR (RFC 8949) writes them; enough for what an authenticator says. */
function cbor(value: number | string | Uint8Array | Map<number | string, unknown>): Buffer {
  const head = (major: number, n: number) =>
    n < 24
      ? Buffer.from([(major << 5) | n])
      : n < 256
        ? Buffer.from([(major << 5) | 24, n])
        : Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const parts = [...value].flatMap(([key, one]) => [cbor(key), cbor(one as Buffer)]);
  return Buffer.concat([head(5, value.size), ...parts]);
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();
const PRESENT_AND_VERIFIED = 0x05;
const WITH_KEY = 0x40;

export interface AuthenticatorWishes {
  /** Did the person show a finger, a face or a PIN? */
  verified?: boolean;
  origin?: string;
  /** Instead of the next one. */
  counter?: number;
}

/** An authenticator in software: one discoverable ES256 passkey for one site. */
export class Authenticator {
  readonly credentialId = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
  readonly #key: KeyObject;
  readonly #public: Buffer;
  readonly #origin: string;
  #counter = 0;

  constructor(origin: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#origin = origin;
    this.#key = privateKey;
    // COSE: EC2, ES256, P-256, and the point.
    this.#public = cbor(
      new Map<number, unknown>([
        ...([
          [1, 2],
          [3, -7],
          [-1, 1],
        ] as const),
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
  }

  /** The answer to `navigator.credentials.create`, as JSON. */
  register(options: { challenge: string }, wishes: AuthenticatorWishes = {}): string {
    const { length } = this.credentialId;
    const key = [Buffer.alloc(16), Buffer.from([0, length]), this.credentialId, this.#public];
    const authData = Buffer.concat([this.#data(WITH_KEY, wishes), ...key]);
    const attestation = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    );
    return this.#answer({
      clientDataJSON: this.#client('webauthn.create', options.challenge, wishes).toString(
        'base64url',
      ),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** The answer to `navigator.credentials.get`, as JSON. */
  signIn(
    options: { challenge: string },
    personId: string,
    wishes: AuthenticatorWishes = {},
  ): string {
    const data = this.#data(0, wishes);
    const client = this.#client('webauthn.get', options.challenge, wishes);
    const signature = createSign('sha256')
      .update(Buffer.concat([data, sha256(client)]))
      .sign(this.#key);
    return this.#answer({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: Buffer.from(personId).toString('base64url'),
    });
  }

  #answer(response: object): string {
    const id = this.credentialId.toString('base64url');
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      response,
      clientExtensionResults: {},
    });
  }

  #client(type: string, challenge: string, { origin = this.#origin }: AuthenticatorWishes): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #data(
    flags: number,
    { verified = true, counter = (this.#counter += 1) }: AuthenticatorWishes,
  ): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const seen = verified ? PRESENT_AND_VERIFIED : 0x01;
    return Buffer.concat([
      sha256(new URL(this.#origin).hostname),
      Buffer.from([flags | seen]),
      count,
    ]);
  }
}
