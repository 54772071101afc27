import { archiveDrill } from '../../src/features/drill-archives/commands.ts';
import {
  giveSelfEvaluation,
  handInSheet,
  reopenSheet,
  saveSheet,
  setGradeBands,
} from '../../src/features/drill-evaluations/commands.ts';
import { sectionsOf } from '../../src/features/drill-evaluations/policy.ts';
import {
  addPhoto,
  recordHeldDrill,
  releaseReport,
  removeFinding,
  writeFinding,
  writeReport,
} from '../../src/features/drill-reports/commands.ts';
import { draftWords } from '../../src/features/drill-reports/policy.ts';
import { readReport } from '../../src/features/drill-reports/queries.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import {
  openImprovement,
  remindOfImprovements,
  takeStep,
} from '../../src/features/improvements/commands.ts';
import { COUNTY, drilling, drillValues, regional } from './drills.ts';
import {
  found,
  findingValues,
  handedIn,
  held,
  judged,
  mending,
  released,
  worded,
  type EvaluatedDrill,
} from './evaluated-drills.ts';
import type { LosingState } from './losing-states.ts';
import { assigned, opened, started } from './open-drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

const losing = (
  command: string,
  state: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state, reason, prepare });

/** A drill that was held, and what is tried on it. */
const afterwards = (
  command: string,
  state: string,
  reason: string,
  run: (drill: EvaluatedDrill, world: World) => Promise<() => Promise<unknown>>,
): LosingState => losing(command, state, reason, async (world) => run(await held(world), world));

/** A drill in preparation with the one who organises it. */
async function ahead(world: World) {
  const { head, organiser } = await drilling(world, 'committee');
  return { head, organiser, drillId: await opened(world.ctx, head, organiser) };
}

const stranger = async (world: World) => (await drilling(world, 'school')).head;
const bands = { excellent: '90', good: '80', pass: '60', reason: '示例的原因' };
const said = { understood: '5', knew: '5', safe: '5', wish: '' };

async function firstSection({ ctx, drillId }: Pick<EvaluatedDrill, 'ctx' | 'drillId'>) {
  const file = await findDrill(ctx, drillId);
  return sectionsOf(file?.script ?? { items: [] })[0]?.id ?? '';
}

async function draft({ ctx, drillId }: Pick<EvaluatedDrill, 'ctx' | 'drillId'>) {
  const file = await findDrill(ctx, drillId);
  const report = file && (await readReport(ctx, file));
  if (!report) throw new Error('No report.');
  return { drillId, version: report.version, ...draftWords(report.data) };
}

