import { z } from 'zod';
import { bookingReference } from '../bookings/schema.ts';

const REASONS = ['contact', 'incident', 'report', 'handover'] as const;
const reason = z.enum(REASONS, { error: '请选一个理由' });
const hall = z.string().max(64).default('');

export const bookingDisclosureInput = bookingReference.extend({ hall, reason });

export const exportInput = z
  .object({
    list: z.enum(['bookings', 'organisations', 'inquiries', 'people', 'duties', 'improvements']),
    hall,
    /** The part of the list's address behind its question mark: its filters. */
    query: z.string().max(2000).default(''),
    format: z.enum(['csv', 'xlsx'], { error: '请选一种文件' }),
    extent: z.enum(['masked', 'full'], { error: '请选要不要遮住个人信息' }),
    reason: z.union([reason, z.literal('')], { error: '请选一个理由' }).default(''),
  })
  .refine(({ extent, reason: given }) => extent === 'masked' || given !== '', {
    path: ['reason'],
    error: '要看全个人信息，请选一个理由',
  });
