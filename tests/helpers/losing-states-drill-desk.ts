import { eq } from 'drizzle-orm';
import {
  assignPerson,
  issueCard,
  releasePerson,
  removeRole,
  takeCard,
  withdrawCard,
  writeRole,
} from '../../src/features/drill-people/commands.ts';
import { codeOfCard } from '../../src/features/drill-people/queries.ts';
import { drillCards } from '../../src/features/drill-people/table.ts';
import { editScript } from '../../src/features/drill-scripts/commands.ts';
import {
  announceDrill,
  cancelDrill,
  endDrill,
  openDrill,
  reviseDrill,
  startDrill,
} from '../../src/features/drills/commands.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { organisationMembers } from '../../src/features/organisations/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { drilling, planned, region, regional } from './drills.ts';
import type { LosingState } from './losing-states.ts';
import {
  announced,
  assigned,
  ended,
  findTemplate,
  opened,
  openValues,
  started,
} from './open-drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

/** A new version of a drill as `opened` makes it. */
export const versionValues = {
  ...{ version: '1', title: '示例地震避险演练', hazard: '地震', form: 'practical' },
  ...{ content: 'comprehensive', purpose: 'test', evacuation: 'yes', reason: '' },
  ...{ date: '2026-11-27', time: '09:00', minutes: '60', place: '示例社区广场' },
  ...{ muster: '旗杆下', notice: '这是演练，不是地震。', contact: '示例 0515-00000000' },
};

/** A role of a drill by its name. */
export async function roleIdOf(ctx: CommandContext, drillId: string, name: string) {
  const role = (await findDrill(ctx, drillId))?.roles.find((one) => one.name === name);
  if (!role) throw new Error(`No role ${name}.`);
  return role.id;
}

/** The fields of a role's form. */
export const roleValues = {
  ...{ roleId: '', roleVersion: '0', scriptVersion: '1', name: '示例联络员', part: 'player' },
  ...{ workGroup: '', filledBy: 'assigned', capacity: '2', duty: '联络' },
};

/** An organisation's drill in preparation, with who prepares it and one member as a form names them. */
export async function prepared(world: World, values: object = {}) {
  const { head, organiser, organisationId } = await drilling(world);
  const drillId = await opened(world.ctx, head, organiser, values);
  const [member] = await world.ctx.db
    .select()
    .from(organisationMembers)
    .where(eq(organisationMembers.organisationId, organisationId));
  return { by: head, organiser, drillId, who: `member:${member!.id}` };
}

/** A card of a role, with its code. */
export async function carded(
  ctx: CommandContext,
  by: Holder,
  drillId: string,
  role: string,
  values: object = {},
): Promise<{ cardId: string; code: string }> {
  const roleId = await roleIdOf(ctx, drillId, role);
  const input = { drillId, roleId, uses: '1', reason: '当面看过证书', ...values };
  const { cardId } = await issueCard(ctx, by, input, key());
  const [card] = await ctx.db.select().from(drillCards).where(eq(drillCards.id, cardId));
  return { cardId, code: await codeOfCard(ctx, card!) };
}

const losing = (
  command: string,
  state: string,
  reason: string,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state, reason, prepare });

type Prepared = Awaited<ReturnType<typeof prepared>>;
type Run = (
  world: World,
  drill: Prepared,
) => Promise<() => Promise<unknown>> | (() => Promise<unknown>);

/** Of a drill in preparation. */
const before = (command: string, state: string, reason: string, run: Run, values: object = {}) =>
  losing(command, state, reason, async (world) => run(world, await prepared(world, values)));

const stranger = async (world: World): Promise<Holder> => {
  const { person } = await world.person();
  return { id: person.id, roles: [] };
};

const opening = (state: string, reason: string, values: object) =>
  losing('drills.openDrill', state, reason, async (world) => {
    const by = await regional(world, 'drill_organiser');
    const input = { organiser: region(), ...openValues, ...values };
    return () => openDrill(world.ctx, by, input, findTemplate, key());
  });