export const drillEvaluationStates: LosingState[] = [
  losing('drill-evaluations.saveSheet', 'before the drill', 'drill_not_begun', async (world) => {
    const { head, drillId } = await ahead(world);
    const section = await firstSection({ ctx: world.ctx, drillId });
    return () => saveSheet(world.ctx, head, { drillId, section, base: 0 }, key());
  }),
  afterwards(
    'drill-evaluations.saveSheet',
    'by a stranger',
    'drill_not_yours',
    async (drill, world) => {
      const by = await stranger(world);
      const input = { drillId: drill.drillId, section: await firstSection(drill), base: 0 };
      return () => saveSheet(drill.ctx, by, input, key());
    },
  ),
  afterwards('drill-evaluations.saveSheet', 'saved elsewhere', 'sheet_overtaken', async (drill) => {
    const { ctx, drillId, evaluators } = drill;
    await judged(ctx, evaluators[0], drillId);
    const input = { drillId, section: await firstSection(drill), base: 0 };
    return () => saveSheet(ctx, evaluators[0], input, key());
  }),
  afterwards('drill-evaluations.saveSheet', 'handed in', 'sheet_handed_in', async (drill) => {
    const { ctx, drillId, evaluators } = drill;
    await handedIn(ctx, evaluators[0], drillId);
    const input = { drillId, section: await firstSection(drill), base: 1 };
    return () => saveSheet(ctx, evaluators[0], input, key());
  }),
  afterwards('drill-evaluations.saveSheet', 'an odd answer', 'invalid_input', async (drill) => {
    const input = { drillId: drill.drillId, section: await firstSection(drill), base: 0 };
    return () => saveSheet(drill.ctx, drill.head, { ...input, 'answer-e1': 'maybe' }, key());
  }),
  afterwards(
    'drill-evaluations.handInSheet',
    'with an item left',
    'sheet_incomplete',
    async (drill) => {
      const { ctx, drillId, evaluators } = drill;
      await judged(ctx, evaluators[0], drillId, (item) => (item === 'e1' ? '' : 'yes'));
      return () => handInSheet(ctx, evaluators[0], { drillId }, key());
    },
  ),
  losing('drill-evaluations.handInSheet', 'while it runs', 'drill_not_over', async (world) => {
    const { head, drillId } = await ahead(world);
    await started(world.ctx, head, drillId);
    await judged(world.ctx, head, drillId);
    return () => handInSheet(world.ctx, head, { drillId }, key());
  }),
  afterwards('drill-evaluations.handInSheet', 'twice', 'sheet_handed_in', async (drill) => {
    const { ctx, drillId, evaluators } = drill;
    await handedIn(ctx, evaluators[0], drillId);
    return () => handInSheet(ctx, evaluators[0], { drillId }, key());
  }),
  afterwards(
    'drill-evaluations.reopenSheet',
    'after the release',
    'report_released',
    async (drill) => {
      const { ctx, drillId, evaluators, head } = drill;
      await handedIn(ctx, evaluators[0], drillId);
      await released(ctx, head, drillId);
      return () => reopenSheet(ctx, evaluators[0], { drillId, reason: '看错了' }, key());
    },
  ),
  afterwards(
    'drill-evaluations.reopenSheet',
    'never handed in',
    'sheet_not_handed_in',
    async (drill) => {
      const { ctx, drillId, evaluators } = drill;
      await judged(ctx, evaluators[0], drillId);
      return () => reopenSheet(ctx, evaluators[0], { drillId, reason: '看错了' }, key());
    },
  ),
  losing(
    'drill-evaluations.giveSelfEvaluation',
    'before it is over',
    'drill_not_over',
    async (world) => {
      const { head, drillId } = await ahead(world);
      await assigned(world.ctx, head, drillId, { personId: head.id, role: '总导调' });
      return () => giveSelfEvaluation(world.ctx, head, { drillId, ...said }, key());
    },
  ),
  afterwards(
    'drill-evaluations.giveSelfEvaluation',
    'a second time',
    'already_answered',
    async ({ ctx, drillId, evaluators }) => {
      const give = () => giveSelfEvaluation(ctx, evaluators[0], { drillId, ...said }, key());
      await give();
      return give;
    },
  ),
  afterwards(
    'drill-evaluations.giveSelfEvaluation',
    'without a part in it',
    'drill_not_yours',
    async ({ ctx, drillId, head }) =>
      () =>
        giveSelfEvaluation(ctx, head, { drillId, ...said }, key()),
  ),
  losing(
    'drill-evaluations.setGradeBands',
    'of another county',
    'drill_not_yours',
    async (world) => {
      const by = await regional(world, 'drill_organiser', '320902');
      return () => setGradeBands(world.ctx, by, { ...bands, regionCode: COUNTY }, key());
    },
  ),
  losing('drill-evaluations.setGradeBands', 'in a wrong order', 'invalid_input', async (world) => {
    const by = await regional(world, 'drill_organiser');
    return () => setGradeBands(world.ctx, by, { ...bands, regionCode: COUNTY, pass: '85' }, key());
  }),

  losing('drill-reports.writeFinding', 'before the drill', 'drill_not_begun', async (world) => {
    const { head, drillId } = await ahead(world);
    return () => writeFinding(world.ctx, head, { drillId, ...findingValues }, key());
  }),
  afterwards(
    'drill-reports.writeFinding',
    'by an evaluator after the release',
    'report_released',
    async ({ ctx, drillId, evaluators, head }) => {
      await released(ctx, head, drillId);
      return () => writeFinding(ctx, evaluators[0], { drillId, ...findingValues }, key());
    },
  ),
  afterwards(
    'drill-reports.removeFinding',
    'that is being mended',
    'finding_has_item',
    async ({ ctx, drillId, head, organiser }) => {
      const findingId = await found(ctx, head, drillId);
      await mending(ctx, head, organiser, { drillId, findingId });
      return () => removeFinding(ctx, head, { drillId, findingId }, key());
    },
  ),
  afterwards(
    'drill-reports.removeFinding',
    'without a reason after the release',
    'removal_has_reason',
    async ({ ctx, drillId, head }) => {
      const findingId = await found(ctx, head, drillId);
      await released(ctx, head, drillId);
      return () => removeFinding(ctx, head, { drillId, findingId }, key());
    },
  ),
  afterwards(
    'drill-reports.removeFinding',
    'another’s by an evaluator',
    'drill_not_yours',
    async ({ ctx, drillId, head, evaluators }) => {
      const findingId = await found(ctx, head, drillId);
      return () => removeFinding(ctx, evaluators[0], { drillId, findingId }, key());
    },
  ),
  afterwards(
    'drill-reports.writeReport',
    'written meanwhile',
    'report_overtaken',
    async (drill) => {
      const input = await draft(drill);
      await worded(drill.ctx, drill.head, drill.drillId);
      return () => writeReport(drill.ctx, drill.head, input, key());
    },
  ),
  losing('drill-reports.writeReport', 'while it runs', 'drill_not_over', async (world) => {
    const { head, drillId } = await ahead(world);
    await started(world.ctx, head, drillId);
    return () => writeReport(world.ctx, head, { drillId, version: 0 }, key());
  }),
  afterwards('drill-reports.writeReport', 'by an evaluator', 'drill_not_yours', async (drill) => {
    const input = await draft(drill);
    return () => writeReport(drill.ctx, drill.evaluators[0], input, key());
  }),
  afterwards(
    'drill-reports.releaseReport',
    'before anybody has worded it',
    'invalid_input',
    async ({ ctx, drillId, head }) =>
      () =>
        releaseReport(ctx, head, { drillId, version: 0 }, key()),
  ),
  afterwards(
    'drill-reports.releaseReport',
    'written meanwhile',
    'report_overtaken',
    async ({ ctx, drillId, head }) => {
      await worded(ctx, head, drillId);
      await worded(ctx, head, drillId);
      return () => releaseReport(ctx, head, { drillId, version: 1 }, key());
    },
  ),
  afterwards(
    'drill-reports.recordHeldDrill',
    'a second time',
    'already_recorded',
    async ({ ctx, drillId, head }) => {
      const input = { drillId, ...drillValues, date: '2026-11-27', time: '09:00' };
      await recordHeldDrill(ctx, head, input, key());
      return () => recordHeldDrill(ctx, head, input, key());
    },
  ),
  losing('drill-reports.recordHeldDrill', 'while it runs', 'drill_not_over', async (world) => {
    const { head, drillId } = await ahead(world);
    await started(world.ctx, head, drillId);
    return () => recordHeldDrill(world.ctx, head, { drillId, ...drillValues }, key());
  }),
  afterwards(
    'drill-reports.addPhoto',
    'a file that is not there',
    'file_unknown',
    async ({ ctx, drillId, head }) =>
      () =>
        addPhoto(ctx, head, { drillId, file: key() }, key()),
  ),

  losing('drill-archives.archiveDrill', 'before it is over', 'drill_not_over', async (world) => {
    const { head, drillId } = await ahead(world);
    return () => archiveDrill(world.ctx, head, { drillId }, key());
  }),
  afterwards(
    'drill-archives.archiveDrill',
    'by an evaluator',
    'drill_not_yours',
    async ({ ctx, drillId, evaluators }) =>
      () =>
        archiveDrill(ctx, evaluators[0], { drillId }, key()),
  ),

  losing('improvements.openImprovement', 'of another', 'drill_not_yours', async (world) => {
    const { organiser } = await drilling(world, 'committee');
    const by = await stranger(world);
    return () => mending(world.ctx, by, organiser);
  }),
  losing(
    'improvements.openImprovement',
    'for a day that is over',
    'due_is_ahead',
    async (world) => {
      const { head, organiser } = await drilling(world, 'committee');
      return () => mending(world.ctx, head, organiser, { dueDay: '2026-11-24' });
    },
  ),
  losing('improvements.openImprovement', 'for an outsider', 'owner_not_member', async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    const { person } = await world.person();
    return () => mending(world.ctx, head, organiser, { owner: person.id, office: '' });
  }),
  losing('improvements.openImprovement', 'of no office', 'invalid_input', async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    const input = { organiser, what: '换门', owner: 'office', office: '', dueDay: '2026-12-20' };
    return () => openImprovement(world.ctx, head, input, key());
  }),
  afterwards(
    'improvements.openImprovement',
    'of a finding that is being mended',
    'finding_has_item',
    async ({ ctx, drillId, head, organiser }) => {
      const findingId = await found(ctx, head, drillId);
      await mending(ctx, head, organiser, { drillId, findingId });
      return () => mending(ctx, head, organiser, { drillId, findingId });
    },
  ),
  losing('improvements.takeStep', 'verified by oneself', 'verified_by_another', async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    const itemId = await mending(world.ctx, head, organiser);
    const step = { itemId, steps: 0, words: '改好了' };
    await takeStep(world.ctx, head, { ...step, kind: 'finish' }, key());
    return () => takeStep(world.ctx, head, { ...step, kind: 'verify', steps: 1 }, key());
  }),
  losing('improvements.takeStep', 'without words or proof', 'finish_has_proof', async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    const itemId = await mending(world.ctx, head, organiser);
    const input = { itemId, kind: 'finish', steps: 0, words: '' };
    return () => takeStep(world.ctx, head, input, key());
  }),
  losing('improvements.takeStep', 'put off to an earlier day', 'due_is_later', async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    const itemId = await mending(world.ctx, head, organiser);
    const input = { itemId, kind: 'postpone', steps: 0, words: '等一等', dueDay: '2026-12-01' };
    return () => takeStep(world.ctx, head, input, key());
  }),
  losing('improvements.takeStep', 'moved on meanwhile', 'item_moved_on', async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    const itemId = await mending(world.ctx, head, organiser);
    const input = { itemId, kind: 'finish', steps: 0, words: '改好了' };
    await takeStep(world.ctx, head, input, key());
    return () => takeStep(world.ctx, head, input, key());
  }),
  losing('improvements.takeStep', 'by a stranger', 'item_not_yours', async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    const itemId = await mending(world.ctx, head, organiser);
    const by = await stranger(world);
    const input = { itemId, kind: 'finish', steps: 0, words: '改好了' };
    return () => takeStep(world.ctx, by, input, key());
  }),
  losing('improvements.remindOfImprovements', 'nothing is due', null, async (world) => {
    const { head, organiser } = await drilling(world, 'committee');
    await mending(world.ctx, head, organiser);
    return () => remindOfImprovements(world.ctx);
  }),
];
