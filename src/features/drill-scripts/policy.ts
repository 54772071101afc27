import { DomainError } from '../../lib/errors.ts';
import { DRILL_MARK } from '../drill-templates/policy.ts';
import type { DrillScript } from '../drills/schema.ts';
import type { Drill, DrillRole } from '../drills/table.ts';
import type { OrganisationKind } from '../organisations/table.ts';
import type { ScriptEdit } from './schema.ts';

type Named = Pick<DrillRole, 'id' | 'name' | 'part'>;

const mistake = (reason: string, field: string, message: string) =>
  new DomainError('invalid', reason, message, { fields: [{ field, message }] });

/** Who can be told something while a drill runs: evaluators and observers only look on. */
export function canBeTold({ part }: Pick<DrillRole, 'part'>): boolean {
  return part === 'player' || part === 'controller' || part === 'simulator';
}

/** How many minutes of a running drill have begun: what falls due in them has come, and stays. 0 where none runs. */
export function minutesBegun(
  { state, startedAt }: Pick<Drill, 'state' | 'startedAt'>,
  now: Date,
): number {
  if (state !== 'running' || startedAt === null) return 0;
  return Math.floor((now.getTime() - startedAt.getTime()) / 60_000) + 1;
}

/** A text with the mark in front of it, once, however somebody wrote it. */
export function markedText(text: string): string {
  const bare = text.replace(/^(?:【?\s*演练\s*】?\s*[：:，,。.·\s]*)+/u, '').trim();
  return `${DRILL_MARK}：${bare}`;
}

/** An id beyond those there are: `i7`. */
function freeId(letter: string, taken: readonly string[]): string {
  const numbers = taken.map((id) => Number(id.slice(1)) || 0);
  return `${letter}${Math.max(0, ...numbers) + 1}`;
}

/** `2分30秒`, `2:30`, `150秒`, `150`; null for nothing, undefined for what is no time. */
export function readTarget(text: string): number | null | undefined {
  const plain = text.normalize('NFKC').replace(/\s/g, '');
  if (plain === '') return null;
  const found = /^(?:(\d{1,4})(?:分钟?|:))?(?:(\d{1,5})秒?)?$/.exec(plain);
  const total = Number(found?.[1] ?? 0) * 60 + Number(found?.[2] ?? 0);
  return found && total >= 1 && total <= 86_400 ? total : undefined;
}

/** `2分30秒`: a time as it is typed and shown. */
export function targetWords(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return [minutes > 0 ? `${minutes}分` : '', rest > 0 || minutes === 0 ? `${rest}秒` : ''].join('');
}

/** The lines that somebody wrote besides those that the template brought. */
export function ownLines(now: readonly string[], original: readonly string[]): string[] {
  return now.filter((line) => !original.includes(line));
}

const together = (original: readonly string[], own: readonly string[], most: number): string[] =>
  [...original, ...ownLines(own, original)].slice(0, most);

/**
 * A script after one edit. What keeps people safe stays whatever is edited: the signal that stops a drill, every line of
 * safety that the template brought, and the mark in front of each inject.
 * @param original the script as it was opened from its template.
 * @throws DomainError `invalid`, naming the field.
 */
export function applyEdit(
  script: DrillScript,
  edit: ScriptEdit,
  { original, roles }: { original: DrillScript; roles: readonly Named[] },
): DrillScript {
  switch (edit.part) {
    case 'scenario':
      return {
        ...script,
        scenario: edit.scenario,
        aims: edit.aims.map(([text, check]) => ({ text, check })),
      };
    case 'inject':
      return withInject(script, edit, { original, roles });
    case 'inject-removal':
      return {
        ...script,
        injects: script.injects.filter(({ id }) => id !== edit.injectId),
      };
    case 'measures':
      return {
        ...script,
        measures: script.measures.map((measure) => withTarget(measure, edit.target[measure.id])),
      };
    case 'places':
      return {
        ...script,
        routes: filled(script.routes, edit.route),
        musters: filled(script.musters, edit.muster),
      };
    case 'materials':
      return { ...script, materials: edit.materials.map(([name, amount]) => ({ name, amount })) };
    case 'safety':
      return withSafety(script, edit, { original, roles });
    case 'confirmation':
      return script;
  }
}

const filled = (
  rows: readonly { label: string; text: string }[],
  texts: Readonly<Record<string, string>>,
) => rows.map((row, at) => ({ ...row, text: (texts[String(at)] ?? row.text).trim() }));

