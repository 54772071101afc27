import type { Refusals } from '../../lib/errors.ts';
import { applicationPath, applicationRefusals } from '../applications/policy.ts';
import type { LoadedApplication } from '../applications/queries.ts';
import type { ApplicationEntry, ApplicationEvidence, EntryPart } from '../applications/table.ts';
import {
  answerTenths,
  type Answer,
  type Draft,
  type HeldEvidence,
  type Missing,
} from '../assessments/policy.ts';
import { linkRefusals } from '../files/policy.ts';
import { basisWords, pointsOf } from '../programmes/policy.ts';
import type {
  Evidence,
  EvidenceKind,
  Point,
  ProfileFigure,
  Programme,
} from '../programmes/schema.ts';
import { answerFields, entryForm, type EntryField, type EntryForm } from './schema.ts';
import type { StampLevel } from './table.ts';

/** One piece of evidence as it was frozen when the file was handed in. */
export interface FrozenEvidence {
  /** Of the row in `application_evidence`. */
  id: string;
  part: EntryPart;
  /** Of the condition or the point. */
  key: string;
  kind: EvidenceKind;
  /** Of the community's profile; '' for other kinds. */
  figure: ProfileFigure | '';
  title: string;
  /** SHA-256 in hexadecimal, of a file's bytes or of what the site's record said. */
  sha256: string;
  fileId: string | null;
}

const handedIn: readonly string[] = ['submission', 'correction'];

/** The evidence of a file as its applicant last handed it in; none before that. */
export function listFrozenEvidence({ rows }: Pick<LoadedApplication, 'rows'>): FrozenEvidence[] {
  const last = rows.findLast(({ act }) => handedIn.includes(act));
  if (!last) return [];
  const { evidence = [] } = JSON.parse(last.content) as { evidence?: FrozenEvidence[] };
  return evidence;
}

/** The latest version of an entry; `answer` as its row has it. */
export type LatestEntry = Pick<
  ApplicationEntry,
  'part' | 'key' | 'version' | 'answer' | 'reason' | 'writtenBy' | 'writtenAt'
>;

type Held = Pick<ApplicationEvidence, 'part' | 'key' | 'kind' | 'figure'>;

/** Evidence of one entry as completeness sees it. */
function heldBy(evidence: readonly Held[], part: EntryPart, key: string): HeldEvidence[] {
  return evidence
    .filter((one) => one.part === part && one.key === key)
    .map(({ kind, figure }) => ({
      kind,
      ...(figure === '' ? {} : { figure: figure as ProfileFigure }),
    }));
}

/** What is written of a condition: whether it is met; undefined where nothing is. */
export const metOf = (entry: Pick<LatestEntry, 'answer'> | undefined): boolean | undefined =>
  typeof entry?.answer === 'string'
    ? (JSON.parse(entry.answer) as { met: boolean }).met
    : undefined;

/** What is written of a point; undefined where nothing is. */
export const answerOf = (entry: Pick<LatestEntry, 'answer'> | undefined): Answer | undefined =>
  typeof entry?.answer === 'string' ? (JSON.parse(entry.answer) as Answer) : undefined;

/** The draft that entries and evidence make. What the programme does not ask is left out. */
export function draftOf(
  programme: Programme,
  entries: readonly LatestEntry[],
  evidence: readonly Held[],
): Draft {
  const find = (part: EntryPart, key: string) =>
    entries.find((one) => one.part === part && one.key === key);
  return {
    conditions: Object.fromEntries(
      programme.conditions.flatMap(({ key }) => {
        const met = metOf(find('condition', key));
        return met === undefined
          ? []
          : [[key, { met, evidence: heldBy(evidence, 'condition', key) }]];
      }),
    ),
    points: Object.fromEntries(
      pointsOf(programme).flatMap(({ key }) => {
        const entry = find('point', key);
        const answer = answerOf(entry);
        return entry && answer
          ? [[key, { answer, reason: entry.reason, evidence: heldBy(evidence, 'point', key) }]]
          : [];
      }),
    ),
  };
}

/** One line of the form: a condition, or a point of a group. */
export interface EntryLine {
  part: EntryPart;
  key: string;
  text: string;
  asked: readonly Evidence[];
  form: EntryForm;
  /** Of a point alone. */
  point: Point | undefined;
  /** What must stand beside it where no document says it. */
  basis: string | undefined;
}

