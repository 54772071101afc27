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
    'volunteer.keep of this hall',
  ],
  drill_organiser: [
    'drill_plan.edit of the region',
    'drill.record of the region',
    'duty.see here',
    'duty.see in a county of it',
  ],
  community_officer: ['volunteer.keep of this community', 'grid_cell.add here'],
  reviewer: ['naming.list here', 'naming.list in a county of it'],
  editor: [
    'inquiry.answer',
    'publication.see',
    'publication.write',
    'publication.write for a county',
    'publication.check of others',
    'publication.check of others for a county',
    'publication.release of others',
    'publication.release of others for a county',
  ],
  auditor: ['audit.read'],
  administrator: [
    'publication.see',
    'publication.release of others',
    'publication.release of others for a county',
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
    'hall.open',
    'duty_rule.edit',
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
  'naming.list here': { action: 'naming.list', regionCode: '320900' },
  'naming.list in a county of it': { action: 'naming.list', regionCode: '320904' },
  'naming.list in the next city': { action: 'naming.list', regionCode: '320700' },
  'volunteer.keep of this hall': volunteer({ hall: HERE }),
  'volunteer.keep of this community': volunteer({ community: HERE }),
  'volunteer.keep elsewhere': volunteer({ hall: ELSEWHERE, community: ELSEWHERE }),
  'volunteer.keep of oneself': volunteer({ hall: HERE, community: HERE, personId: 'holder' }),
  'grid_cell.add here': { action: 'grid_cell.add', regionCode: '320904', community: HERE },
  'grid_cell.add elsewhere': {
    action: 'grid_cell.add',
    regionCode: '320904',
    community: ELSEWHERE,
  },
  'hall.staff here': { action: 'hall.staff', hall: HERE },
  'hall.staff elsewhere': { action: 'hall.staff', hall: ELSEWHERE },
  'role.list': { action: 'role.list' },
  'inquiry.answer': { action: 'inquiry.answer' },
  'publication.see': { action: 'publication.see', region: null },
  'publication.write': { action: 'publication.write', region: null },
  'publication.write for a county': { action: 'publication.write', region: '320904' },
  'publication.check of others': checking(null, ['somebody']),
  'publication.check of others for a county': checking('320904', ['somebody']),
  'publication.check of oneself': checking(null, ['somebody', 'holder']),
  'publication.check of oneself for a county': checking('320904', ['holder']),
  'publication.release of others': releasing(null, ['somebody']),
  'publication.release of others for a county': releasing('320904', ['somebody']),
  'publication.release of oneself': releasing(null, ['holder']),
  'publication.release of oneself for a county': releasing('320904', ['holder']),
  'number_claim.decide': { action: 'number_claim.decide' },
  'calendar.edit': { action: 'calendar.edit' },
  'hall.open': { action: 'hall.open' },
  'audit.read': { action: 'audit.read' },
  'drill_plan.edit of the region': drillOf('drill_plan.edit', '320900'),
  'drill_plan.edit of a county of it': drillOf('drill_plan.edit', '320904'),
  'drill_plan.edit of somebody’s school': drillOf('drill_plan.edit', '320904', ['another']),
  'drill.record of the region': drillOf('drill.record', '320900'),
  'drill.record of the next city': drillOf('drill.record', '320700'),
  'drill.record of somebody’s school': drillOf('drill.record', '320904', ['another']),
  'duty.see here': { action: 'duty.see', regionCode: '320900' },
  'duty.see in a county of it': { action: 'duty.see', regionCode: '320904' },
  'duty.see in the next city': { action: 'duty.see', regionCode: '320700' },
  'duty_rule.edit': { action: 'duty_rule.edit' },
  'organisation_trait.add by somebody else': {
    ...{ action: 'organisation_trait.add', responsibleId: 'another' },
  },
  'organisation_trait.decide by a city': {
    ...{ action: 'organisation_trait.decide', regionCode: '320904', memberIds: [] },
  },
  'role.grant hall_staff here': give('hall_staff', 'hall', HERE),
  'role.grant hall_staff elsewhere': give('hall_staff', 'hall', ELSEWHERE),
  'role.grant hall_manager here': give('hall_manager', 'hall', HERE),
  'role.grant hall_manager elsewhere': give('hall_manager', 'hall', ELSEWHERE),
  'role.grant reviewer': give('reviewer', 'region', '320900'),
  'role.grant auditor': give('auditor', 'site', ''),
  'role.grant administrator': give('administrator', 'site', ''),
};

