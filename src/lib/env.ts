import { z } from 'zod';

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');

const envSchema = z.object({
  DATABASE_URL: z.string().regex(/^(libsql|https?|file):/, 'a libsql:, https:, http: or file: URL'),
  DATABASE_TOKEN: z.string().optional(),
  /** JSON: `{"1": "<32 bytes, base64>"}`. A new version is added beside the old ones, which stay to read. */
  PERSONAL_DATA_KEYS: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'JSON of key versions' });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string(), z.string())),
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
