import type { Refusals } from '../../lib/errors.ts';
import { isWithin, type RegionCode } from '../../lib/regions/codes.ts';
import type { HeldRole, Role, Scope, ScopeKind } from './table.ts';

/** Who asks. Their roles come with the sign-in; revoked ones are not among them. */
export interface Holder {
  id: string;
  roles: readonly HeldRole[];
}

/**
 * Everything that needs a right, with the thing it is done to. What everybody may do about their own things is
 * decided by ownership, not here.
 */
export type Deed =
  /** See the day's lists of a hall and mark arrivals. */
  | { action: 'hall.door'; hall: string }
  /** See one visitor's name and number in full, for a reason that is kept. */
  | { action: 'hall.disclose'; hall: string }
  /** Bring bookings in from a spreadsheet, and take names and numbers out in full. */
  | { action: 'hall.tables'; hall: string }
  /** Decide what a hall offers and to whom: hours, closures, groups, who is moved up in a queue. */
  | { action: 'hall.manage'; hall: string }
  /** Enter the year's holidays, by which every hall opens. */
  | { action: 'calendar.edit' }
  /** Open a hall of the content to bookings. */
  | { action: 'hall.open' }
  /** Bring in the list of organisations that a county, street or town knows of. */
  | { action: 'organisation.import'; regionCode: string }
  /** Bring in which communities, towns and counties of a region were named, and take out a mistaken entry. */
  | { action: 'naming.list'; regionCode: string }
  /**
   * See a volunteer's entry, confirm it, note what they have learned: not one's own. By the officer of their county or
   * street, of their community, or the manager of the hall that they named.
   */
  | {
      action: 'volunteer.keep';
      regionCode: string;
      community: string | null;
      hall: string | null;
      personId: string;
    }
  /** Make a list of volunteers who agreed to be called, with names and numbers, for a reason that is kept. */
  | { action: 'volunteer.call_out'; regionCode: string }
  /** Say which grid cells a community has. */
  | { action: 'grid_cell.add'; regionCode: string; community: string }
  /** Write a community's profile: its members. */
  | { action: 'community_profile.edit'; memberIds: readonly string[] }
  /** Read it: they, and the officer of its county or street. */
  | { action: 'community_profile.see'; regionCode: string; memberIds: readonly string[] }
  /** Open the files of an application: who writes it, and the officers over it once it was handed in. */
  | {
      action: 'application.see';
      organisationId: string | null;
      regionCode: string;
      memberIds: readonly string[];
      /** Regions whose officers see it. */
      offices: readonly string[];
    }
  /** Plan drills, or record them: for a region its drill organiser, for an organisation its members or its organiser. */
  | {
      action: 'drill_plan.edit' | 'drill.record';
      regionCode: string;
      organisation: { id: string; memberIds: readonly string[] } | null;
    }
  /** Say from how many points on a drill is good: for a region its drill organiser, for the site ('') an administrator. */
  | { action: 'drill_grade.set'; regionCode: string }
  /** See what has to be mended after a drill: who organises there, who is responsible, officers of the region. */
  | {
      action: 'improvement.see';
      regionCode: string;
      organisation: { id: string; memberIds: readonly string[] } | null;
      ownerId: string | null;
    }
  /** See who of a region has drilled and who is late, with their plans and records. */
  | { action: 'duty.see'; regionCode: string }
  /** Enter how often somebody must drill, with the document that says so. */
  | { action: 'duty_rule.edit' }
  /** Add what an organisation is besides its kind: whoever is responsible for it. */
  | { action: 'organisation_trait.add'; responsibleId: string | undefined }
  /** Say it, or take it away, which may end a duty: an officer of its region, not of one's own. */
  | { action: 'organisation_trait.decide'; regionCode: string; memberIds: readonly string[] }
  /** See and change who works at a hall. */
  | { action: 'hall.staff'; hall: string }
  /** Give a role to somebody, or take it away. */
  | { action: 'role.grant'; role: Role; scope: Scope; to: string }
  /** See who holds which role. */
  | { action: 'role.list' }
  /** Take all ways of signing in away from somebody who has lost theirs. */
  | { action: 'credentials.reset'; of: string }
  /** Read what the public asks, and answer it. */
  | { action: 'inquiry.answer' }
  /** See an organisation that somebody of this region claims. */
  | { action: 'organisation.see'; regionCode: string }
  /** Verify it or refuse it: not one's own. */
  | { action: 'organisation.verify'; regionCode: string; memberIds: readonly string[] }
  /** See at work what is meant for a region, or with null for everywhere: urgent lines and withdrawn guides always are. */
  | { action: 'publication.see'; region: RegionCode | null }
  /** Write what the public of a region is to read, or ask that a guide be withdrawn. */
  | { action: 'publication.write'; region: RegionCode | null }
  /** Check it: whoever wrote any of it does not. */
  | { action: 'publication.check'; region: RegionCode | null; writers: readonly string[] }
  /** Put it before the public or take it away: whoever wrote or checked it does not. */
  | { action: 'publication.release'; region: RegionCode | null; involved: readonly string[] }
  /** Decide whether somebody gets back the account of a number that they have no more. */
  | { action: 'number_claim.decide' }
  /** See what messages could not be sent, and send them again. */
  | { action: 'message.manage' }
  /** Read the audit log beyond what is public. */
  | { action: 'audit.read' };

