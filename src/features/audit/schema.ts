import { z } from 'zod';
import { readDate } from '../../lib/time.ts';

/** 32 bytes as people copy them. */
export const hashHex = z.string().regex(/^[\da-f]{64}$/, { error: '64 位小写十六进制' });

const calendarDateField = z
  .string()
  .refine((text) => readDate(text) !== undefined, { error: '一个日期，例如 2026-11-25' });

const publicKeyJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  use: z.literal('sig'),
  alg: z.literal('EdDSA'),
});

/** A day's root as it leaves the site: the file at `/audit/roots/<date>.json`, and what auditors keep. */
export const rootFile = z.object({
  date: calendarDateField,
  firstSequence: z.int().min(1),
  lastSequence: z.int().min(1),
  entries: z.int().min(1),
  root: hashHex,
  publishedAt: z.iso.datetime(),
  /** The exact text that the signature is over; it repeats the fields above. */
  statement: z.string(),
  /** null: the site had no signing key that day. */
  signature: z
    .object({ algorithm: z.literal('Ed25519'), key: publicKeyJwk, value: z.string() })
    .nullable(),
});

export type RootFile = z.output<typeof rootFile>;

/** A part of the list of roots ends before this date. */
export const rootsPageInput = z.object({ before: calendarDateField.optional() });

/** A part of the chain begins after this sequence. */
export const sealsPageInput = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}$/, { error: '一个序号' })
    .transform(Number)
    .optional(),
});
