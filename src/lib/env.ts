import { z } from 'zod';
import type { QuietHours } from './time.ts';

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');

const flagOn = z
  .enum(['0', '1'])
  .default('1')
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

/** An address of a person or an office; anything that could end a header is refused. */
const mailAddress = z.string().regex(/^[\w.%+-]+@[\w.-]+\.[A-Za-z]{2,24}$/, 'an e-mail address');

/** `22:00-07:00`, or `none` where nobody is disturbed: on a machine of one's own. */
const quietHours = z
  .string()
  .regex(/^(none|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$/, 'HH:MM-HH:MM, or none')
  .default('22:00-07:00')
  .transform((text): QuietHours | null => {
    if (text === 'none') return null;
    const [fromMinute = 0, toMinute = 0] = text.split('-').map((time) => {
      const [hours = 0, minutes = 0] = time.split(':').map(Number);
      return hours * 60 + minutes;
    });
    return { fromMinute, toMinute };
  });

const templateIds = z.record(z.string(), z.string().min(1));

/** Everything about messages that leave the site. */
const messageSettings = {
  QUIET_HOURS: quietHours,
  SMS_PROVIDER: z.enum(['aliyun', 'tencent'], 'aliyun or tencent').optional(),
  /** What stands in 【】 before every SMS, as the provider has approved it. */
  SMS_SIGNATURE: z.string().min(2).max(12).default('安澜'),
  /** JSON: the provider's template id of each kind of message. */
  SMS_TEMPLATES: json('JSON of template ids').pipe(templateIds).optional(),
  /** The provider's address; tests and private lines put another in its place. */
  SMS_URL: z.url().optional(),
  ALIYUN_ACCESS_KEY_ID: z.string().optional(),
  ALIYUN_ACCESS_KEY_SECRET: z.string().optional(),
  TENCENT_SECRET_ID: z.string().optional(),
  TENCENT_SECRET_KEY: z.string().optional(),
  TENCENT_SMS_APP_ID: z.string().optional(),
  TENCENT_SMS_REGION: z.string().default('ap-guangzhou'),
  MAIL_PROVIDER: z.enum(['aliyun'], 'aliyun').optional(),
  MAIL_FROM: mailAddress.optional(),
  MAIL_URL: z.url().optional(),
  WECHAT_APP_ID: z.string().optional(),
  WECHAT_APP_SECRET: z.string().optional(),
  /** JSON: of each kind the template's id and which of its fields takes which value. */
  WECHAT_TEMPLATES: json('JSON of templates')
    .pipe(
      z.record(z.string(), z.object({ id: z.string(), fields: z.record(z.string(), z.string()) })),
    )
    .optional(),
  WECHAT_URL: z.url().optional(),
  /** A key pair on P-256 as JSON Web Key: by it push services know this site. */
  VAPID_KEY: json('a JSON Web Key')
    .pipe(
      z.object({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: keyHalf,
        y: keyHalf,
        d: keyHalf,
      }),
    )
    .optional(),
  /** Whom a push service may write to, `mailto:…`. */
  VAPID_SUBJECT: z
    .string()
    .regex(/^(mailto:|https:)/, 'mailto: or https:')
    .optional(),
  /** Auditors who get each day's root by mail, separated by commas. */
  AUDIT_ROOT_RECIPIENTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((one) => one.trim() || []))
    .pipe(z.array(mailAddress).max(20, 'at most 20')),
};

/** Once a provider is named, what it cannot work without: half a provider fails at the start, not at the first message. */
const NEEDED: readonly { by: string; when?: string; names: readonly string[] }[] = [
  {
    by: 'SMS_PROVIDER',
    when: 'aliyun',
    names: ['ALIYUN_ACCESS_KEY_ID', 'ALIYUN_ACCESS_KEY_SECRET', 'SMS_TEMPLATES'],
  },
  {
    by: 'SMS_PROVIDER',
    when: 'tencent',
    names: ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY', 'TENCENT_SMS_APP_ID', 'SMS_TEMPLATES'],
  },
  {
    by: 'MAIL_PROVIDER',
    names: ['ALIYUN_ACCESS_KEY_ID', 'ALIYUN_ACCESS_KEY_SECRET', 'MAIL_FROM'],
  },
  { by: 'WECHAT_APP_ID', names: ['WECHAT_APP_SECRET', 'WECHAT_TEMPLATES'] },
  { by: 'VAPID_KEY', names: ['VAPID_SUBJECT'] },
];

const envFields = z.object({
  DATABASE_URL: z.string().regex(/^(libsql|https?|file):/, 'a libsql:, https:, http: or file: URL'),
  DATABASE_TOKEN: z.string().optional(),
  /** JSON: `{"1": "<32 bytes, base64>"}`. A new version is added beside the old ones, which stay to read. */
  PERSONAL_DATA_KEYS: json('JSON of key versions').pipe(z.record(z.string(), z.string())),
  /** An Ed25519 key pair as JSON Web Key, for the audit log's daily roots; without it they are unsigned. */
  AUDIT_SIGNING_KEY: json('a JSON Web Key')
    .pipe(z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: keyHalf, d: keyHalf }))
    .optional(),
  /** An S3 store for files, JSON; without it the bucket bound as FILES_BUCKET is used. */
  FILES_S3: json('a JSON object')
    .pipe(
      z.object({
        endpoint: z.url(),
        bucket: z.string().min(3),
        region: z.string().min(1),
        accessKeyId: z.string().min(1),
        secretAccessKey: z.string().min(1),
      }),
    )
    .optional(),
  /** A hostname of its own where files are shown, `https://files.example.cn`; without it they are downloaded only. */
  FILES_ORIGIN: z
    .url()
    .refine((text) => new URL(text).origin === text, 'an origin without a path')
    .optional(),
  /** clamav-rest's `/v2/scan`; without it files stay in quarantine. */
  SCANNER_URL: z.url().optional(),
  ...messageSettings,
  /** `https://example.cn`: the site's own address, which passkeys are bound to; without it that of each request. */
  SITE_ORIGIN: z
    .url()
    .refine((text) => new URL(text).origin === text, 'an origin without a path')
    .optional(),
  /** Whoever comes from a crowded address is asked to wait a moment; needs the binding `ADDRESS_LIMITER`. */
  ADDRESS_CHALLENGES: flagOn,
  /** Demonstration data: pages say so, and messages go to the development inbox instead of telephones. */
  DEMONSTRATION: flag,
});

const envSchema = envFields.superRefine((settings, context) => {
  const values = settings as Record<string, unknown>;
  for (const { by, when, names } of NEEDED) {
    if (values[by] === undefined || (when && values[by] !== when)) continue;
    for (const name of names.filter((one) => values[one] === undefined)) {
      context.addIssue({ code: 'custom', path: [name], message: `needed by ${by}` });
    }
  }
  // A root that should leave the site and cannot would be believed to have left.
  if (
    settings.AUDIT_ROOT_RECIPIENTS.length > 0 &&
    !settings.MAIL_PROVIDER &&
    !settings.DEMONSTRATION
  ) {
    const message = 'needed by AUDIT_ROOT_RECIPIENTS';
    context.addIssue({ code: 'custom', path: ['MAIL_PROVIDER'], message });
  }
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
  throw new SettingsError(wrong);
}

/** The log leaves messages out and keeps codes: the names of the settings are the code. */
class SettingsError extends Error {
  readonly code: string;

  constructor(wrong: readonly string[]) {
    super(`The deployment's settings are incomplete. ${wrong.join('; ')}`);
    this.name = 'SettingsError';
    this.code = wrong.join('; ');
  }
}
