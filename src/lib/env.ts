import { z } from 'zod';

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');

/** A setting that holds JSON. @param what it must be, for whoever sets it. */
const json = (what: string) =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: what });
      return z.NEVER;
    }
  });

/** 32 bytes in base64url without padding. */
const keyHalf = z.string().regex(/^[\w-]{43}$/, '32 bytes, base64url');

const envSchema = z.object({
  DATABASE_URL: z.string().regex(/^(libsql|https?|file):/, 'a libsql:, https:, http: or file: URL'),
  DATABASE_TOKEN: z.string().optional(),
  /** JSON: `{"1": "<32 bytes, base64>"}`. A new version is added beside the old ones, which stay to read. */
  PERSONAL_DATA_KEYS: json('JSON of key versions').pipe(z.record(z.string(), z.string())),
  /** An Ed25519 key pair as JSON Web Key, for the audit log's daily roots; without it they are unsigned. */
  AUDIT_SIGNING_KEY: json('a JSON Web Key')
    .pipe(z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: keyHalf, d: keyHalf }))
    .optional(),
  /** Demonstration data: pages say so, and messages go to the development inbox instead of telephones. */
  DEMONSTRATION: flag,
});

export type Settings = z.output<typeof envSchema>;

/**
 * Reads the deployment's settings once.
 * @throws Error naming each setting that is missing or wrong, never its value.
 */
export function readSettings(env: object): Settings {
  const parsed = envSchema.safeParse(env);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The deployment's settings are incomplete. ${wrong.join('; ')}`);
}
