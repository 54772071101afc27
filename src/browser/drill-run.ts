/**
 * A drill on a phone: notes what is tapped at once, with or without a link, and asks the site every few seconds whether
 * the drill runs, has stopped or ended. Without this script the page is a plain form.
 */
import {
  isCounting,
  mayLog,
  withOwn,
  type DrillLive,
  type DrillRun,
  type OwnEntry,
} from '../features/drill-runs/policy.ts';
import { REAL_NOTE } from '../lib/drill-mark.ts';
import { clockWords, heardWords, siteTime, UNHEARD, type SiteClock } from '../lib/offline/clock.ts';
import { canWorkOffline, discardDrawer, openDrawer } from '../lib/offline/drawer.ts';
import { createOutbox, delayAfter, type Sending } from '../lib/offline/outbox.ts';
import { drillLink, noLinkWords } from './drill-run-link.ts';
import {
  ageWords,
  clockText,
  drawCard,
  drawInjects,
  drawLog,
  drawMeasures,
  drawMuster,
  drawPeople,
  drawStop,
  markDue,
  type DrillEntry,
  type Meant,
} from './drill-run-view.ts';
import { button, h } from './element.ts';
import { forgetPages, keepPage } from './kept-page.ts';

/** A stop is to be on every linked phone within five seconds: the question, its way, and the drawing. */
const POLL_MS = 3_500;
/** So many phones do not ask in one moment. */
const POLL_JITTER_MS = 1_000;
/** Once it is over nothing changes quickly any more. */
const CALM_POLL_MS = 30_000;
/** What others have tapped is fetched this often at most: whoever leads sees it sooner. */
const OTHERS_MS = { control: 4_000, rest: 20_000 };
const BATCH_MAX = 100;
const BUZZ = [800, 300, 800, 300, 800];

type LinkState = 'unknown' | 'linked' | 'no_link' | 'sign_in' | 'shut' | 'other';

const root = document.querySelector<HTMLElement>('[data-run]');
if (root) {
  if (canWorkOffline()) void openRun(root).catch(() => tellMissing(root));
  else tellMissing(root);
}

/** The plain forms work as ever; only what needs a link to be there is told. */
function tellMissing(place: HTMLElement): void {
  const words = place.querySelector<HTMLElement>('[data-no-offline]');
  if (words) words.hidden = false;
}

