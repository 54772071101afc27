import type { Person } from '../../src/features/accounts/table.ts';
import { saveEntries } from '../../src/features/application-drafts/commands.ts';
import { allLines, type EntryLine } from '../../src/features/application-drafts/policy.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import {
  loadApplication,
  readFacts,
  type LoadedApplication,
} from '../../src/features/applications/queries.ts';
import type { Draft } from '../../src/features/assessments/policy.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import type { Programme } from '../../src/features/programmes/schema.ts';
import { standingOf } from '../../src/features/reviews/policy.ts';
import { decideOnce, type Brought } from '../../src/features/reviews/statements.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import type { Json } from '../../src/lib/db/commit.ts';
import { newId, toHex } from '../../src/lib/ids.ts';
import { sha256 } from '../../src/lib/keyring.ts';
import { addMinutes, DAY_MS } from '../../src/lib/time.ts';
import { foundedRecord } from './founded-records.ts';
import { listProgrammes } from './list-programmes.ts';

/** What the demonstration's communities apply for. */
export const PROGRAMME = 'jiangsu-community';
const STREET = '320904002';
const key = () => crypto.randomUUID();

export interface ApplicationCast {
  /** The county's officer of the demonstration. */
  reviewer: Holder;
  person: (ctx: CommandContext, phone: string) => Promise<Person>;
}

/** Who takes objections, by no name and no number that there is. */
export const OFFICE = {
  ...{ office: '受理单位的名称（示例）', phone: '025-00000000', address: '示例路1号（示例）' },
};
/** The same site at another time. */
export const at = (ctx: CommandContext, days: number, minutes = 0): CommandContext => ({
  ...ctx,
  now: addMinutes(new Date(ctx.now.getTime() + days * DAY_MS), minutes),
});

export async function load(ctx: CommandContext, id: string): Promise<LoadedApplication> {
  const found = await loadApplication(ctx, listProgrammes, { id });
  if (!found) throw new Error(`No application ${id}.`);
  return found;
}

/** Takes a decision on a file as it stands then. */
export async function decide(
  ctx: CommandContext,
  by: Holder | undefined,
  id: string,
  brought: object,
  details: Record<string, Json> = {},
): Promise<void> {
  const loaded = await load(ctx, id);
  const { state } = standingOf(loaded.file, loaded, ctx.now);
  const decision = { on: state, reason: '示例：符合要求', ...brought } as Brought;
  const founded = await foundedRecord(ctx, by!, loaded, decision);
  await decideOnce(ctx, by!, loaded, { decision, details: { ...founded, ...details } }, key());
}

/** Fields of an entry that says the best, a little less where it is a share. */
export function best({
  key: entry,
  form,
  part,
}: EntryLine): { entry: string } & Record<string, string> {
  const said = form.kind === 'yes_no' ? 'yes' : form.kind === 'steps' ? String(form.steps - 1) : '';
  const share = form.kind === 'proportional' ? { counted: '95', whole: '100' } : {};
  return {
    ...{ entry, version: '0', said, ...share },
    reason: part === 'point' ? '示例：照着做了，材料里写明了时间和数量' : '',
  };
}

/** Says yes to everything, with a share here and there a little less. */
export function wholeDraft(programme: Programme): Draft {
  const lines = allLines(programme);
  return {
    conditions: Object.fromEntries(
      lines
        .filter(({ part }) => part === 'condition')
        .map(({ key: of, asked }) => [of, { met: true, evidence: asked }]),
    ),
    points: Object.fromEntries(
      lines
        .filter(({ part }) => part === 'point')
        .map((line) => [line.key, { ...answered(line), evidence: line.asked }]),
    ),
  };
}

function answered({ form }: EntryLine): Pick<Draft['points'][string], 'answer' | 'reason'> {
  const reason = '示例：照着做了，材料里写明了时间和数量';
  if (form.kind === 'yes_no') return { answer: { kind: 'yes_no', yes: true }, reason };
  if (form.kind === 'steps') return { answer: { kind: 'steps', step: form.steps - 1 }, reason };
  return { answer: { kind: 'proportional', part: 95, whole: 100 }, reason };
}

/** Evidence as it would be frozen: by name alone, since the demonstration has no files to show. */
async function namedEvidence(ctx: CommandContext, programme: Programme): Promise<Json[]> {
  const pieces = allLines(programme).flatMap(({ part, key: of, asked }) =>
    asked.map(({ kind, figure = '', text }) => ({ part, key: of, kind, figure, title: text })),
  );
  return Promise.all(
    pieces.map(async (piece) => ({
      ...{ id: newId(ctx.now), ...piece, title: `${piece.title}（示例，没有附件）` },
      ...{ sha256: toHex(await sha256(JSON.stringify(piece))), fileId: null },
    })),
  );
}

/** A committee that has handed in an application so many days ago. @param regionCode its street, or its county alone. */
export async function handedIn(
  ctx: CommandContext,
  { reviewer, person }: ApplicationCast,
  name: string,
  phone: string,
  days: number,
  regionCode = STREET,
): Promise<string> {
  const then = at(ctx, days);
  const { id } = await person(ctx, phone);
  const head = { id, roles: [] };
  const claim = { kind: 'committee', name, regionCode };
  const { organisationId } = await claimOrganisation(at(ctx, days, -90), head, claim, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(at(ctx, days, -60), reviewer, verdict, key());
  const input = { organisationId, programme: PROGRAMME };
  const begun = await beginApplication(at(ctx, days, -30), head, input, listProgrammes, key());
  const { application, programme } = await load(then, begun.applicationId);
  const { applicationId } = begun;
  for (const part of ['condition', 'point'] as const) {
    const entries = allLines(programme)
      .filter((line) => line.part === part)
      .map(best);
    const page = { applicationId, part, entries };
    await saveEntries(at(ctx, days, -20), head, page, listProgrammes, key());
  }
  const facts = await readFacts(then, application, programme);
  const evidence = await namedEvidence(then, programme);
  const decision = { act: 'submission', draft: wholeDraft(programme), facts, reason: '' };
  await decide(then, head, application.id, decision, { evidence });
  return application.id;
}
