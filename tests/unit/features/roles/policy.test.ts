import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { can, grantableRoles, hallsOf, type Deed } from '../../../../src/features/roles/policy.ts';
import type { HeldRole, Role } from '../../../../src/features/roles/table.ts';

/**
 * What each role may do, written by hand and sharing nothing with the rule: `here` is a hall where the role
 * holds, `elsewhere` another one. What is not written is forbidden.
 */
const REFERENCE: Record<Role, string[]> = {
  hall_staff: ['hall.door here', 'hall.disclose here'],
  hall_manager: [
    'hall.door here',
    'hall.disclose here',
    'hall.tables here',
    'hall.manage here',
    'hall.staff here',
    'role.grant hall_staff here',
  ],
  drill_organiser: [],
  community_officer: [],
  reviewer: [],
  editor: [
    'inquiry.answer',
    'publication.see',
    'publication.write',
    'publication.check of others',
    'publication.release of others',
  ],
  auditor: ['audit.read'],
  administrator: [
    'publication.see',
    'publication.release of others',
    'hall.staff here',
    'hall.staff elsewhere',
    'role.list',
    ...['hall_staff', 'hall_manager'].flatMap((role) => [
      `role.grant ${role} here`,
      `role.grant ${role} elsewhere`,
    ]),
    'role.grant reviewer',
    'role.grant auditor',
    'role.grant administrator',
    'number_claim.decide',
    'calendar.edit',
  ],
};

const HERE = 'yancheng';
const ELSEWHERE = 'lianyungang';
const SOMEBODY = 'somebody';

const deeds: Record<string, Deed> = {
  'hall.door here': { action: 'hall.door', hall: HERE },
  'hall.door elsewhere': { action: 'hall.door', hall: ELSEWHERE },
  'hall.disclose here': { action: 'hall.disclose', hall: HERE },
  'hall.disclose elsewhere': { action: 'hall.disclose', hall: ELSEWHERE },
  'hall.tables here': { action: 'hall.tables', hall: HERE },
  'hall.tables elsewhere': { action: 'hall.tables', hall: ELSEWHERE },
  'hall.manage here': { action: 'hall.manage', hall: HERE },
  'hall.manage elsewhere': { action: 'hall.manage', hall: ELSEWHERE },
  'organisation.import by a city': { action: 'organisation.import', regionCode: '320900' },
  'hall.staff here': { action: 'hall.staff', hall: HERE },
  'hall.staff elsewhere': { action: 'hall.staff', hall: ELSEWHERE },
  'role.list': { action: 'role.list' },
  'inquiry.answer': { action: 'inquiry.answer' },
  'publication.see': { action: 'publication.see' },
  'publication.write': { action: 'publication.write' },
  'publication.check of others': { action: 'publication.check', writers: ['somebody'] },
  'publication.check of oneself': { action: 'publication.check', writers: ['somebody', 'holder'] },
  'publication.release of others': { action: 'publication.release', involved: ['somebody'] },
  'publication.release of oneself': { action: 'publication.release', involved: ['holder'] },
  'number_claim.decide': { action: 'number_claim.decide' },
  'calendar.edit': { action: 'calendar.edit' },
  'audit.read': { action: 'audit.read' },
  'role.grant hall_staff here': give('hall_staff', 'hall', HERE),
  'role.grant hall_staff elsewhere': give('hall_staff', 'hall', ELSEWHERE),
  'role.grant hall_manager here': give('hall_manager', 'hall', HERE),
  'role.grant hall_manager elsewhere': give('hall_manager', 'hall', ELSEWHERE),
  'role.grant reviewer': give('reviewer', 'region', '320900'),
  'role.grant auditor': give('auditor', 'site', ''),
  'role.grant administrator': give('administrator', 'site', ''),
};

function give(role: Role, scopeKind: HeldRole['scopeKind'], scopeId: string): Deed {
  return { action: 'role.grant', role, scope: { scopeKind, scopeId }, to: SOMEBODY };
}