async function openRun(place: HTMLElement): Promise<void> {
  const part = (name: string) => place.querySelector<HTMLElement>(`[data-${name}]`)!;
  const drillId = place.dataset['run'] ?? '';
  const home = `/me/drills/${drillId}/run`;
  const signInPath = place.dataset['signIn'] ?? '/sign-in';
  const drawer = await openDrawer(`drill-${drillId}`);
  const site = drillLink(drillId);

  let clock = ((await drawer.read('clock')) as SiteClock | undefined) ?? UNHEARD;
  let run = (await drawer.read('run')) as DrillRun | undefined;
  /** Taken by the site, and not yet in what was read last. */
  let applied = ((await drawer.read('applied')) as OwnEntry[] | undefined) ?? [];
  let refused =
    ((await drawer.read('refused')) as { entry: OwnEntry; message: string }[] | undefined) ?? [];
  let waiting: DrillEntry[] = [];
  let dismissed = ((await drawer.read('dismissed')) as number | undefined) ?? 0;
  let heardStop = false;
  let lastVersion = run?.version ?? 0;
  /** Until when what is shown of the script is known to be the site's. */
  let knownAt = ((await drawer.read('knownAt')) as number | undefined) ?? run?.at ?? 0;
  let link: LinkState = 'unknown';
  let failures = 0;
  let fetchedAt = 0;
  let isChecked = false;
  let isReady = false;
  let isPolling = false;
  let isGone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let act: { noun: 'start' | 'end'; kind?: string; key: string; words?: string } | undefined;
  const drawn = new Map<string, string>();

  const now = () => siteTime(clock, Date.now());
  const outbox = createOutbox<DrillEntry>(drawer, sendQueued, BATCH_MAX);
  waiting = await outbox.waiting();

  const asOwn = ({ deviceAt, offset, ...entry }: DrillEntry): OwnEntry => ({
    ...entry,
    note: entry.note ?? '',
    at: deviceAt + (offset ?? clock.offset),
  });

  async function sendQueued(entries: readonly DrillEntry[]): Promise<Sending> {
    const answer = await site.send(entries);
    if (answer.state === 'invalid') {
      // One that cannot be read must not keep the others waiting.
      if (entries.length > 1) {
        for (const entry of entries) {
          const one = await sendQueued([entry]);
          if (one.state !== 'taken') return one;
        }
        return { state: 'taken' };
      }
      await settle(entries, [{ id: entries[0]!.id, outcome: 'refused', message: answer.message }]);
      return { state: 'taken' };
    }
    if (answer.state !== 'ok') {
      setLink(answer.state);
      return { state: answer.state === 'sign_in' ? 'sign_in' : 'no_link' };
    }
    await settle(entries, answer.body.outcomes);
    return { state: 'taken' };
  }

  /** Written down before the queue lets go of them. */
  async function settle(
    entries: readonly DrillEntry[],
    outcomes: readonly { id: string; outcome: string; message?: string }[],
  ): Promise<void> {
    for (const { id, outcome, message = '' } of outcomes) {
      const entry = entries.find((one) => one.id === id);
      if (!entry) continue;
      if (outcome !== 'refused') {
        applied = [...applied.filter((one) => one.id !== id), asOwn(entry)];
      } else if (entry.kind !== 'undo') {
        refused = [
          ...refused.filter((one) => one.entry.id !== id),
          { entry: asOwn(entry), message },
        ];
      }
    }
    await drawer.write('applied', applied);
    await drawer.write('refused', refused);
  }

  function setLink(state: LinkState): void {
    link = state;
    failures = state === 'linked' ? 0 : failures + 1;
    if (state !== 'linked') isChecked = false;
  }

  /** Whatever is tapped is safe on the phone before anything else is tried. */
  async function note(meant: Meant): Promise<void> {
    const entry: DrillEntry = {
      ...{ id: crypto.randomUUID(), ref: '', unit: '', value: null, expected: null },
      ...meant,
      deviceAt: Date.now(),
      offset: clock.heardAt === 0 ? null : clock.offset,
    };
    await outbox.add(entry);
    waiting = await outbox.waiting();
    draw();
    if (link === 'linked') void meet();
  }
  const tap = (meant: Meant) => void note(meant);

  async function meet(): Promise<void> {
    // Another person may have signed in meanwhile: what waits is not theirs.
    if (waiting.length > 0 && !isChecked && !(await refresh())) return draw();
    await outbox.flush();
    waiting = await outbox.waiting();
    draw();
  }

  /** Takes over what the site knows. @returns whether entries of this phone may go. */
  async function refresh(): Promise<boolean> {
    const seen = new Set(applied.map(({ id }) => id));
    const answer = await site.run();
    if (answer.state !== 'ok') {
      setLink(answer.state);
      return false;
    }
    const isOther = run !== undefined && run.me.participantId !== answer.body.me.participantId;
    if (isOther && waiting.length > 0) {
      setLink('other');
      return false;
    }
    run = answer.body;
    fetchedAt = Date.now();
    knownAt = run.at;
    applied = applied.filter(({ id }) => !seen.has(id));
    await drawer.write('knownAt', knownAt);
    await drawer.write('run', run);
    await drawer.write('applied', applied);
    setLink('linked');
    isChecked = true;
    return true;
  }

  async function poll(): Promise<void> {
    if (isPolling) return;
    isPolling = true;
    clearTimeout(timer);
    try {
      const answer = await site.live();
      if (answer.state !== 'ok') setLink(answer.state);
      else await hear(answer.live, answer.clock);
      if (await isForgotten()) return;
      draw();
    } finally {
      isPolling = false;
      clearTimeout(timer);
      const calm = run?.state === 'over' || run?.state === 'cancelled';
      const linked = (calm ? CALM_POLL_MS : POLL_MS) + Math.random() * POLL_JITTER_MS;
      const delay = link === 'linked' ? linked : delayAfter(failures, Math.random());
      if (!isGone) timer = setTimeout(() => void wake(), delay);
    }
  }

  async function hear(live: DrillLive | undefined, heard: SiteClock | undefined): Promise<void> {
    if (heard) {
      clock = heard;
      await drawer.write('clock', clock);
    }
    if (link !== 'linked') setLink('linked');
    if (live && run) {
      const { state, startedAt, endedAt, end } = live;
      const isNew = state !== run.state || live.shown !== run.shown;
      run = { ...run, state, startedAt, endedAt, end };
      if (isNew) fetchedAt = 0;
      lastVersion = live.version;
      await drawer.write('run', run);
    }
    if (run && fetchedAt > 0) {
      knownAt = Math.max(knownAt, clock.heardAt);
      await drawer.write('knownAt', knownAt);
    }
    // The stop first, then everything else.
    draw();
    const patience = run?.me.hand === 'control' ? OTHERS_MS.control : OTHERS_MS.rest;
    const isBehind = run === undefined || fetchedAt === 0 || lastVersion !== run.version;
    if (isBehind && Date.now() - fetchedAt > patience) await refresh();
    if (waiting.length > 0) await meet();
  }

  /** A day after the end nothing of the drill stays on the phone but what the site has not taken. */
  async function isForgotten(): Promise<boolean> {
    if (isGone) return true;
    if (!run || now() < run.closesAt || waiting.length > 0 || refused.length > 0) return false;
    await discardDrawer(`drill-${drillId}`);
    await forgetPages(home);
    part('link').textContent = '演练结束超过一天了，这台手机上的内容已经删掉。';
    for (const section of place.querySelectorAll('section')) section.hidden = true;
    isGone = true;
    clearTimeout(timer);
    return true;
  }

  function linkWords(): (Node | string)[] {
    const count = waiting.length > 0 ? `${waiting.length}条还没发出。` : '';
    const age = heardWords(clock, Date.now());
    const wrong = clockWords(clock);
    const words: (Node | string)[] = {
      unknown: ['正在连……'],
      linked: [`已联网，${age ?? '刚刚'}连上。${count}${isReady ? '断网也能用。' : ''}`],
      no_link: [
        `没有网，照常记，先记在这台手机上。${count}${age ? `${age}连上过。` : ''}停不停，听哨子和喇叭。`,
      ],
      sign_in: [
        `要再登录一次才能发出。${count}照常记，不会丢。`,
        h('a', { href: `${signInPath}?next=${encodeURIComponent(location.pathname)}` }, '去登录'),
      ],
      shut: [`你现在不在这次演练里，或者演练不能再记。${count}请找组织的人。`],
      other: [`这台手机上有别人记的${waiting.length}条。请那个人登录，让它们发完。`],
    }[link];
    if (wrong) words.push(` 这台手机的时间${wrong}，记录按本站的时间算。`);
    return words;
  }

  /** Drawn anew only when something is new: a thumb may be on its way to a button. */
  function drawIf(name: string, what: unknown, paint: (into: HTMLElement) => void): void {
    const shown = JSON.stringify(what);
    if (drawn.get(name) === shown) return;
    drawn.set(name, shown);
    paint(part(name));
  }

  function draw(): void {
    const words = linkWords();
    drawIf(
      'link',
      [link, ...words.map((one) => (typeof one === 'string' ? one : one.textContent))],
      (into) => into.replaceChildren(...words),
    );
    part('link').dataset['state'] = link;
    if (!run) return;
    const current = run;
    const unsent = new Set(waiting.map(({ id }) => id));
    const refusedIds = new Set(refused.map(({ entry }) => entry.id));
    const { facts, own } = withOwn(current, [...applied, ...waiting.map(asOwn)]);
    const { me, startedAt, state } = current;
    const show = (name: string, isShown: boolean) => {
      part(name).closest('section')!.hidden = !isShown;
      const jump = place.querySelector<HTMLElement>(`[data-jump=${name}]`);
      if (jump) jump.hidden = !isShown;
    };
    drawIf('card', [me, current.place, current.muster], (into) => drawCard(into, current));
    drawIf('signal', current.safety.signal, (into) => {
      into.textContent = current.safety.signal;
    });
    show('injects', me.hand !== 'come' && me.hand !== 'watch');
    show('measures', isCounting(me.hand));
    show('muster', isCounting(me.hand));
    show('observe', mayLog(me.hand, 'observation'));
    drawIf('injects', [current.injects, facts, own, startedAt], (into) =>
      drawInjects(into, current, facts, own, tap),
    );
    drawIf('measures', [current.measures, facts], (into) =>
      drawMeasures(into, current, facts, tap),
    );
    drawIf('muster', [current.units, facts], (into) => {
      drawMuster(into, current, facts, startCount);
      fillUnits(current);
    });
    drawIf('people', [current.people, facts, me], (into) => drawPeople(into, current, facts, tap));
    drawIf('log', [own, [...unsent], refused], (into) =>
      drawLog(
        into,
        current,
        own.filter(({ id }) => !refusedIds.has(id)),
        { unsent, refused },
        { takeBack: (ref) => tap({ kind: 'undo', ref }), forget: forgetRefused },
      ),
    );
    drawIf('act', [me.controls, state, act, link === 'linked'], drawAct);
    drawBanner(current);
    tick();
  }

  function drawBanner(current: DrillRun): void {
    const { state, end, endedAt } = current;
    const kind = end === 'stopped' || end === 'real_event' ? end : undefined;
    const isOpen = !part('stop').hidden;
    if (kind && endedAt !== null && dismissed !== endedAt) {
      drawIf('stop', [kind, endedAt], (into) => {
        drawStop(into, current, kind, () => {
          dismissed = endedAt;
          into.hidden = true;
          void drawer.write('dismissed', dismissed);
          if (kind === 'stopped') tap({ kind: 'stop_heard' });
        });
        navigator.vibrate?.(BUZZ);
      });
    } else if (heardStop && !isOpen) {
      drawStop(part('stop'), current, 'heard', () => {
        part('stop').hidden = true;
      });
      heardStop = false;
    }
    const words =
      end === 'real_event'
        ? '真实险情，演练取消。按真的险情办。'
        : end === 'stopped'
          ? '演练停止了。'
          : state === 'over'
            ? '演练结束了。还没发出的，24小时内连上网就会发出。'
            : state === 'cancelled'
              ? '这次演练取消了。'
              : '';
    drawIf('over', words, (into) => {
      into.hidden = words === '';
      into.textContent = words;
      const band = document.querySelector('[data-mark-note]');
      if (band && end === 'real_event' && current.at < current.closesAt) {
        band.textContent = REAL_NOTE;
        band.parentElement?.classList.add('real');
      }
    });
  }

  /** Start and end, for those who control; each asks once more. */
  function drawAct(into: HTMLElement): void {
    const state = run?.state;
    const isControl = run?.me.controls ?? false;
    const canStart = state === 'preparing' || state === 'announced';
    const canEnd = state === 'running';
    into.closest('section')!.hidden = !isControl || !(canStart || canEnd);
    if (!isControl) return;
    const pending = act;
    if (pending) {
      into.replaceChildren(
        h('p', { class: 'ask' }, pending.words ?? askWords(pending)),
        h(
          'p',
          { class: 'acts' },
          button(
            pending.noun === 'start' ? '确定，现在开始' : '确定，现在结束',
            'danger',
            () => void carryOut(),
          ),
          button('不，回去', 'plain', () => {
            act = undefined;
            draw();
          }),
        ),
      );
      return;
    }
    const ask = (
      words: string,
      noun: 'start' | 'end',
      look: 'primary' | 'plain' | 'danger',
      kind?: string,
    ) =>
      button(words, look, () => {
        act = { noun, key: crypto.randomUUID(), ...(kind ? { kind } : {}) };
        draw();
      });
    into.replaceChildren(
      h(
        'p',
        { class: 'acts' },
        ...(canStart ? [ask('开始演练', 'start', 'primary')] : []),
        ...(canEnd
          ? [
              ask('提前停止', 'end', 'danger', 'stopped'),
              ask('真实险情', 'end', 'danger', 'real_event'),
              ask('按计划结束', 'end', 'plain', 'finished'),
            ]
          : []),
      ),
      ...(link === 'linked' ? [] : [h('p', { class: 'secondary' }, noLinkWords)]),
    );
  }

  const askWords = ({ noun, kind }: { noun: string; kind?: string }) =>
    noun === 'start'
      ? '现在开始？第0分钟从这一刻算。先吹哨、用喇叭喊“演练开始”。'
      : kind === 'real_event'
        ? '发生了真的险情？所有手机会变成“真实险情”。先用哨子和喇叭叫停。'
        : kind === 'stopped'
          ? '提前停止？先用哨子和喇叭叫停，再按确定。'
          : '按计划结束？';

  async function carryOut(): Promise<void> {
    const pending = act;
    if (!pending) return;
    const body = pending.noun === 'end' ? { kind: pending.kind, reason: '' } : undefined;
    const answer = await site.act(pending.noun, body, pending.key);
    act =
      answer.state === 'done'
        ? undefined
        : { ...pending, words: answer.state === 'refused' ? answer.message : noLinkWords };
    fetchedAt = 0;
    draw();
    await poll();
  }

  function forgetRefused(id: string): void {
    refused = refused.filter(({ entry }) => entry.id !== id);
    void drawer.write('refused', refused).then(draw);
  }

  /** What changes by itself, once a second. */
  function tick(): void {
    if (!run) return;
    const text = clockText(run, now());
    if (part('clock').textContent !== text) part('clock').textContent = text;
    markDue(part('injects'), run, now());
    const age = link === 'linked' || knownAt === 0 ? '' : ageWords(knownAt, now());
    if (part('age').textContent !== age) part('age').textContent = age;
    part('age').hidden = age === '';
  }

  const countForm = part('count-form') as HTMLFormElement;
  const field = (name: string) => countForm.elements.namedItem(name) as HTMLInputElement;

  function startCount(unit: string, expected: number | null, present: number | null): void {
    field('unit').value = unit;
    field('expected').value = expected === null ? '' : String(expected);
    field('value').value = String(present ?? expected ?? 0);
    countForm.scrollIntoView({ block: 'center' });
    field('value').focus();
    field('value').select();
  }

  function fillUnits({ units, me }: DrillRun): void {
    const list = place.querySelector('datalist')!;
    list.replaceChildren(...units.map(({ unit }) => h('option', { value: unit })));
    if (field('unit').value === '' && me.unit) field('unit').value = me.unit;
  }

  field('unit').addEventListener('change', () => {
    const known = run?.units.find(({ unit }) => unit === field('unit').value);
    if (known?.expected !== undefined && known.expected !== null) {
      field('expected').value = String(known.expected);
    }
  });
  for (const step of countForm.querySelectorAll<HTMLButtonElement>('[data-step]')) {
    step.hidden = false;
    step.addEventListener('click', () => {
      const next = (Number(field('value').value) || 0) + Number(step.dataset['step']);
      field('value').value = String(Math.max(0, next));
    });
  }
  const whole = (text: string) => (/^\d{1,4}$/.test(text.trim()) ? Number(text) : null);
  const told = (form: HTMLElement, words: string) => {
    form.querySelector('[data-told]')!.textContent = words;
  };
  countForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const [unit, value] = [
      field('unit').value.normalize('NFKC').trim(),
      whole(field('value').value),
    ];
    if (unit === '' || value === null) return told(countForm, '请写哪个班、哪栋楼，到了几个人。');
    const words = field('note').value.trim();
    const expected = whole(field('expected').value);
    tap({ kind: 'muster', unit, value, expected, ...(words ? { note: words } : {}) });
    told(countForm, `记下了：${unit}到${value}人。`);
    for (const name of ['unit', 'expected', 'value', 'note']) field(name).value = '';
  });
  const observeForm = part('observe') as HTMLFormElement;
  observeForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = observeForm.elements.namedItem('note') as HTMLTextAreaElement;
    if (text.value.trim() === '') return told(observeForm, '请写看到了什么。');
    tap({ kind: 'observation', note: text.value.trim() });
    told(observeForm, '记下了。');
    text.value = '';
  });
  part('heard').addEventListener('submit', (event) => {
    event.preventDefault();
    heardStop = true;
    navigator.vibrate?.(BUZZ);
    tap({ kind: 'stop_heard' });
  });

  addEventListener('online', () => void wake());
  addEventListener('offline', () => {
    setLink('no_link');
    draw();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    keepAwake();
    void wake();
  });
  setInterval(() => {
    if (document.visibilityState === 'visible' && !isGone) draw();
  }, 1_000);

  async function wake(): Promise<void> {
    if (await isForgotten()) return;
    await poll();
  }

  /** A stopwatch that goes dark is none. Some browsers cannot, or will not while the battery is low. */
  function keepAwake(): void {
    if (run?.state === 'running') void navigator.wakeLock?.request('screen').catch(() => {});
  }

  place.dataset['state'] = 'open';
  draw();
  keepAwake();
  // What lies on the phone is drawn already; the site is asked in the meantime.
  await refresh();
  await poll();
  isReady = await keepPage(home);
  draw();
}
