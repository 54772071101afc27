/** Draws a drill's phone page from what the phone knows. It decides nothing. */
import {
  arrivals,
  durationWords,
  entryWords,
  measureTimes,
  missing,
  musterSums,
  musterTable,
  sinceStart,
  stopWords,
  type DrillRun,
  type LogFact,
  type OwnEntry,
  type RunInject,
} from '../features/drill-runs/policy.ts';
import type { EntryKind } from '../features/drill-runs/table.ts';
import { formatSecond } from '../lib/time.ts';
import { button, h } from './element.ts';

/** What a phone writes down: an entry of the API. */
export interface DrillEntry {
  id: string;
  kind: EntryKind;
  ref: string;
  unit: string;
  value: number | null;
  expected: number | null;
  note?: string;
  deviceAt: number;
  offset: number | null;
}

export type Meant = Pick<DrillEntry, 'kind'> &
  Partial<Pick<DrillEntry, 'ref' | 'unit' | 'value' | 'expected' | 'note'>>;

export interface Tap {
  (meant: Meant): void;
}

export const secondsOf = (at: number) => formatSecond(new Date(at));

/** What of a phone's own is not with the site yet, or was refused there. */
export interface Standing {
  unsent: ReadonlySet<string>;
  refused: readonly { entry: OwnEntry; message: string }[];
}

export function drawCard(place: HTMLElement, run: DrillRun): void {
  const { me, muster, place: where } = run;
  const name = me.role ?? '组织者';
  place.replaceChildren(
    h('p', { class: 'role' }, h('b', {}, name), ` ${me.part}${me.group ? `·${me.group}` : ''}`),
    h('p', {}, `要做的：${me.duty}`),
    h('p', {}, `地点：${where}${muster ? `。集合点：${muster}` : ''}`),
    ...(me.unit ? [h('p', {}, `带的：${me.unit}`)] : []),
  );
}

/** The big clock: since the start, or until it. */
export function clockText(run: DrillRun, now: number): string {
  if (run.state === 'cancelled') return '已取消';
  if (run.startedAt === null) return '还没开始';
  return sinceStart(run.endedAt ?? now, run.startedAt);
}

/** How old what is shown of the script is, on a phone without a link. */
export function ageWords(knownAt: number, now: number): string {
  const minutes = Math.floor((now - knownAt) / 60_000);
  const age = minutes < 1 ? '' : `，${minutes}分钟以前`;
  return `下面是${secondsOf(knownAt)}的情景${age}。后来加的、改的，没有网看不到：听对讲机和身边的人。`;
}

export function drawInjects(
  place: HTMLElement,
  run: DrillRun,
  facts: readonly LogFact[],
  own: readonly OwnEntry[],
  tap: Tap,
): void {
  const { injects, me } = run;
  if (injects.length === 0) {
    const words =
      run.startedAt === null
        ? '开始以后，到了时间，你的情景会出现在这里。'
        : '现在没有你的情景。到时间会自己出现；没有网的时候，听对讲机和身边的人。';
    place.replaceChildren(h('p', { class: 'secondary' }, words));
    return;
  }
  place.replaceChildren(
    h(
      'ol',
      { class: 'injects' },
      ...injects.map((inject) => injectRow(inject, me.hand, facts, own, tap)),
    ),
  );
}

function injectRow(
  inject: RunInject,
  hand: DrillRun['me']['hand'],
  facts: readonly LogFact[],
  own: readonly OwnEntry[],
  tap: Tap,
): HTMLElement {
  const first = (kind: EntryKind, among: readonly LogFact[]) =>
    among.find((fact) => fact.kind === kind && fact.ref === inject.id);
  const said = (kind: EntryKind, words: string, among: readonly LogFact[]) => {
    const fact = first(kind, among);
    return fact && h('span', { class: 'told' }, `${words} ${secondsOf(fact.at)}`);
  };
  const act = (kind: EntryKind, words: string, done: string) =>
    first(kind, own)
      ? said(kind, done, own)
      : button(words, 'primary', () => tap({ kind, ref: inject.id }));
  const acts =
    hand === 'control'
      ? [said('inject_sent', '已发出', facts) ?? act('inject_sent', '已发出', '已发出')]
      : hand === 'evaluate'
        ? [said('inject_sent', '已发出', facts)]
        : [act('inject_seen', '收到', '收到'), act('inject_done', '做了', '做了')];
  const replies =
    hand === 'control' || hand === 'evaluate' ? [said('inject_done', '有人做了', facts)] : [];
  const shown = [...acts, ...replies].filter((one) => one !== undefined);
  return h(
    'li',
    {
      class: first('inject_sent', facts) && hand === 'control' ? 'inject sent' : 'inject',
      id: `inject-${inject.id}`,
    },
    h(
      'p',
      { class: 'when' },
      h('b', {}, `第${inject.minute}分钟`),
      ` ${inject.by} → ${inject.to.join('、')}`,
      h('span', { class: 'due', 'data-due': inject.minute }),
    ),
    h('p', { class: 'says' }, inject.text),
    inject.expect !== null && h('p', { class: 'secondary' }, `应该：${inject.expect}`),
    h('p', { class: 'acts' }, ...shown),
  );
}

