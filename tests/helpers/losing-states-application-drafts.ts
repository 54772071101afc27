import {
  addFileEvidence,
  addStamp,
  linkEvidence,
  removeEvidence,
  reuseEvidence,
  saveEntries,
  submitDraft,
  withdrawApplication,
} from '../../src/features/application-drafts/commands.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import type { ListProgrammes } from '../../src/features/applications/queries.ts';
import { followTime } from '../../src/features/reviews/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { FileContext } from '../../src/lib/storage.ts';
import { sent } from './application-drafts.ts';
import { begun, decided, listProgrammes, PROGRAMME, type Filed } from './filed-applications.ts';
import { PURPOSE, pdf, receive, withStore } from './files.ts';
import type { LosingState } from './losing-states.ts';
import { openStore } from './store.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

/** A draft of one's own, the officer who has nothing to do with it, and a store for files. */
interface Drafting {
  ctx: FileContext;
  filed: Filed;
  head: Holder;
}

type Command = (
  ctx: FileContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
) => Promise<unknown>;

function losing(
  act: Command,
  state: string,
  reason: string,
  prepare: (drafting: Drafting, world: World) => Promise<{ by?: Holder; input?: object }>,
): LosingState {
  return {
    command: `application-drafts.${act.name}`,
    ...{ state, reason },
    prepare: async (world) => {
      const ctx = withStore(world.ctx, await openStore());
      const filed = await begun(world);
      const { head } = filed.own;
      const { by = head, input = {} } = await prepare({ ctx, filed, head }, world);
      const { applicationId } = filed;
      return () => act(ctx, by, { applicationId, ...input }, listProgrammes, key());
    },
  };
}

const DUTY = { part: 'point', entry: 'leadership-duty' };
const typed = { entry: 'leadership-duty', version: '0', said: 'yes', reason: '' };
const someFile = async ({ ctx, head }: Drafting) => ({
  ...{ ...DUTY, kind: 'file', title: '' },
  file: await sent(ctx, head, pdf()),
});

/** Taken back, so that nothing more can be written. */
async function closed({ ctx, filed, head }: Drafting): Promise<void> {
  await decided(ctx, head, filed.applicationId, { act: 'withdrawal', reason: '不报了' });
}

const others = [
  [saveEntries, { part: 'point', entries: [typed] }],
  [linkEvidence, { ...DUTY, kind: 'roster', sha256: '0'.repeat(64) }],
  [addFileEvidence, { ...DUTY, kind: 'file', title: '', file: crypto.randomUUID() }],
  [reuseEvidence, { ...DUTY, kind: 'file', evidence: crypto.randomUUID() }],
  [removeEvidence, { ...DUTY, evidence: crypto.randomUUID() }],
  [submitDraft, { on: 'draft', confirmed: 'yes' }],
  [withdrawApplication, { on: 'draft', reason: '不报了' }],
  [addStamp, { level: 'applicant', file: crypto.randomUUID() }],
] as const satisfies readonly (readonly [Command, object])[];

