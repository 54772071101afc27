import { publishPlan, writePlanItem } from '../../src/features/drill-plans/commands.ts';
import { recordDrill } from '../../src/features/drill-records/commands.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import type { OrganisationKind } from '../../src/features/organisations/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addRole } from './roles.ts';
import type { World } from './world.ts';

export const COUNTY = '320904';
const key = () => crypto.randomUUID();

/** Somebody with a role in a region, as the site knows them after a strong sign-in. */
export async function regional(
  world: World,
  role: 'reviewer' | 'drill_organiser',
  scopeId: string = COUNTY,
): Promise<Holder & { token: string }> {
  const { person, token } = await world.person();
  await addRole(world.ctx, person.id, { role, scopeKind: 'region', scopeId });
  return { id: person.id, roles: await rolesOf(world.ctx, person.id), token };
}

export interface DrillingOrganisation {
  head: Holder;
  token: string;
  officer: Holder;
  organisationId: string;
  organiser: { organisationId: string; regionCode: string };
}

/** A verified organisation with the one who is responsible for it, and the officer who verified it. */
export async function drilling(
  world: World,
  kind: OrganisationKind = 'school',
  name = '示例第一小学',
  verifiedAt: CommandContext = world.ctx,
): Promise<DrillingOrganisation> {
  const { person, token } = await world.person();
  const officer = await regional(world, 'reviewer');
  const head = { id: person.id, roles: [] };
  const claim = { kind, name, regionCode: COUNTY };
  const { organisationId } = await claimOrganisation(verifiedAt, head, claim, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(verifiedAt, officer, verdict, key());
  const organiser = { organisationId, regionCode: '' };
  return { head, token, officer, organisationId, organiser };
}

/** A drill as a school records it, the day before the tests' own. */
export const drillValues = {
  ...{ hazard: '地震', date: '2026-11-24', time: '09:30', evacuation: 'yes' },
  ...{ classes: '一年级1班 42 41\n一年级2班 40 40', duration: '1分52秒' },
  ...{ wentWrong: '二楼东边的楼梯挤', improvement: '错开两个班' },
};

export async function recorded(
  ctx: CommandContext,
  by: Holder,
  organiser: object,
  values: object = {},
): Promise<string> {
  const input = { organiser, ...drillValues, ...values };
  return (await recordDrill(ctx, by, input, key())).recordId;
}

export const itemValues = {
  ...{ title: '冬季疏散演练', hazard: '火灾', form: 'practical', content: 'single' },
  ...{ purpose: 'test', evacuation: 'yes', blind: 'no', month: '12', responsible: '示例安全办' },
  reason: '',
};

export async function planned(
  ctx: CommandContext,
  by: Holder,
  organiser: object,
  values: object = {},
): Promise<string> {
  const input = { organiser, year: '2026', itemId: '', ...itemValues, ...values };
  return (await writePlanItem(ctx, by, input, key())).itemId;
}

export async function published(
  ctx: CommandContext,
  by: Holder,
  organiser: object,
  year = '2026',
): Promise<string> {
  return (await publishPlan(ctx, by, { organiser, year }, key())).planId;
}

/** How a region's organiser names their own region. */
export const region = (regionCode: string = COUNTY) => ({ organisationId: null, regionCode });