export const drillDeskStates: LosingState[] = [
  opening('from a template that there is not', 'template_unknown', { template: 'nothing' }),
  opening('for a time that is over', 'drill_begins_ahead', { date: '2026-11-20' }),
  opening('blind at a table', 'blind_is_practical', { template: 'flood-tabletop', blind: 'yes' }),
  opening('for a line of no plan', 'item_unknown', { planItemId: crypto.randomUUID() }),
  losing('drills.openDrill', 'of another organiser', 'drill_not_yours', async (world) => {
    const { organiser } = await drilling(world);
    const by = await stranger(world);
    const input = { organiser, ...openValues };
    return () => openDrill(world.ctx, by, input, findTemplate, key());
  }),
  losing('drills.openDrill', 'for a line of a draft', 'item_unknown', async (world) => {
    const { head, organiser } = await drilling(world);
    const planItemId = await planned(world.ctx, head, organiser);
    const input = { organiser, ...openValues, planItemId };
    return () => openDrill(world.ctx, head, input, findTemplate, key());
  }),
  before(
    'drills.announceDrill',
    'without a contact',
    'notice_missing',
    ({ ctx }, { by, drillId }) => {
      return () => announceDrill(ctx, by, { drillId }, key());
    },
  ),
  before(
    'drills.announceDrill',
    'blind',
    'blind_is_secret',
    ({ ctx }, { by, drillId }) =>
      () =>
        announceDrill(ctx, by, { drillId }, key()),
    { blind: 'yes' },
  ),
  before(
    'drills.announceDrill',
    'by somebody else',
    'drill_not_yours',
    async (world, { drillId }) => {
      const by = await stranger(world);
      return () => announceDrill(world.ctx, by, { drillId }, key());
    },
  ),
  before(
    'drills.reviseDrill',
    'by somebody else',
    'drill_not_yours',
    async (world, { drillId }) => {
      const by = await stranger(world);
      return () => reviseDrill(world.ctx, by, { ...versionValues, drillId }, key());
    },
  ),
  before('drills.reviseDrill', 'overtaken', 'drill_overtaken', async ({ ctx }, { by, drillId }) => {
    await reviseDrill(ctx, by, { ...versionValues, drillId }, key());
    return () => reviseDrill(ctx, by, { ...versionValues, drillId, title: '示例另一个' }, key());
  }),
  before(
    'drills.reviseDrill',
    'announced and without a reason',
    'change_has_reason',
    async ({ ctx }, { by, drillId }) => {
      await announced(ctx, by, drillId);
      const input = { ...versionValues, drillId, version: '2' };
      return () => reviseDrill(ctx, by, input, key());
    },
  ),
  before('drills.reviseDrill', 'a private number', 'invalid_input', ({ ctx }, { by, drillId }) => {
    const input = { ...versionValues, drillId, contact: '王老师 13800000000' };
    return () => reviseDrill(ctx, by, input, key());
  }),
  before('drills.cancelDrill', 'without a reason', 'invalid_input', ({ ctx }, { by, drillId }) => {
    return () => cancelDrill(ctx, by, { drillId, reason: ' ' }, key());
  }),
  before('drills.cancelDrill', 'begun', 'drill_settled', async ({ ctx }, { by, drillId }) => {
    await started(ctx, by, drillId);
    return () => cancelDrill(ctx, by, { drillId, reason: '下雨' }, key());
  }),
  before('drills.startDrill', 'two days ahead', 'drill_not_now', ({ ctx }, { by, drillId }) => {
    return () => startDrill(ctx, by, { drillId }, key());
  }),
  before('drills.startDrill', 'by who only drills', 'drill_not_yours', async (world, drill) => {
    const by = await stranger(world);
    const role = { personId: by.id, role: '社区主任' };
    await assigned(world.ctx, drill.by, drill.drillId, role);
    return () => startDrill(world.ctx, by, { drillId: drill.drillId }, key());
  }),
  before('drills.endDrill', 'not begun', 'drill_not_running', ({ ctx }, { by, drillId }) => {
    return () => endDrill(ctx, by, { drillId, kind: 'finished', reason: '' }, key());
  }),
  before(
    'drill-scripts.editScript',
    'overtaken',
    'script_overtaken',
    async ({ ctx }, { by, drillId }) => {
      const input = { drillId, scriptVersion: '1', part: 'materials', materials: '哨子 | 2个' };
      await editScript(ctx, by, input, key());
      return () => editScript(ctx, by, { ...input, materials: '哨子 | 4个' }, key());
    },
  ),
  before(
    'drill-scripts.editScript',
    'by who only drills',
    'drill_not_yours',
    async (world, drill) => {
      const by = await stranger(world);
      const role = { personId: by.id, role: '社区主任' };
      await assigned(world.ctx, drill.by, drill.drillId, role);
      const input = { drillId: drill.drillId, scriptVersion: '1', part: 'confirmation' };
      return () => editScript(world.ctx, by, input, key());
    },
  ),
  before(
    'drill-scripts.editScript',
    'after the end',
    'drill_settled',
    async ({ ctx }, { by, drillId }) => {
      await started(ctx, by, drillId);
      await ended(ctx, by, drillId);
      const input = { drillId, scriptVersion: '1', part: 'confirmation' };
      return () => editScript(ctx, by, input, key());
    },
  ),
  before(
    'drill-people.writeRole',
    'with a name that is taken',
    'role_name_taken',
    ({ ctx }, { by, drillId }) => {
      return () => writeRole(ctx, by, { ...roleValues, drillId, name: '社区主任' }, key());
    },
  ),
  before(
    'drill-people.writeRole',
    'fewer than are in it',
    'role_not_overfilled',
    async (world, drill) => {
      const { ctx } = world;
      const { by, drillId } = drill;
      for (let nth = 0; nth < 2; nth += 1) {
        const { id: personId } = await stranger(world);
        await assigned(ctx, by, drillId, { personId, role: '社区评估员' });
      }
      const roleId = await roleIdOf(ctx, drillId, '社区评估员');
      const input = { ...roleValues, drillId, roleId, part: 'evaluator', capacity: '1' };
      return () => writeRole(ctx, by, input, key());
    },
  ),
  before(
    'drill-people.writeRole',
    'overtaken',
    'role_overtaken',
    async ({ ctx }, { by, drillId }) => {
      const roleId = await roleIdOf(ctx, drillId, '社区评估员');
      const input = { ...roleValues, drillId, roleId, part: 'evaluator', name: '社区评估员' };
      await writeRole(ctx, by, input, key());
      return () => writeRole(ctx, by, { ...input, capacity: '5' }, key());
    },
  ),
  before(
    'drill-people.writeRole',
    'to sign up for blind',
    'blind_has_no_sign_up',
    ({ ctx }, { by, drillId }) =>
      () =>
        writeRole(ctx, by, { ...roleValues, drillId, filledBy: 'volunteer' }, key()),
    { blind: 'yes' },
  ),
  before(
    'drill-people.removeRole',
    'named in the script',
    'role_in_script',
    async ({ ctx }, { by, drillId }) => {
      const roleId = await roleIdOf(ctx, drillId, '社区主任');
      return () => removeRole(ctx, by, { drillId, roleId }, key());
    },
  ),
  before(
    'drill-people.removeRole',
    'somebody is in it',
    'role_is_taken',
    async (world, { by, drillId }) => {
      const { id: personId } = await stranger(world);
      await assigned(world.ctx, by, drillId, { personId, role: '社区评估员' });
      const roleId = await roleIdOf(world.ctx, drillId, '社区评估员');
      return () => removeRole(world.ctx, by, { drillId, roleId }, key());
    },
  ),
  before('drill-people.assignPerson', 'full', 'role_not_overfilled', async (world, drill) => {
    const { by, drillId, who } = drill;
    const { id: personId } = await stranger(world);
    await assigned(world.ctx, by, drillId, { personId, role: '总导调' });
    const roleId = await roleIdOf(world.ctx, drillId, '总导调');
    const input = { drillId, roleId, who, name: '示例', unit: '', reason: '当面说好' };
    return () => assignPerson(world.ctx, by, input, key());
  }),
  before(
    'drill-people.assignPerson',
    'twice',
    'already_in',
    async (world, { by, drillId, who }) => {
      await assigned(world.ctx, by, drillId, { personId: by.id, role: '总导调' });
      const roleId = await roleIdOf(world.ctx, drillId, '社区评估员');
      const input = { drillId, roleId, who, name: '示例', unit: '', reason: '' };
      return () => assignPerson(world.ctx, by, input, key());
    },
  ),
  before(
    'drill-people.assignPerson',
    'at another drill then',
    'time_conflict',
    async ({ ctx }, drill) => {
      const { by, organiser, drillId, who } = drill;
      const other = await opened(ctx, by, organiser, { time: '09:30' });
      await assigned(ctx, by, other, { personId: by.id, role: '总导调' });
      const roleId = await roleIdOf(ctx, drillId, '总导调');
      const input = { drillId, roleId, who, name: '示例', unit: '', reason: '' };
      return () => assignPerson(ctx, by, input, key());
    },
  ),
  before(
    'drill-people.assignPerson',
    'untrained, no reason',
    'training_missing',
    async ({ ctx }, drill) => {
      const { by, drillId, who } = drill;
      const roleId = await roleIdOf(ctx, drillId, '楼栋长');
      const input = { drillId, roleId, who, name: '示例', unit: '', reason: '' };
      return () => assignPerson(ctx, by, input, key());
    },
  ),
  before(
    'drill-people.assignPerson',
    'an untrained volunteer',
    'training_missing',
    async ({ ctx }, drill) => {
      const { by, drillId, who } = drill;
      const roleId = await roleIdOf(ctx, drillId, '急救志愿者');
      const input = { drillId, roleId, who, name: '示例', unit: '', reason: '会一点' };
      return () => assignPerson(ctx, by, input, key());
    },
  ),
  before(
    'drill-people.releasePerson',
    'left already',
    'already_left',
    async ({ ctx }, { by, drillId }) => {
      const { id } = await assigned(ctx, by, drillId, { personId: by.id, role: '总导调' });
      const input = { drillId, participantId: id, reason: '换人' };
      await releasePerson(ctx, by, input, key());
      return () => releasePerson(ctx, by, input, key());
    },
  ),
  before(
    'drill-people.releasePerson',
    'of another drill',
    'participant_unknown',
    async ({ ctx }, drill) => {
      const { by, organiser, drillId } = drill;
      const other = await opened(ctx, by, organiser, { date: '2026-11-28' });
      const { id } = await assigned(ctx, by, other, { personId: by.id, role: '总导调' });
      const input = { drillId, participantId: id, reason: '换人' };
      return () => releasePerson(ctx, by, input, key());
    },
  ),
  before(
    'drill-people.issueCard',
    'for more than it takes',
    'card_over_capacity',
    async ({ ctx }, drill) => {
      const { by, drillId } = drill;
      const roleId = await roleIdOf(ctx, drillId, '总导调');
      return () => issueCard(ctx, by, { drillId, roleId, uses: '2', reason: '' }, key());
    },
  ),
  before(
    'drill-people.issueCard',
    'to who drills blind',
    'card_tells_of_blind',
    async ({ ctx }, { by, drillId }) => {
      const roleId = await roleIdOf(ctx, drillId, '社区主任');
      return () => issueCard(ctx, by, { drillId, roleId, uses: '1', reason: '' }, key());
    },
    { blind: 'yes' },
  ),
  before(
    'drill-people.withdrawCard',
    'withdrawn before',
    'card_withdrawn',
    async ({ ctx }, drill) => {
      const { by, drillId } = drill;
      const { cardId } = await carded(ctx, by, drillId, '总导调');
      await withdrawCard(ctx, by, { drillId, cardId }, key());
      return () => withdrawCard(ctx, by, { drillId, cardId }, key());
    },
  ),
  before('drill-people.takeCard', 'withdrawn', 'card_unknown', async (world, { by, drillId }) => {
    const { ctx } = world;
    const { cardId, code } = await carded(ctx, by, drillId, '总导调');
    await withdrawCard(ctx, by, { drillId, cardId }, key());
    const { person } = await world.person();
    return () => takeCard(ctx, person, { code, name: '示例', unit: '' }, key());
  }),
  before(
    'drill-people.takeCard',
    'used up',
    'card_not_overused',
    async (world, { by, drillId }) => {
      const { ctx } = world;
      const { code } = await carded(ctx, by, drillId, '社区评估员');
      const { person: first } = await world.person();
      const { person } = await world.person();
      await takeCard(ctx, first, { code, name: '示例', unit: '' }, key());
      return () => takeCard(ctx, person, { code, name: '示例', unit: '' }, key());
    },
  ),
  before(
    'drill-people.takeCard',
    'after its drill',
    'card_unknown',
    async (world, { by, drillId }) => {
      const { code } = await carded(world.ctx, by, drillId, '总导调');
      const { person } = await world.person();
      const later = world.at(new Date('2026-11-27T10:00:00+08:00'));
      return () => takeCard(later, person, { code, name: '示例', unit: '' }, key());
    },
  ),
  before('drill-people.takeCard', 'of nobody', 'card_unknown', async (world) => {
    const { person } = await world.person();
    const input = { code: '234567892345', name: '示例', unit: '' };
    return () => takeCard(world.ctx, person, input, key());
  }),
];