export const applicationDraftStates: LosingState[] = [
  ...others.map(([act, input]) =>
    losing(act, 'another’s application', 'application_not_yours', async (_, world) => ({
      by: { id: (await world.person()).person.id, roles: [] },
      input,
    })),
  ),
  ...([saveEntries, linkEvidence, addFileEvidence, reuseEvidence, removeEvidence] as const).map(
    (act) =>
      losing(act, 'it was taken back', 'application_not_open', async (drafting) => {
        await closed(drafting);
        return { input: others.find(([one]) => one === act)![1] };
      }),
  ),
  losing(saveEntries, 'another saved it since', 'entry_overtaken', async ({ ctx, filed }) => {
    const { applicationId } = filed;
    const input = { applicationId, part: 'point', entries: [typed] };
    await saveEntries(ctx, filed.own.colleague, input, listProgrammes, key());
    return { input: { part: 'point', entries: [{ ...typed, said: 'no' }] } };
  }),
  losing(saveEntries, 'no such entry', 'entry_unknown', async () => ({
    input: { part: 'point', entries: [{ ...typed, entry: 'no-such' }] },
  })),
  losing(saveEntries, 'more than there are', 'invalid_input', async () => ({
    input: {
      part: 'point',
      entries: [{ entry: 'closed-share', version: '0', counted: '9', whole: '7', reason: '' }],
    },
  })),
  losing(linkEvidence, 'not what the site says', 'evidence_changed', async () => ({
    input: { ...DUTY, kind: 'roster', sha256: '0'.repeat(64) },
  })),
  losing(addFileEvidence, 'another’s file', 'file_unknown', async (drafting) => {
    const { ctx, filed } = drafting;
    const file = await sent(ctx, filed.own.colleague, pdf());
    return { input: { ...DUTY, kind: 'file', title: '', file } };
  }),
  losing(
    addFileEvidence,
    'a file for something else',
    'file_unknown',
    async ({ ctx, head }, world) => {
      const { person } = await world.person();
      const file = await receive(ctx, person);
      return { by: head, input: { ...DUTY, kind: 'file', title: PURPOSE, file } };
    },
  ),
  losing(addFileEvidence, 'it is there already', 'evidence_there', async (drafting) => {
    const { ctx, filed, head } = drafting;
    const input = await someFile(drafting);
    const { applicationId } = filed;
    await addFileEvidence(ctx, head, { applicationId, ...input }, listProgrammes, key());
    return { input };
  }),
  losing(reuseEvidence, 'no such piece', 'evidence_unknown', async () => ({
    input: { ...DUTY, kind: 'file', evidence: crypto.randomUUID() },
  })),
  losing(removeEvidence, 'no such entry', 'entry_unknown', async () => ({
    input: { ...DUTY, entry: 'no-such', evidence: crypto.randomUUID() },
  })),
  losing(submitDraft, 'nothing is filled in', 'application_lacking', async () => ({
    input: { on: 'draft', confirmed: 'yes' },
  })),
  losing(submitDraft, 'nobody has looked it through', 'invalid_input', async () => ({
    input: { on: 'draft' },
  })),
  losing(submitDraft, 'it was taken back', 'application_moved_on', async (drafting) => {
    await closed(drafting);
    return { input: { on: 'draft', confirmed: 'yes' } };
  }),
  losing(withdrawApplication, 'without a reason', 'invalid_input', async () => ({
    input: { on: 'draft', reason: ' ' },
  })),
  losing(withdrawApplication, 'taken back before', 'application_moved_on', async (drafting) => {
    await closed(drafting);
    return { input: { on: 'draft', reason: '不报了' } };
  }),
  losing(addStamp, 'for another level', 'application_not_yours', async ({ ctx, head }) => ({
    input: { level: 'county', file: await sent(ctx, head, pdf(), 'stamped_form') },
  })),
  losing(addStamp, 'the same file twice', 'file_already_linked', async ({ ctx, filed, head }) => {
    const file = await sent(ctx, head, pdf(), 'stamped_form');
    const input = { applicationId: filed.applicationId, level: 'applicant', file };
    await addStamp(ctx, head, input, listProgrammes, key());
    return { input };
  }),
  {
    ...{ command: 'applications.beginApplication', state: 'one is open already' },
    reason: 'application_open',
    prepare: async (world) => {
      const { own } = await begun(world);
      const input = { organisationId: own.organisationId, programme: PROGRAMME };
      return () => beginApplication(world.ctx, own.head, input, listProgrammes, key());
    },
  },
  {
    ...{ command: 'applications.beginApplication', state: 'a title of another unit' },
    reason: 'programme_unfit',
    prepare: async (world) => {
      const { own } = await begun(world);
      const input = { organisationId: own.organisationId, programme: 'national-county' };
      return () => beginApplication(world.ctx, own.head, input, listProgrammes, key());
    },
  },
  {
    ...{ command: 'reviews.followTime', state: 'no time has gone by', reason: null },
    prepare: async (world) => {
      await begun(world);
      return () => followTime(world.ctx, listProgrammes);
    },
  },
];