/**
 * Whether somebody may do something. The one place that decides; the guards of the database decide the same
 * again on writing. What one may not do, pages answer as if it were not there.
 */
export function can({ id, roles }: Holder, deed: Deed): boolean {
  const holds = (role: Role, kind: ScopeKind, scopeId: string) =>
    roles.some((held) => held.role === role && held.scopeKind === kind && held.scopeId === scopeId);
  switch (deed.action) {
    case 'hall.tables':
    case 'hall.manage':
      return holds('hall_manager', 'hall', deed.hall);
    case 'organisation.import':
      return verifyingRegions({ roles }).includes(deed.regionCode);
    case 'naming.list':
      return namingRegions({ roles }).some((code) => isWithin(deed.regionCode, code));
    case 'hall.door':
    case 'hall.disclose':
      return holds('hall_staff', 'hall', deed.hall) || holds('hall_manager', 'hall', deed.hall);
    case 'volunteer.keep': {
      const { regions, communities, halls } = volunteerScopes({ roles });
      return (
        deed.personId !== id &&
        (regions.some((code) => deed.regionCode.startsWith(code)) ||
          communities.some((one) => one === deed.community) ||
          halls.some((one) => one === deed.hall))
      );
    }
    case 'grid_cell.add': {
      const { regions, communities } = volunteerScopes({ roles });
      return (
        regions.some((code) => deed.regionCode.startsWith(code)) ||
        communities.includes(deed.community)
      );
    }
    case 'community_profile.edit':
      return deed.memberIds.includes(id);
    case 'community_profile.see':
      return (
        deed.memberIds.includes(id) ||
        can({ id, roles }, { action: 'organisation.see', regionCode: deed.regionCode })
      );
    case 'application.see':
      return (
        deed.memberIds.includes(id) ||
        deed.offices.some((code) => holds('reviewer', 'region', code)) ||
        (deed.organisationId === null
          ? holds('reviewer', 'region', deed.regionCode)
          : holds('community_officer', 'organisation', deed.organisationId))
      );
    case 'drill_plan.edit':
    case 'drill.record':
      return deed.organisation
        ? deed.organisation.memberIds.includes(id) ||
            holds('drill_organiser', 'organisation', deed.organisation.id)
        : holds('drill_organiser', 'region', deed.regionCode);
    case 'drill_grade.set':
      return deed.regionCode === ''
        ? holds('administrator', 'site', '')
        : holds('drill_organiser', 'region', deed.regionCode);
    case 'improvement.see':
      return (
        deed.ownerId === id ||
        can({ id, roles }, { ...deed, action: 'drill.record' }) ||
        can({ id, roles }, { action: 'duty.see', regionCode: deed.regionCode })
      );
    case 'volunteer.call_out':
    case 'duty.see':
      return dutyRegions({ roles }).some((code) => isWithin(deed.regionCode, code));
    case 'organisation_trait.add':
      return deed.responsibleId === id;
    case 'organisation_trait.decide':
      // Separation of duties: nobody frees their own organisation from a duty.
      return (
        !deed.memberIds.includes(id) && can({ id, roles }, { ...deed, action: 'organisation.see' })
      );
    case 'hall.staff':
      return holds('hall_manager', 'hall', deed.hall) || holds('administrator', 'site', '');
    case 'credentials.reset':
      return deed.of !== id && holds('administrator', 'site', '');
    case 'calendar.edit':
    case 'hall.open':
    case 'duty_rule.edit':
    case 'message.manage':
    case 'role.list':
      return holds('administrator', 'site', '');
    case 'role.grant': {
      // Separation of duties: nobody raises themselves, an administrator neither.
      if (deed.to === id) return false;
      if (holds('administrator', 'site', '')) return true;
      return (
        deed.role === 'hall_staff' &&
        deed.scope.scopeKind === 'hall' &&
        holds('hall_manager', 'hall', deed.scope.scopeId)
      );
    }
    case 'organisation.see':
      return verifyingRegions({ roles }).some((code) => deed.regionCode.startsWith(code));
    case 'organisation.verify':
      // Separation of duties: nobody decides on their own organisation.
      return (
        !deed.memberIds.includes(id) &&
        can({ id, roles }, { action: 'organisation.see', regionCode: deed.regionCode })
      );
    case 'publication.see':
      return edits({ roles }, deed.region) || holds('administrator', 'site', '');
    case 'publication.write':
      return edits({ roles }, deed.region);
    case 'publication.check':
      return !deed.writers.includes(id) && edits({ roles }, deed.region);
    case 'publication.release':
      return (
        !deed.involved.includes(id) &&
        (edits({ roles }, deed.region) || holds('administrator', 'site', ''))
      );
    case 'inquiry.answer':
      return holds('editor', 'site', '');
    case 'number_claim.decide':
      return holds('administrator', 'site', '');
    case 'audit.read':
      return holds('auditor', 'site', '');
  }
}