function checking(region: string | null, writers: string[]): Deed {
  return { action: 'publication.check', region, writers };
}

function releasing(region: string | null, involved: string[]): Deed {
  return { action: 'publication.release', region, involved };
}

function give(role: Role, scopeKind: HeldRole['scopeKind'], scopeId: string): Deed {
  return { action: 'role.grant', role, scope: { scopeKind, scopeId }, to: SOMEBODY };
}

function volunteer(of: Partial<Extract<Deed, { action: 'volunteer.keep' }>>): Deed {
  const base = { regionCode: '320904', community: null, hall: null, personId: SOMEBODY };
  return { action: 'volunteer.keep', ...base, ...of };
}

function drillOf(
  action: 'drill_plan.edit' | 'drill.record',
  regionCode: string,
  memberIds?: string[],
): Deed {
  const organisation = memberIds ? { id: 'school', memberIds } : null;
  return { action, regionCode, organisation };
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

  it.each([
    ['of the county', '320904', true],
    ['of its city', '320900', true],
    ['of its province', '320000', true],
    ['of a town in it', '320904100', false],
    ['of the next county', '320902', false],
    ['of another city', '320700', false],
  ])(
    'an editor %s: what is meant for the county, and nothing that is meant for all',
    (_, scopeId, does) => {
      const roles: HeldRole[] = [{ role: 'editor', scopeKind: 'region', scopeId }];
      const allowed = Object.entries(deeds).filter(([, deed]) =>
        can({ id: 'holder', roles }, deed),
      );
      expect(allowed.map(([name]) => name).sort()).toEqual(
        does
          ? [
              'publication.check of others for a county',
              'publication.release of others for a county',
              'publication.write for a county',
            ]
          : [],
      );
    },
  );

  it('lets members plan and record for their organisation, and its organiser by role', () => {
    const school = drillOf('drill.record', '320904', ['member']);
    expect(can({ id: 'member', roles: [] }, school)).toBe(true);
    expect(can({ id: 'stranger', roles: [] }, school)).toBe(false);
    const organiser = (scopeId: string): HeldRole[] => [
      { role: 'drill_organiser', scopeKind: 'organisation', scopeId },
    ];
    expect(can({ id: 'stranger', roles: organiser('school') }, school)).toBe(true);
    expect(can({ id: 'stranger', roles: organiser('other') }, school)).toBe(false);
  });

  it('lets whoever is responsible add a trait, and only an officer from outside take it away', () => {
    const officer: HeldRole[] = [{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' }];
    const add = { action: 'organisation_trait.add', responsibleId: 'head' } as const;
    const memberIds = ['head', 'member'];
    const remove: Deed = { action: 'organisation_trait.decide', regionCode: '320904', memberIds };
    const may = (id: string, roles: HeldRole[]) => [
      can({ id, roles }, add),
      can({ id, roles }, remove),
    ];
    expect(may('head', [])).toEqual([true, false]);
    expect(may('member', [])).toEqual([false, false]);
    expect(may('stranger', officer)).toEqual([false, true]);
    expect(may('member', officer)).toEqual([false, false]);
    expect(may('head', officer)).toEqual([true, false]);
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
    const entry = { regionCode, community: null, hall: null, personId: 'somebody' };
    expect(can(officer, { action: 'volunteer.keep', ...entry })).toBe(may);
    expect(can(officer, { action: 'grid_cell.add', regionCode, community: 'none' })).toBe(may);
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