/** Which inject is due, for those who send them: changes by the second, without drawing the list anew. */
export function markDue(place: HTMLElement, run: DrillRun, now: number): void {
  if (run.startedAt === null || run.endedAt !== null || run.me.hand !== 'control') return;
  for (const mark of place.querySelectorAll<HTMLElement>('[data-due]')) {
    const at = run.startedAt + Number(mark.dataset['due']) * 60_000;
    const isSent = mark.closest('li')?.querySelector('.told') !== null;
    const words = isSent
      ? ''
      : now >= at
        ? ' 该发了'
        : ` 还有${durationWords(Math.ceil((at - now) / 1000))}`;
    if (mark.textContent !== words) mark.textContent = words;
    mark.closest('li')?.classList.toggle('now', !isSent && now >= at);
  }
}

export function drawMeasures(
  place: HTMLElement,
  run: DrillRun,
  facts: readonly LogFact[],
  tap: Tap,
): void {
  if (run.measures.length === 0) {
    place.replaceChildren(h('p', { class: 'secondary' }, '开始以后，要计的时间会出现在这里。'));
    return;
  }
  const times = measureTimes(facts, run);
  place.replaceChildren(
    h(
      'ul',
      { class: 'measures' },
      ...run.measures.map(({ id, name, from, to, targetSeconds }) => {
        const time = times.find(({ measureId }) => measureId === id);
        const side = (kind: 'measure_from' | 'measure_to', words: string, at?: number) => {
          const made = button(
            at === undefined ? '现在' : '再记',
            at === undefined ? 'primary' : 'plain',
            () => tap({ kind, ref: id }),
          );
          const label = kind === 'measure_from' ? '起' : '止';
          made.setAttribute('aria-label', `${made.textContent}：${name}，${label}：${words}`);
          return h(
            'p',
            { class: 'side' },
            h(
              'span',
              { class: 'moment' },
              `${label}：${words}`,
              at !== undefined && h('b', {}, ` ${secondsOf(at)}`),
            ),
            made,
          );
        };
        const target = targetSeconds === null ? '' : `（目标${durationWords(targetSeconds)}）`;
        return h(
          'li',
          { id: `measure-${id}` },
          h(
            'p',
            { class: 'name' },
            h('b', {}, name),
            target,
            time?.seconds !== undefined &&
              h('span', { class: 'result' }, ` 用时${durationWords(time.seconds)}`),
          ),
          side('measure_from', from, time?.fromAt),
          side('measure_to', to, time?.toAt),
        );
      }),
    ),
  );
}

export function drawMuster(
  place: HTMLElement,
  run: DrillRun,
  facts: readonly LogFact[],
  choose: (unit: string, expected: number | null, present: number | null) => void,
): void {
  const rows = musterTable(facts, run.units);
  const sums = musterSums(rows);
  const words =
    rows.length === 0
      ? '还没有数过人。'
      : `数了${sums.counted}个，共${sums.units}个；到了${sums.present}人${sums.missing > 0 ? `，差${sums.missing}人` : ''}。`;
  place.replaceChildren(
    h('p', { class: 'sums' }, words),
    h(
      'ul',
      { class: 'units' },
      ...rows.map((row) => {
        const lacking = missing(row);
        const state = row.present === null ? 'open' : lacking > 0 ? 'lacking' : 'full';
        const count =
          row.present === null
            ? `没有数${row.expected === null ? '' : `，应到${row.expected}人`}`
            : `到${row.present}人${row.expected === null ? '' : `，应到${row.expected}人`}${lacking > 0 ? `，差${lacking}人` : ''}`;
        const act = button('数', 'plain', () => choose(row.unit, row.expected, row.present));
        act.setAttribute('aria-label', `数${row.unit}`);
        return h(
          'li',
          { class: state },
          h('span', { class: 'who' }, h('b', {}, row.unit), ` ${count}`),
          row.countedAt !== null && h('span', { class: 'secondary' }, secondsOf(row.countedAt)),
          act,
        );
      }),
    ),
  );
}