/** The line that an entry answers; undefined where the programme has none. */
export function findLine(
  programme: Programme,
  part: EntryPart,
  key: string,
): EntryLine | undefined {
  return (part === 'condition' ? conditionLines(programme) : pointLines(pointsOf(programme))).find(
    (line) => line.key === key,
  );
}

export const conditionLines = ({ conditions }: Programme): EntryLine[] =>
  conditions.map((condition) => ({
    ...{ part: 'condition', key: condition.key, text: condition.text },
    ...{ asked: condition.evidence, form: { kind: 'yes_no' }, point: undefined },
    basis: basisWords(condition, 'criterion'),
  }));

export const pointLines = (points: readonly Point[]): EntryLine[] =>
  points.map((point) => ({
    ...{ part: 'point', key: point.key, text: point.text, asked: point.evidence },
    ...{ form: entryForm(point), point, basis: basisWords(point, 'criterion') },
  }));

/** The whole form in its order. */
export const allLines = (programme: Programme): EntryLine[] => [
  ...conditionLines(programme),
  ...pointLines(pointsOf(programme)),
];

/** Points of one group of the form. */
export const groupLines = (programme: Programme, group: string): EntryLine[] =>
  pointLines(pointsOf({ groups: programme.groups.filter(({ key }) => key === group) }));

/** The page on which an entry is written. */
export function entryPath(
  applicationId: string,
  programme: Programme,
  part: EntryPart,
  key: string,
): string {
  const base = applicationPath(applicationId);
  if (part === 'condition') return `${base}/conditions`;
  const group = programme.groups.find((one) =>
    pointsOf({ groups: [one] }).some((point) => point.key === key),
  );
  return `${base}/points/${group?.key ?? ''}`;
}

/** The page after the conditions (no group) or after a group's points; the last one leads to handing in. */
export function nextPath(
  applicationId: string,
  { groups }: Pick<Programme, 'groups'>,
  group?: string,
): string {
  const base = applicationPath(applicationId);
  const next = groups[groups.findIndex(({ key }) => key === group) + 1];
  return next ? `${base}/points/${next.key}` : `${base}/submission`;
}

/** The page on which its evidence is put together. */
export const evidencePath = (applicationId: string, part: EntryPart, key: string): string =>
  `${applicationPath(applicationId)}/evidence/${part}/${key}`;

/** Where what is missing is put right; undefined for what no page of the form can mend. */
export function missingPath(
  applicationId: string,
  programme: Programme,
  { where, key, isEvidence }: Missing,
): string | undefined {
  if (where !== 'condition' && where !== 'point') return undefined;
  return isEvidence
    ? evidencePath(applicationId, where, key)
    : `${entryPath(applicationId, programme, where, key)}#${key}`;
}

/** How much is left to do; what no writing mends, such as the time of the round, is no part of the count. */
export function missingWords(missing: readonly Missing[], isReturned: boolean): string {
  const handIn = isReturned ? '交回' : '提交';
  const count = missing.filter(({ where }) => ['condition', 'point', 'sum'].includes(where)).length;
  return count === 0 ? `填全了，现在还不能${handIn}` : `还缺${count}处，补上才能${handIn}`;
}

/** What to go on with after an entry: the next one in the order of the form that lacks something, at its end from the top. */
export function nextMissing(
  programme: Programme,
  missing: readonly Missing[],
  after: Pick<EntryLine, 'part' | 'key'>,
): Missing | undefined {
  const lines = allLines(programme);
  const at = lines.findIndex(({ part, key }) => part === after.part && key === after.key);
  return [...lines.slice(at + 1), ...lines.slice(0, at)].flatMap(
    ({ part, key }) => missing.find((one) => one.where === part && one.key === key) ?? [],
  )[0];
}

/** An answer as it is stored: a condition says whether it is met. */
export function storedAnswer(part: EntryPart, answer: Answer | null): string | null {
  if (answer === null) return null;
  const isCondition = part === 'condition' && answer.kind === 'yes_no';
  return JSON.stringify(isCondition ? { met: answer.yes } : answer);
}