function withTarget(measure: DrillScript['measures'][number], typed: string | undefined) {
  if (typed === undefined) return measure;
  const targetSeconds = readTarget(typed);
  if (targetSeconds === undefined) {
    throw mistake('target_unreadable', `target.${measure.id}`, '请写几分几秒，例如2分30秒');
  }
  // What a document demands, it demands of its own number only.
  const isSame = targetSeconds === measure.targetSeconds;
  return { ...measure, targetSeconds, targetWords: isSame ? measure.targetWords : '' };
}

function withInject(
  script: DrillScript,
  edit: Extract<ScriptEdit, { part: 'inject' }>,
  { original, roles }: { original: DrillScript; roles: readonly Named[] },
): DrillScript {
  const to = roles.filter((role) => edit.to.includes(role.id) && canBeTold(role));
  if (to.length === 0 || to.length !== edit.to.length) {
    throw mistake('inject_to_unknown', 'to', '请选发给谁。评估和观摩的人不收情景');
  }
  const isNew = edit.injectId === '';
  if (!isNew && !script.injects.some(({ id }) => id === edit.injectId)) {
    throw new DomainError('conflict', 'inject_gone', '这一条刚刚删掉了。');
  }
  if (isNew && script.injects.length >= 60) {
    throw new DomainError('conflict', 'injects_used_up', '情景最多60条。');
  }
  const ever = [...original.injects, ...script.injects].map(({ id }) => id);
  const written = {
    id: isNew ? freeId('i', ever) : edit.injectId,
    minute: edit.minute,
    to: to.map(({ name }) => name),
    by: edit.by,
    text: markedText(edit.text),
    expect: edit.expect,
  };
  const others = script.injects.filter(({ id }) => id !== written.id);
  // Of one minute, what stood first stays first.
  const injects = [...others, written].toSorted((a, b) => a.minute - b.minute);
  return { ...script, injects };
}

function withSafety(
  script: DrillScript,
  edit: Extract<ScriptEdit, { part: 'safety' }>,
  { original, roles }: { original: DrillScript; roles: readonly Named[] },
): DrillScript {
  const officer = roles.find(({ name }) => name === edit.officer);
  if (officer?.part !== 'controller') {
    throw mistake('officer_controls', 'officer', '安全员要从控制的角色里选');
  }
  const { safety } = original;
  return {
    ...script,
    safety: {
      officer: officer.name,
      signal: safety.signal,
      before: together(safety.before, edit.before, 16),
      never: together(safety.never, edit.never, 16),
      stopWhen: together(safety.stopWhen, edit.stopWhen, 16),
      afterStop: together(safety.afterStop, edit.afterStop, 8),
    },
  };
}

/** A script in which a role has another name, wherever it is named. */
export function withRoleRenamed(script: DrillScript, from: string, to: string): DrillScript {
  const named = (name: string) => (name === from ? to : name);
  return {
    ...script,
    injects: script.injects.map((one) => ({ ...one, to: one.to.map(named) })),
    safety: { ...script.safety, officer: named(script.safety.officer) },
    vulnerable: script.vulnerable.map((one) => ({ ...one, helper: named(one.helper) })),
  };
}

/** Whether a script names a role anywhere. */
export function namesRole(script: DrillScript, name: string): boolean {
  return (
    script.safety.officer === name ||
    script.injects.some(({ to }) => to.includes(name)) ||
    script.vulnerable.some(({ helper }) => helper === name)
  );
}

/** Which templates suit whom, by the organisers that templates name; a region's office has no kind. */
export const SUITED: Readonly<Record<OrganisationKind | 'region', readonly string[]>> = {
  school: ['学校'],
  kindergarten: ['幼儿园'],
  enterprise: ['企业', '物业', '商场', '化工园区', '养老机构', '车站', '渔业组织'],
  committee: ['社区', '村', '物业'],
  volunteer_team: ['社区', '村'],
  region: ['县级部门', '乡镇街道'],
};

/** Templates in two parts, those that suit somebody first, each in its order. */
export function sortedBySuit<Entry extends { data: { organisers: readonly string[] } }>(
  templates: readonly Entry[],
  kind: OrganisationKind | 'region',
): { suited: Entry[]; others: Entry[] } {
  const fits = ({ data }: Entry) => data.organisers.some((one) => SUITED[kind].includes(one));
  return { suited: templates.filter(fits), others: templates.filter((one) => !fits(one)) };
}
