import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const roleGrants = sqliteTable('role_grants', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  role: text('role', {
    enum: [
      'hall_staff',
      'hall_manager',
      'drill_organiser',
      'community_officer',
      'reviewer',
      'editor',
      'auditor',
      'administrator',
    ],
  }).notNull(),
  scopeKind: text('scope_kind', { enum: ['site', 'region', 'hall', 'organisation'] }).notNull(),
  scopeId: text('scope_id').notNull(),
  grantedBy: text('granted_by'),
  grantedAt: instant('granted_at').notNull(),
  state: text('state', { enum: ['active', 'revoked'] })
    .notNull()
    .default('active'),
});

export const roleRevocations = sqliteTable('role_revocations', {
  grantId: text('grant_id').primaryKey(),
  revokedBy: text('revoked_by').notNull(),
  revokedAt: instant('revoked_at').notNull(),
});

export type RoleGrant = typeof roleGrants.$inferSelect;
export type Role = RoleGrant['role'];
export type ScopeKind = RoleGrant['scopeKind'];
/** Where a role holds. */
export type Scope = Pick<RoleGrant, 'scopeKind' | 'scopeId'>;
/** A role that somebody holds now, as far as a decision needs it. */
export type HeldRole = Pick<RoleGrant, 'role' | 'scopeKind' | 'scopeId'>;

/** What lets somebody with a role set up their first strong way of signing in. */
export const staffInvitations = sqliteTable('staff_invitations', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  codeHash: bytes('code_hash').notNull(),
  invitedBy: text('invited_by'),
  invitedAt: instant('invited_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const invitationAcceptances = sqliteTable('invitation_acceptances', {
  invitationId: text('invitation_id').primaryKey(),
  signInId: text('sign_in_id').notNull(),
  acceptedAt: instant('accepted_at').notNull(),
});
