import { and, asc, eq } from 'drizzle-orm';
import { saveSection } from '../../src/features/community-profiles/commands.ts';
import type { ProfileSection } from '../../src/features/community-profiles/table.ts';
import { communityProfileVersions } from '../../src/features/community-profiles/table.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, calendarDate, DAY_MS } from '../../src/lib/time.ts';

/**
 * The profile of the demonstration's community, through the site's own command: fictitious, marked so, and with a few gaps
 * to be found. Nothing where there is no community yet, or it has a profile.
 */
export async function seedCommunities(ctx: CommandContext): Promise<void> {
  const [some] = await ctx.db.select().from(communityProfileVersions).limit(1);
  const [community] = await ctx.db
    .select()
    .from(organisations)
    .where(and(eq(organisations.kind, 'committee'), eq(organisations.state, 'verified')))
    .orderBy(asc(organisations.id))
    .limit(1);
  if (some || !community) return;
  const today = calendarDate(ctx.now);
  const year = Number(today.slice(0, 4));
  const by = { id: community.claimedBy, roles: [] };
  const sections: [ProfileSection, number, Record<string, string>][] = [
    ['basics', 0, { ...basics }],
    ['vulnerable', 0, { ...vulnerable, listedOn: addDays(today, -40) }],
    ['officers', 0, { ...officers, trainedOn: addDays(today, -200) }],
    ['shelters', 0, { ...shelters }],
    [
      ...(['stores', 0] as const),
      {
        ...stores,
        'bestBefore-1': addDays(today, 25),
        'bestBefore-2': addDays(today, -3),
        'bestBefore-3': addDays(today, 700),
      },
    ],
    ['warning', 0, { ...warning }],
    ['risks', 0, { ...risks, assessedOn: addDays(today, -120) }],
    [
      ...(['plan', 0] as const),
      {
        ...{ title: '示例社区应急预案', covers: '地震、火灾、内涝、台风' },
        ...{ musterPoint: '示例小学操场（示例）', adoptedOn: addDays(today, -600) },
        nextRevisionOn: addDays(today, 130),
      },
    ],
    ['figures', year - 1, { ...figures }],
    ['publication', 0, { 'show.office': 'yes', 'show.shelters': 'yes', 'show.warning': 'yes' }],
  ];
  for (const [at, [section, of, values]] of sections.entries()) {
    // A few a day, as it would come together.
    const then = { ...ctx, now: new Date(ctx.now.getTime() - (20 - at) * DAY_MS) };
    const input = { organisationId: community.id, section, year: of, version: 0, ...values };
    await saveSection(then, by, input, crypto.randomUUID());
  }
}

const basics = {
  ...{
    address: '示例路12号（示例）',
    officePhone: '0515-00000000',
    officeHours: '每天8点半到18点',
  },
  ...{ households: '1286', residents: '3540', children: '462', aged: '688', clinics: '1' },
  area: '1.2',
};
const vulnerable = {
  ...{ disabled: '41', livingAlone: '26', ill: '9', pregnant: '7', leftBehind: '3' },
  ...{ newcomers: '310', paired: '33' },
};
const officers = {
  ...{ officers: '2', aName: '示例周宁', aPhone: '0515-00000001' },
  ...{ bName: '示例吴霞', bPhone: '0515-00000002', militia: '12' },
};
const shelters = {
  ...{ 'name-1': '示例小学操场', 'address-1': '示例路20号（示例）', 'indoor-1': 'outdoor' },
  ...{ 'area-1': '4000', 'capacity-1': '1500', 'accessible-1': 'yes', 'cell-1': 'D4' },
  ...{ 'route-1': '出小区南门，沿示例路往东走', 'name-2': '示例文化中心' },
  ...{ 'address-2': '示例街3号（示例）', 'indoor-2': 'indoor', 'area-2': '620' },
  ...{ 'capacity-2': '200', 'accessible-2': 'no', 'cell-2': 'B2' },
};
const stores = {
  ...{ place: '社区服务中心一楼（示例）', 'ways.own': 'yes', 'ways.agreed': 'yes', value: '3.5' },
  ...{ 'item-1': '瓶装水', 'amount-1': '200', 'unit-1': '箱' },
  ...{ 'item-2': '压缩饼干', 'amount-2': '60', 'unit-2': '箱' },
  ...{ 'item-3': '急救包', 'amount-3': '24', 'unit-3': '个' },
  ...{ 'item-4': '应急灯', 'amount-4': '30', 'unit-4': '盏' },
};
const warning = {
  ...{ 'receive.message': 'yes', 'receive.group': 'yes', 'spread.loudspeaker': 'yes' },
  ...{ 'spread.group': 'yes', 'spread.door': 'yes', 'report.phone': 'yes' },
  ...{ 'report.system': 'yes', unreached: '网格员上门敲门，听不见的开灯示意' },
};
const risks = {
  hazardList: 'yes',
  ...{ 'hazard-1': 'waterlogging', 'where-1': '东门地下车库', 'level-1': 'orange' },
  ...{ 'cell-1': 'E2', 'measure-1': '备沙袋，预警时先挪车' },
  ...{ 'hazard-2': 'old_house', 'where-2': '老街3号到9号', 'level-2': 'red', 'cell-2': 'C3' },
  ...{ 'hazard-3': 'e_bike', 'where-3': '2号楼车棚', 'level-3': 'yellow', 'cell-3': 'D3' },
  ...{ 'hazard-4': 'typhoon', 'where-4': '沿街广告牌', 'level-4': 'blue', 'cell-4': 'B5' },
};
const figures = {
  ...{ trainings: '4', trained: '260', inspections: '12', found: '18', settled: '17' },
  funds: '2.8',
};
