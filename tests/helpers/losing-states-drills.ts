import {
  dropPlanItem,
  publishPlan,
  writePlanItem,
} from '../../src/features/drill-plans/commands.ts';
import {
  addToRecord,
  correctRecord,
  recordDrill,
} from '../../src/features/drill-records/commands.ts';
import { drillRecordAdditions } from '../../src/features/drill-records/table.ts';
import {
  addTraits,
  decideTraits,
  remindOfDuties,
  setDutyRule,
  setSchoolPause,
} from '../../src/features/duties/commands.ts';
import { newId } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';
import {
  drilling,
  drillValues,
  itemValues,
  planned,
  published,
  recorded,
  region,
  regional,
} from './drills.ts';
import { holder } from './losing-states-console.ts';
import type { LosingState } from './losing-states.ts';
import { NOW } from './session.ts';

const key = () => crypto.randomUUID();
const administrator = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;

const losing = (
  command: string,
  state: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state, reason, prepare });

const rule = {
  ...{ rule: 'school-monthly', target: 'school', every: 'quarter', counts: 'evacuation' },
  ...{ sourceTitle: '示例新指南', sourceNumber: '', sourceClause: '', isConvention: 'no' },
  fromDay: '2027-01',
};

const settingRule = (state: string, reason: string, values: object) =>
  losing('duties.setDutyRule', state, reason, async (world) => {
    const { by } = await holder(world, administrator);
    return () => setDutyRule(world.ctx, by, { ...rule, ...values }, key());
  });

const item = (organiser: object, values: object = {}) => ({
  ...{ organiser, year: '2026', itemId: '', ...itemValues },
  ...values,
});

const recording = (state: string, reason: string, values: object) =>
  losing('drill-records.recordDrill', state, reason, async (world) => {
    const { head, organiser } = await drilling(world);
    const input = { organiser, ...drillValues, ...values };
    return () => recordDrill(world.ctx, head, input, key());
  });