/** The scope that goes with a role, at the hall of the tests where it is one of a hall. */
const held: Record<Role, HeldRole> = {
  hall_staff: { role: 'hall_staff', scopeKind: 'hall', scopeId: HERE },
  hall_manager: { role: 'hall_manager', scopeKind: 'hall', scopeId: HERE },
  drill_organiser: { role: 'drill_organiser', scopeKind: 'region', scopeId: '320900' },
  community_officer: { role: 'community_officer', scopeKind: 'organisation', scopeId: HERE },
  reviewer: { role: 'reviewer', scopeKind: 'region', scopeId: '320900' },
  editor: { role: 'editor', scopeKind: 'site', scopeId: '' },
  auditor: { role: 'auditor', scopeKind: 'site', scopeId: '' },
  administrator: { role: 'administrator', scopeKind: 'site', scopeId: '' },
};
const allRoles = Object.keys(REFERENCE) as Role[];

describe('who may do what', () => {
  it.each(allRoles)('%s: exactly what the table says', (role) => {
    const holder = { id: 'holder', roles: [held[role]] };
    const allowed = Object.entries(deeds).filter(([, deed]) => can(holder, deed));
    expect(allowed.map(([name]) => name).sort()).toEqual(REFERENCE[role].toSorted());
  });

  it('is the sum of one’s roles, whichever they are and in whatever order', () => {
    fc.assert(
      fc.property(fc.subarray(allRoles), fc.constantFrom(...Object.keys(deeds)), (roles, name) => {
        const holder = {
          id: 'holder',
          roles: fc.sample(fc.shuffledSubarray(roles), 1)[0]!.map((one) => held[one]),
        };
        const expected = holder.roles.some(({ role }) => REFERENCE[role].includes(name));
        expect(can(holder, deeds[name]!)).toBe(expected);
      }),
    );
  });

  it('is nothing without a role, and no role can be given to oneself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(deeds)), (deed) => {
        expect(can({ id: SOMEBODY, roles: [] }, deed)).toBe(false);
        const everything = { id: SOMEBODY, roles: allRoles.map((role) => held[role]) };
        if (deed.action === 'role.grant') expect(can(everything, deed)).toBe(false);
      }),
    );
  });

  it('counts only where it holds', () => {
    const scopes = fc.record({
      scopeKind: fc.constantFrom('site', 'region', 'hall', 'organisation'),
      scopeId: fc.constantFrom('', HERE, ELSEWHERE, '320900'),
    });
    fc.assert(
      fc.property(scopes, (scope) => {
        const holder = { id: 'holder', roles: [{ role: 'hall_manager' as const, ...scope }] };
        const holdsHere = scope.scopeKind === 'hall' && scope.scopeId === HERE;
        expect(can(holder, deeds['hall.door here']!)).toBe(holdsHere);
        expect(can(holder, deeds['hall.staff here']!)).toBe(holdsHere);
      }),
    );
  });
});

describe('verifying organisations', () => {
  /** By hand: the officer's region, the organisation's, and whether they may. */
  const REGIONS: [officer: string, organisation: string, may: boolean][] = [
    ['320904', '320904', true],
    ['320904', '320904100', true],
    ['320904', '320904100001', true],
    ['320904100', '320904100', true],
    ['320904100', '320904100001', true],
    ['320904100', '320904', false],
    ['320904100', '320904101', false],
    ['320902', '320904', false],
    // A city and a province do not verify; their counties and streets do.
    ['320900', '320904', false],
    ['320000', '320904', false],
  ];

  it.each(REGIONS)('an officer of %s for one in %s: %s', (scopeId, regionCode, may) => {
    const officer = {
      id: 'officer',
      roles: [{ role: 'reviewer' as const, scopeKind: 'region' as const, scopeId }],
    };
    expect(can(officer, { action: 'organisation.see', regionCode })).toBe(may);
    expect(can(officer, { action: 'organisation.verify', regionCode, memberIds: [] })).toBe(may);
    const own = { action: 'organisation.verify' as const, regionCode, memberIds: ['officer'] };
    expect(can(officer, own)).toBe(false);
  });
});

describe('what a holder is shown', () => {
  it('is each hall once', () => {
    const roles = [held.hall_manager, held.hall_staff, held.auditor];
    expect(hallsOf({ roles })).toEqual([HERE]);
    expect(grantableRoles({ roles })).toEqual(['hall_staff']);
    expect(grantableRoles({ roles: [held.administrator] })).toHaveLength(8);
    expect(grantableRoles({ roles: [held.editor] })).toEqual([]);
  });
});
