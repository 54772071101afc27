import { personPhone } from '../../src/features/accounts/queries.ts';
import { saveSection } from '../../src/features/community-profiles/commands.ts';
import type { ProfileSection } from '../../src/features/community-profiles/table.ts';
import { addMember } from '../../src/features/organisations/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { drilling, type DrillingOrganisation } from './drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

/** A section as a form brings it, whole. */
export const sectionValues: Readonly<Record<ProfileSection, Readonly<Record<string, string>>>> = {
  basics: {
    ...{ address: '幸福路12号', officePhone: '0515-88888888', officeHours: '周一到周五9点到17点' },
    ...{ households: '1200', residents: '3600', children: '420', aged: '610', clinics: '1' },
    area: '1.25',
  },
  vulnerable: {
    ...{ disabled: '41', livingAlone: '26', ill: '9', pregnant: '7', leftBehind: '3' },
    ...{ newcomers: '310', paired: '33', listedOn: '2026-09-30' },
  },
  officers: {
    ...{ officers: '2', aName: '示例甲', aPhone: '0515-88880001' },
    ...{ bName: '示例乙', bPhone: '0515-88880002', trainedOn: '2026-05-12' },
  },
  shelters: {
    ...{ 'name-1': '示例小学操场', 'address-1': '幸福路20号', 'indoor-1': 'outdoor' },
    ...{ 'area-1': '4000', 'capacity-1': '1500', 'accessible-1': 'yes' },
    ...{ 'route-1': '出小区南门，沿幸福路往东300米', 'cell-1': 'D3' },
  },
  stores: {
    ...{ place: '社区服务中心一楼', 'ways.own': 'yes', value: '3.5' },
    ...{ 'item-1': '瓶装水', 'amount-1': '200', 'unit-1': '箱', 'bestBefore-1': '2026-12-20' },
    ...{ 'item-2': '救生衣', 'amount-2': '30', 'unit-2': '件' },
  },
  warning: {
    ...{ 'receive.message': 'yes', 'spread.loudspeaker': 'yes', 'spread.door': 'yes' },
    ...{ 'report.phone': 'yes', unreached: '网格员上门敲门' },
  },
  risks: {
    ...{ assessedOn: '2026-06-01', hazardList: 'yes' },
    ...{ 'hazard-1': 'waterlogging', 'where-1': '东门地下车库', 'level-1': 'orange' },
    ...{ 'cell-1': 'E2', 'measure-1': '备沙袋，预警时先挪车' },
    ...{ 'hazard-2': 'old_house', 'where-2': '老街3号', 'level-2': 'yellow', 'cell-2': 'E2' },
  },
  plan: {
    ...{ title: '示例社区应急预案', adoptedOn: '2025-03-01', nextRevisionOn: '2026-12-10' },
    musterPoint: '示例小学操场',
  },
  figures: {
    ...{ trainings: '4', trained: '260', inspections: '12', found: '18', settled: '17' },
    funds: '2.8',
  },
  publication: { 'show.shelters': 'yes', 'show.office': 'yes' },
};

export type Community = DrillingOrganisation & { colleague: Holder };

/** A verified community with two who write for it, and the officer of its county. */
export async function community(world: World, name = '示例社区居民委员会'): Promise<Community> {
  const own = await drilling(world, 'committee', name);
  const { person } = await world.person();
  const phone = await personPhone(world.ctx, person);
  const { organisationId } = own;
  await addMember(world.ctx, own.head, { organisationId, phone }, key());
  return { ...own, colleague: { id: person.id, roles: [] } };
}

/** Saves a section over the version that was read. */
export async function saved(
  ctx: CommandContext,
  by: Holder,
  organisationId: string,
  section: ProfileSection,
  {
    version = 0,
    year = section === 'figures' ? 2025 : 0,
    values = sectionValues[section],
  }: { version?: number; year?: number; values?: object } = {},
): Promise<number> {
  const input = { organisationId, section, version: String(version), year, ...values };
  return (await saveSection(ctx, by, input, key())).version;
}

/** All sections, each once. */
export async function wholeProfile(ctx: CommandContext, by: Holder, organisationId: string) {
  for (const section of Object.keys(sectionValues) as ProfileSection[]) {
    await saved(ctx, by, organisationId, section);
  }
}