/** What stands in an entry, in the fields of its form. */
export function entryValues(
  part: EntryPart,
  entry: Pick<LatestEntry, 'version' | 'answer' | 'reason'> | undefined,
): Record<EntryField, string> {
  const met = part === 'condition' ? metOf(entry) : undefined;
  const said = part === 'point' ? answerOf(entry) : met === undefined ? undefined : yesOrNo(met);
  return {
    ...answerFields(said),
    version: String(entry?.version ?? 0),
    reason: entry?.reason ?? '',
  };
}
const yesOrNo = (yes: boolean): Answer => ({ kind: 'yes_no', yes });

/** An answer in words; '' where nothing was said. */
export function answerWords(
  line: EntryLine,
  values: Pick<Record<EntryField, string>, 'said' | 'counted' | 'whole'>,
): string {
  const { form, point } = line;
  if (form.kind === 'proportional') {
    return values.counted === '' && values.whole === ''
      ? ''
      : `${form.part}${values.counted || '没有填'}，${form.whole}${values.whole || '没有填'}`;
  }
  if (values.said === '') return '';
  if (form.kind === 'yes_no') return values.said === 'yes' ? '做到了' : '没有做到';
  if (values.said === 'none') return '都没有做到';
  const score = point?.score;
  return score?.kind === 'steps' ? (score.steps[Number(values.said)]?.text ?? '') : '';
}

type Content = { answer: string | null; reason: string };
const isSame = (one: Content, other: Content) =>
  one.answer === other.answer && one.reason === other.reason;

/**
 * What becomes of an entry that somebody sends: nothing where they changed nothing of what they read, or wrote what stands
 * by now; a next version; or both have to be looked at.
 * @param read the version that they read; undefined for 0.
 */
export function mergeEntry(
  read: Content | undefined,
  latest: (Content & { version: number }) | undefined,
  typed: Content & { version: number },
): 'same' | 'save' | 'overtaken' {
  const empty: Content = { answer: null, reason: '' };
  if (isSame(typed, read ?? empty) || isSame(typed, latest ?? empty)) return 'same';
  return typed.version === (latest?.version ?? 0) ? 'save' : 'overtaken';
}

/** Evidence beside what was asked for: each piece serves one line; `over` is what none asked for. */
export function matchEvidence<Piece extends { kind: string; figure: string }>(
  asked: readonly Evidence[],
  held: readonly Piece[],
): { lines: { asked: Evidence; piece: Piece | undefined }[]; over: Piece[] } {
  const over = [...held];
  const lines = asked.map((line) => {
    const at = over.findIndex(
      ({ kind, figure }) => kind === line.kind && figure === (line.figure ?? ''),
    );
    const [piece] = at < 0 ? [] : over.splice(at, 1);
    return { asked: line, piece };
  });
  return { lines, over };
}

/** Entries of an older application that still answer a line of this programme in the same way. */
export function entriesToKeep(
  programme: Programme,
  older: readonly LatestEntry[],
): { part: EntryPart; key: string; answer: string | null; reason: string }[] {
  return older.flatMap(({ part, key, answer, reason }) => {
    const line = findLine(programme, part, key);
    if (!line) return [];
    const said = part === 'point' ? answerOf({ answer }) : undefined;
    const isUnfit =
      said !== undefined && (!line.point || answerTenths(line.point, said) === undefined);
    return answer === null || isUnfit ? [] : [{ part, key, answer, reason }];
  });
}

export const levelWords: Readonly<Record<StampLevel, string>> = {
  applicant: '申报单位',
  town: '街道（乡镇）',
  county: '县（市、区）',
  city: '市',
  province: '省',
};

/** What the guards of evidence and stamps raise besides those of applications. */
export const draftRefusals: Refusals = {
  ...applicationRefusals,
  ...linkRefusals,
  evidence_same_bytes: {
    code: 'conflict',
    message: '这份文件别人刚刚传过。请刷新，用已有的那一份。',
  },
  evidence_unknown: { code: 'not_found', message: '没有找到这份材料。' },
};

/** Whether the form can be written: a draft, or a file that came back. */
export const isWritable = (state: string): boolean =>
  state === 'draft' || state.startsWith('returned:');

/** What was handed in last, and when; undefined before that. */
export function lastHandedIn({
  file,
}: Pick<LoadedApplication, 'file'>): { draft: Draft; at: Date } | undefined {
  const last = file.decisions.findLast(({ act }) => handedIn.includes(act));
  return last && (last.act === 'submission' || last.act === 'correction')
    ? { draft: last.draft, at: last.at }
    : undefined;
}