export const drillStates: LosingState[] = [
  losing('duties.setDutyRule', 'not an administrator', 'duty_rule_not_yours', async (world) => {
    const by = await regional(world, 'reviewer');
    return () => setDutyRule(world.ctx, by, rule, key());
  }),
  settingRule('from a month that has begun', 'duty_rule_only_ahead', { fromDay: '2026-10' }),
  settingRule('not at the beginning of a period', 'duty_rule_begins_a_period', {
    fromDay: '2027-02',
  }),
  settingRule('for another target', 'duty_rule_keeps_target', { target: 'kindergarten' }),
  settingRule('two years for a school', 'duty_rule_two_years', { every: 'two_years' }),
  settingRule('without a source', 'invalid_input', { sourceTitle: '' }),
  losing('duties.setSchoolPause', 'not an administrator', 'duty_rule_not_yours', async (world) => {
    const by = await regional(world, 'reviewer');
    const input = { months: [7], fromDay: '2027-01' };
    return () => setSchoolPause(world.ctx, by, input, key());
  }),
  losing(
    'duties.setSchoolPause',
    'from a month that has begun',
    'duty_rule_only_ahead',
    async (world) => {
      const { by } = await holder(world, administrator);
      const input = { months: [7], fromDay: '2026-11' };
      return () => setSchoolPause(world.ctx, by, input, key());
    },
  ),
  losing(
    'duties.decideTraits',
    'by an officer of another county',
    'organisation_unknown',
    async (world) => {
      const { organisationId } = await drilling(world);
      const by = await regional(world, 'reviewer', '320902');
      const input = { organisationId, traits: ['crowded_place'] };
      return () => decideTraits(world.ctx, by, input, key());
    },
  ),
  losing(
    'duties.addTraits',
    'taken away by the one responsible',
    'trait_removal_by_officer',
    async (world) => {
      const { head, organisationId } = await drilling(world);
      await addTraits(world.ctx, head, { organisationId, traits: ['crowded_place'] }, key());
      return () => addTraits(world.ctx, head, { organisationId, traits: [] }, key());
    },
  ),
  losing('duties.remindOfDuties', 'the month has more than a week left', null, async (world) => {
    await drilling(world);
    return () => remindOfDuties(world.at(new Date('2026-11-20T01:00:00Z')));
  }),

  losing('drill-plans.writePlanItem', 'of another county', 'drill_not_yours', async (world) => {
    const by = await regional(world, 'drill_organiser', '320902');
    return () => writePlanItem(world.ctx, by, item(region()), key());
  }),
  losing('drill-plans.writePlanItem', 'an officer only reads', 'drill_not_yours', async (world) => {
    const by = await regional(world, 'reviewer');
    return () => writePlanItem(world.ctx, by, item(region()), key());
  }),
  losing('drill-plans.writePlanItem', 'for a year that is over', 'year_over', async (world) => {
    const by = await regional(world, 'drill_organiser');
    return () => writePlanItem(world.ctx, by, item(region(), { year: '2025' }), key());
  }),
  losing(
    'drill-plans.writePlanItem',
    'revised without a reason',
    'revision_has_reason',
    async (world) => {
      const by = await regional(world, 'drill_organiser');
      const itemId = await planned(world.ctx, by, region());
      await published(world.ctx, by, region());
      return () => writePlanItem(world.ctx, by, item(region(), { itemId, month: '11' }), key());
    },
  ),
  losing(
    'drill-plans.writePlanItem',
    'made blind after it was announced',
    'blind_is_fixed',
    async (world) => {
      const by = await regional(world, 'drill_organiser');
      const itemId = await planned(world.ctx, by, region());
      await published(world.ctx, by, region());
      const blind = { itemId, blind: 'yes', reason: '改为双盲' };
      return () => writePlanItem(world.ctx, by, item(region(), blind), key());
    },
  ),
  losing('drill-plans.writePlanItem', 'of a drill that was held', 'item_settled', async (world) => {
    const { head, organiser } = await drilling(world);
    const itemId = await planned(world.ctx, head, organiser);
    await published(world.ctx, head, organiser);
    await recorded(world.ctx, head, organiser, { planItemId: itemId });
    const late = item(organiser, { itemId, reason: '改名' });
    return () => writePlanItem(world.ctx, head, late, key());
  }),
  losing('drill-plans.publishPlan', 'with nothing in it', 'plan_empty', async (world) => {
    const by = await regional(world, 'drill_organiser');
    const itemId = await planned(world.ctx, by, region());
    const drop = { organiser: region(), year: '2026', itemId, reason: '' };
    await dropPlanItem(world.ctx, by, drop, key());
    return () => publishPlan(world.ctx, by, { organiser: region(), year: '2026' }, key());
  }),
  losing('drill-plans.publishPlan', 'published before', 'plan_already_published', async (world) => {
    const by = await regional(world, 'drill_organiser');
    await planned(world.ctx, by, region());
    await published(world.ctx, by, region());
    return () => publishPlan(world.ctx, by, { organiser: region(), year: '2026' }, key());
  }),
  losing(
    'drill-plans.dropPlanItem',
    'without a reason once published',
    'revision_has_reason',
    async (world) => {
      const by = await regional(world, 'drill_organiser');
      const itemId = await planned(world.ctx, by, region());
      await published(world.ctx, by, region());
      const drop = { organiser: region(), year: '2026', itemId, reason: '' };
      return () => dropPlanItem(world.ctx, by, drop, key());
    },
  ),
  losing(
    'drill-plans.dropPlanItem',
    'of another organisation',
    'drill_not_yours',
    async (world) => {
      const own = await drilling(world);
      const other = await drilling(world, 'school', '示例第二小学');
      const itemId = await planned(world.ctx, own.head, own.organiser);
      await planned(world.ctx, other.head, other.organiser);
      const drop = { organiser: other.organiser, year: '2026', itemId, reason: '示例' };
      return () => dropPlanItem(world.ctx, other.head, drop, key());
    },
  ),

  recording('ahead of now', 'drill_ahead', { date: '2026-11-25', time: '23:59' }),
  recording('longer ago than two months', 'drill_too_old', { date: '2026-09-20' }),
  recording('with a pupil’s name', 'invalid_input', { classes: '张小明 1 1' }),
  recording('of a plan that does not exist', 'item_unknown', {
    planItemId: '01930000-0000-7000-8000-000000000000',
  }),
  losing('drill-records.recordDrill', 'by somebody who left', 'drill_not_yours', async (world) => {
    const { organiser } = await drilling(world);
    const other = await drilling(world, 'school', '示例第二小学');
    return () => recordDrill(world.ctx, other.head, { organiser, ...drillValues }, key());
  }),
  losing(
    'drill-records.recordDrill',
    'for a planned drill that has its record',
    'item_settled',
    async (world) => {
      const { head, organiser } = await drilling(world);
      const planItemId = await planned(world.ctx, head, organiser);
      await published(world.ctx, head, organiser);
      await recorded(world.ctx, head, organiser, { planItemId });
      const again = { organiser, ...drillValues, planItemId };
      return () => recordDrill(world.ctx, head, again, key());
    },
  ),
  losing('drill-records.correctRecord', 'after a day', 'correction_closed', async (world) => {
    const { head, organiser } = await drilling(world);
    const recordId = await recorded(world.ctx, head, organiser);
    const input = { organiser, ...drillValues, recordId, version: '1' };
    return () => correctRecord(world.at(addMinutes(NOW, 24 * 60)), head, input, key());
  }),
  losing(
    'drill-records.correctRecord',
    'corrected meanwhile',
    'record_overtaken',
    async (world) => {
      const { head, organiser } = await drilling(world);
      const recordId = await recorded(world.ctx, head, organiser);
      const input = { organiser, ...drillValues, recordId, version: '1' };
      await correctRecord(world.ctx, head, input, key());
      return () => correctRecord(world.ctx, head, { ...input, hazard: '火灾' }, key());
    },
  ),
  losing(
    'drill-records.correctRecord',
    'of another organisation',
    'drill_not_yours',
    async (world) => {
      const own = await drilling(world);
      const other = await drilling(world, 'school', '示例第二小学');
      const recordId = await recorded(world.ctx, own.head, own.organiser);
      const input = { organiser: other.organiser, ...drillValues, recordId, version: '1' };
      return () => correctRecord(world.ctx, other.head, input, key());
    },
  ),
  losing('drill-records.addToRecord', 'twenty times', 'additions_used_up', async (world) => {
    const { head, organiser } = await drilling(world);
    const recordId = await recorded(world.ctx, head, organiser);
    for (let nth = 0; nth < 20; nth += 1) {
      await world.ctx.db.insert(drillRecordAdditions).values({
        ...{ id: newId(NOW), recordId, text: '示例补充', addedBy: head.id, addedAt: NOW },
      });
    }
    const input = { organiser, recordId, text: '再补一句' };
    return () => addToRecord(world.ctx, head, input, key());
  }),
];