export function drawPeople(
  place: HTMLElement,
  run: DrillRun,
  facts: readonly LogFact[],
  tap: Tap,
): void {
  const seen = arrivals(facts);
  const own = run.me.participantId;
  const row = (id: string, who: string, words: string) => {
    const at = seen.get(id);
    const act = button(words, 'primary', () => tap({ kind: 'arrived', ref: id }));
    act.setAttribute('aria-label', `${words}：${who}`);
    return h(
      'li',
      { class: at === undefined ? 'open' : 'full' },
      h('span', { class: 'who' }, who),
      at === undefined ? act : h('span', { class: 'told' }, `到了 ${secondsOf(at)}`),
    );
  };
  const rows =
    run.me.hand === 'control'
      ? run.people.map(({ id, name, role, unit }) =>
          row(id, `${role} ${name}${unit ? ` ${unit}` : ''}`, '到了'),
        )
      : own === null || run.me.hand === 'watch'
        ? []
        : [row(own, '我', '我到集合点了')];
  place.replaceChildren(h('ul', { class: 'units' }, ...rows));
  place.closest('section')!.hidden = rows.length === 0;
}

export function drawLog(
  place: HTMLElement,
  run: DrillRun,
  own: readonly OwnEntry[],
  { unsent, refused }: Standing,
  acts: { takeBack: (id: string) => void; forget: (id: string) => void },
): void {
  const line = (entry: OwnEntry) =>
    `${entryWords(entry, run)}${entry.note ? `（${entry.note}）` : ''}`;
  const isRefused = new Set(refused.map(({ entry }) => entry.id));
  place.replaceChildren(
    ...(refused.length > 0
      ? [
          h('h3', {}, `没有记上的：${refused.length}条`),
          h(
            'ul',
            { class: 'log' },
            ...refused.map(({ entry, message }) =>
              h(
                'li',
                { class: 'lacking' },
                h('span', { class: 'who' }, `${secondsOf(entry.at)} ${line(entry)}：${message}`),
                button('抄好了，去掉', 'plain', () => acts.forget(entry.id)),
              ),
            ),
          ),
        ]
      : []),
    own.length === 0
      ? h('p', { class: 'secondary' }, '还没有记。')
      : h(
          'ul',
          { class: 'log' },
          ...own
            .filter(({ id }) => !isRefused.has(id))
            .map((entry) => {
              const act = button('撤回', 'plain', () => acts.takeBack(entry.id));
              act.setAttribute('aria-label', `撤回：${secondsOf(entry.at)} ${line(entry)}`);
              return h(
                'li',
                {},
                h(
                  'span',
                  { class: 'who' },
                  h('b', {}, secondsOf(entry.at)),
                  ` ${line(entry)}`,
                  unsent.has(entry.id) && h('span', { class: 'unsent' }, ' 还没发出'),
                ),
                act,
              );
            }),
        ),
  );
}

/** Fills the screen: nothing else is to be read now. */
export function drawStop(
  place: HTMLElement,
  run: DrillRun,
  kind: 'stopped' | 'real_event' | 'heard',
  dismiss: () => void,
): void {
  const words =
    kind === 'heard'
      ? {
          title: '你听到了停止',
          lines: [
            ...stopWords.stopped.lines,
            '只记在这台手机上，别人不会因此知道：用哨子和喇叭告诉他们。',
          ],
        }
      : stopWords[kind];
  const done = button(kind === 'real_event' ? '看到了' : '我停下来了', 'primary', dismiss);
  place.className = `stop ${kind}`;
  place.replaceChildren(
    h('h2', { id: 'stop-title' }, words.title),
    ...words.lines.map((text) => h('p', {}, text)),
    ...(kind === 'real_event'
      ? [
          h(
            'p',
            { class: 'numbers' },
            ...['119', '120', '110'].map((number) => h('a', { href: `tel:${number}` }, number)),
          ),
        ]
      : run.safety.afterStop.map((text) => h('p', { class: 'small' }, text))),
    done,
  );
  place.hidden = false;
  done.focus();
}