/** Counties, streets and towns where somebody verifies organisations; a city or a province does not. */
export function verifyingRegions({ roles }: Pick<Holder, 'roles'>): string[] {
  return roles.flatMap(({ role, scopeKind, scopeId }) =>
    role === 'reviewer' && scopeKind === 'region' && /^(\d{4}(?!00)\d{2}|\d{9})$/.test(scopeId)
      ? [scopeId]
      : [],
  );
}

/** An editor of the site edits everything, one of a region what is meant for it or a part of it. */
function edits({ roles }: Pick<Holder, 'roles'>, region: RegionCode | null): boolean {
  return roles.some(
    ({ role, scopeKind, scopeId }) =>
      role === 'editor' && (scopeKind === 'site' || (region !== null && isWithin(region, scopeId))),
  );
}

/** The regions whose notices somebody works on; undefined for whoever works on all. */
export function publishingRegions(holder: Holder): RegionCode[] | undefined {
  if (can(holder, { action: 'publication.see', region: null })) return undefined;
  return holder.roles.flatMap(({ role, scopeKind, scopeId }) =>
    role === 'editor' && scopeKind === 'region' ? [scopeId] : [],
  );
}

/** Whether somebody works on notices at all, wherever it be. */
export const publishesSomewhere = (holder: Holder): boolean =>
  publishingRegions(holder)?.length !== 0;

/** Counties, cities and provinces whose namings somebody keeps; a street names nobody. */
export function namingRegions({ roles }: Pick<Holder, 'roles'>): string[] {
  return roles.flatMap(({ role, scopeKind, scopeId }) =>
    role === 'reviewer' && scopeKind === 'region' && /^\d{6}$/.test(scopeId) ? [scopeId] : [],
  );
}

/** Regions for which somebody organises drills. */
export function drillRegions({ roles }: Pick<Holder, 'roles'>): string[] {
  return roles.flatMap(({ role, scopeKind, scopeId }) =>
    role === 'drill_organiser' && scopeKind === 'region' ? [scopeId] : [],
  );
}

/** Where somebody says from how many points on a drill is good: '' for the site. */
export function gradeScopes(holder: Holder): string[] {
  const site = can(holder, { action: 'drill_grade.set', regionCode: '' });
  return [...(site ? [''] : []), ...drillRegions(holder)];
}

