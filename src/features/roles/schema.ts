import { z } from 'zod';
import { phoneField } from '../accounts/schema.ts';
import type { Role, Scope } from './table.ts';

const ROLES = [
  'hall_staff',
  'hall_manager',
  'drill_organiser',
  'community_officer',
  'reviewer',
  'editor',
  'auditor',
  'administrator',
] as const satisfies readonly Role[];

/** `hall:yancheng`, `region:320900`, `organisation:<id>`, `site:`: a scope as one value of a form. */
const scopeField = z
  .string({ error: '请选一个范围' })
  .regex(/^(?:site:|(?:region|hall|organisation):[\w-]{1,64})$/, { error: '请选一个范围' })
  .transform((text): Scope => {
    const at = text.indexOf(':');
    return { scopeKind: text.slice(0, at) as Scope['scopeKind'], scopeId: text.slice(at + 1) };
  });

export const grantInput = z.object({
  phone: phoneField,
  role: z.enum(ROLES, { error: '请选一个角色' }),
  scope: scopeField,
});

export const revocationInput = z.object({ grantId: z.string().min(1).max(64) });

export const invitationInput = z.object({ personId: z.uuid({ error: '没有找到这个人' }) });

/** The form's value for a scope. */
export const scopeValue = ({ scopeKind, scopeId }: Scope): string => `${scopeKind}:${scopeId}`;