/** Regions in which somebody sees who has drilled: as their officer or as their drill organiser. */
export function dutyRegions(holder: Pick<Holder, 'roles'>): string[] {
  return [...new Set([...verifyingRegions(holder), ...drillRegions(holder)])];
}

/** Whose volunteers somebody looks after. */
export interface VolunteerScopes {
  regions: readonly string[];
  /** Organisations of the kind `committee`. */
  communities: readonly string[];
  halls: readonly string[];
}

export function volunteerScopes({ roles }: Pick<Holder, 'roles'>): VolunteerScopes {
  const of = (wanted: Role) =>
    roles.flatMap(({ role, scopeId }) => (role === wanted ? [scopeId] : []));
  return {
    regions: verifyingRegions({ roles }),
    communities: of('community_officer'),
    halls: of('hall_manager'),
  };
}

/** Whether there are volunteers for somebody to look after. */
export function keepsVolunteers(holder: Pick<Holder, 'roles'>): boolean {
  return Object.values(volunteerScopes(holder)).some(
    (scopes: readonly string[]) => scopes.length > 0,
  );
}

/** The halls whose door somebody works at. */
export function hallsOf({ roles }: Pick<Holder, 'roles'>): string[] {
  const slugs = roles.flatMap(({ role, scopeId }) =>
    role === 'hall_staff' || role === 'hall_manager' ? [scopeId] : [],
  );
  return [...new Set(slugs)].sort();
}

/** Roles that somebody may give, wherever it may be. */
export function grantableRoles({ roles }: Pick<Holder, 'roles'>): Role[] {
  if (roles.some(({ role }) => role === 'administrator')) return Object.keys(roleWords) as Role[];
  return roles.some(({ role }) => role === 'hall_manager') ? ['hall_staff'] : [];
}

/** Whether somebody may give any role at all. */
export function mayGrant({ roles }: Pick<Holder, 'roles'>): boolean {
  return grantableRoles({ roles }).length > 0;
}

export const roleWords: Readonly<Record<Role, string>> = {
  hall_staff: '场馆工作人员',
  hall_manager: '场馆负责人',
  drill_organiser: '演练组织者',
  community_officer: '社区申报人员',
  reviewer: '审核人员',
  editor: '编辑',
  auditor: '审计员',
  administrator: '管理员',
};

const notYours = { code: 'not_found', message: '没有找到这一项。' } as const;

export const grantRefusals: Refusals = {
  grant_not_yours: notYours,
  grant_to_oneself: { code: 'conflict', message: '不能给自己授权。请找另一位管理员。' },
  hall_unknown: { code: 'invalid', field: 'scope', message: '没有这个场馆' },
  auditor_apart: {
    code: 'conflict',
    message: '管理员和审计员不能是同一个人：审计员要看管理员做过什么。请换一个人。',
  },
  role_grants_scope: { code: 'invalid', field: 'scope', message: '这个角色不能用在这个范围' },
  role_grants_scope_id: { code: 'invalid', field: 'scope', message: '请选一个范围' },
  'unique:role_grants.person_id,role_grants.role,role_grants.scope_kind,role_grants.scope_id': {
    code: 'conflict',
    reason: 'already_granted',
    message: '这个人已经有这个角色了。',
  },
};

/** Over a week-end; whoever needs longer asks for another. */
export const INVITATION_VALID_DAYS = 3;

/** Why `staff_invitations_guard` refuses to invite. */
export const invitingRefusals: Refusals = {
  person_unknown: notYours,
  invitation_to_oneself: { code: 'conflict', message: '不能邀请自己。请找另一位管理员。' },
  already_set_up: {
    code: 'conflict',
    message: '这个人已经设好了登录方式，不用再发开通码。丢了的，请管理员重设。',
  },
  invitations_used_up: {
    code: 'too_many',
    message: '今天已经给这个人发过5次开通码。请明天再试。',
    retryAfterSeconds: 86_400,
  },
};

export const revocationRefusals: Refusals = {
  grant_unknown: notYours,
  grant_already_revoked: { code: 'conflict', message: '这个角色已经收回了。' },
  last_administrator: {
    code: 'conflict',
    message: '这是最后一位管理员，不能收回。请先授权另一位。',
  },
};
