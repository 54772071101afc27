/**
 * A hall's door on a device: decides at once from the list it keeps, asks the site where there is a link, and writes
 * down what happens where there is none. Without this script the page is a plain form.
 */
import {
  admittedWords,
  eventWords,
  partyName,
  presence,
  stepFor,
  UNDO_MS,
  withEvents,
  type DoorConflict,
  type DoorDay,
  type DoorParty,
  type NotedEvent,
} from '../features/door/policy.ts';
import { readBookingCode } from '../lib/ids.ts';
import { learnClock, siteTime, UNHEARD, type SiteClock } from '../lib/offline/clock.ts';
import { canWorkOffline, openDrawer } from '../lib/offline/drawer.ts';
import { createOutbox, delayAfter, type Sending } from '../lib/offline/outbox.ts';
import { offerCamera } from './camera.ts';
import { doorLink, type DeviceEvent } from './door-link.ts';
import { searchParties, walkInObjection } from './door-list.ts';
import {
  clockOf,
  drawConflicts,
  drawInside,
  drawOutages,
  drawPanel,
  drawSessions,
  keptWords,
  linkWords,
  peopleField,
  spanOf,
  unlistedPanel,
  type LinkState,
  type Panel,
} from './door-view.ts';
import { button, h } from './element.ts';
import { keepPage } from './kept-page.ts';

/** As long as somebody is left standing before the device decides by itself. */
const REFRESH_TRIES = 3;
const LIVE_PATIENCE_MS = 3_000;
const LIST_PATIENCE_MS = 10_000;
/** Where the link was gone a moment ago, and somebody waits. */
const GONE_PATIENCE_MS = 1_500;
const QUEUE_PATIENCE_MS = 15_000;
/** What other gates do is seen this late. */
const REFRESH_MS = 30_000;
const BATCH_MAX = 50;
/** A class comes in parts more often than not: then the number is asked for. */
const ASK_ABOVE = 6;

type Meant = Pick<NotedEvent, 'kind' | 'people' | 'sessionId' | 'bookingId'> & {
  zone?: string;
  undoes?: string;
};

const root = document.querySelector<HTMLElement>('[data-door]');
if (root) {
  if (canWorkOffline()) void openDoor(root).catch(() => tellMissing(root));
  else tellMissing(root);
}

/** The plain form works as ever; only what needs a link to be there is told. */
function tellMissing(place: HTMLElement): void {
  const words = place.querySelector<HTMLElement>('[data-no-offline]');
  if (words) words.hidden = false;
}

async function openDoor(place: HTMLElement): Promise<void> {
  const part = (name: string) => place.querySelector<HTMLElement>(`[data-${name}]`)!;
  const hall = place.dataset['door'] ?? '';
  const drawer = await openDrawer(`door-${hall}`);
  const deviceId = ((await drawer.read('device')) as string | undefined) ?? crypto.randomUUID();
  await drawer.write('device', deviceId);
  const site = doorLink(hall, deviceId);

  let clock = ((await drawer.read('clock')) as SiteClock | undefined) ?? UNHEARD;
  const stored = (await drawer.read('day')) as DoorDay | undefined;
  // A list of before this page was renewed is asked for again.
  let day = stored && 'closedZones' in stored ? stored : undefined;
  /** Taken by the site, and not yet in the list that was read last. */
  /** What is on its way to the site, and how often anything was. */
  const sent = { open: 0, ever: 0 };
  let applied = ((await drawer.read('applied')) as DeviceEvent[] | undefined) ?? [];
  let refused =
    ((await drawer.read('refused')) as { id: string; text: string }[] | undefined) ?? [];
  let waiting: DeviceEvent[] = [];
  let link: LinkState = 'unknown';
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isReady = false;
  let lastShown = '';
  let turn: Promise<unknown> = Promise.resolve();

  const now = () => siteTime(clock, Date.now());
  const isClosed = () => day !== undefined && now() >= day.closesAt;
  const view = () =>
    day &&
    withEvents(
      day,
      [...applied, ...waiting].map((event) => ({
        ...asNoted(event),
        at: siteTime(clock, event.deviceAt),
      })),
    );
  const form = part('scan-form') as HTMLFormElement;
  const field = form.querySelector<HTMLInputElement>('input[name=code]')!;
  const zone = place.querySelector('[data-zone]') as HTMLSelectElement | null;

  const outbox = createOutbox<DeviceEvent>(drawer, sendQueued, BATCH_MAX);
  waiting = await outbox.waiting();

  /** One thing after another: a scanner is faster than any link. */
  const inTurn = (task: () => Promise<void>) => {
    turn = turn.then(task).catch(() => {
      show({ look: 'no', title: '这一次没有办成，请再来一次' });
    });
  };

  function show(panel: Panel): void {
    drawPanel(part('result'), panel, day);
    if (matchMedia('(pointer: fine)').matches) field.focus();
  }

  function draw(): void {
    const current = view();
    part('link').replaceChildren(...linkWords(link, waiting.length, day, clock, isReady));
    part('link').dataset['state'] = link;
    if (!current) return;
    // Drawn anew only when something is new: somebody may be reading, or have tabbed, in the list.
    const shown = JSON.stringify([current.sessions, current.parties]);
    if (shown !== lastShown)
      drawSessions(part('sessions'), current, now(), ({ id }) => inTurn(() => pick(id)));
    lastShown = shown;
    drawInside(part('inside'), current);
    drawOutages(part('outages'), current);
    for (const option of zone?.options ?? []) {
      option.disabled = current.closedZones.includes(option.value);
      // Nobody is led on to a zone that has been closed since it was chosen.
      if (option.disabled && option.selected) zone!.value = '';
    }
    fillWalkIns(current);
    drawConflicts(part('conflicts'), current, refused, {
      takeBack: (conflict, id) => inTurn(() => takeBackNoted(conflict, id)),
      forget: (id) => {
        refused = refused.filter((one) => one.id !== id);
        void drawer.write('refused', refused).then(draw);
      },
    });
  }

  async function setLink(state: LinkState): Promise<void> {
    link = state;
    failures = state === 'linked' ? 0 : failures + 1;
    clearTimeout(retry);
    // The link that comes back is looked for, whether or not something waits for it.
    if (state === 'no_link')
      retry = setTimeout(() => void meet(), delayAfter(failures, Math.random()));
  }

  /** What the site knows now, and what it does not know yet. */
  async function meet(): Promise<void> {
    const { state } = await outbox.flush();
    waiting = await outbox.waiting();
    if (state === 'taken') await refresh();
    else draw();
  }

  /**
   * Takes the site's list over. It counts people, not entries: one that was under way while this device sent something
   * may hold it already or not, so it is asked for again, and in a rush left to the next time.
   */
  async function refresh(patienceMs = LIST_PATIENCE_MS, tries = REFRESH_TRIES): Promise<void> {
    const seen = new Set(applied.map(({ id }) => id));
    const before = { ...sent };
    const answer = await site.day(patienceMs);
    if (answer.state !== 'ok') {
      await setLink(answer.state);
      draw();
      return;
    }
    if (before.open + sent.open > 0 || before.ever !== sent.ever) {
      await setLink('linked');
      if (tries > 1) return refresh(patienceMs, tries - 1);
      draw();
      return;
    }
    day = answer.body;
    clock = learnClock(day.at, answer.sentAt, answer.receivedAt);
    applied = applied.filter(({ id }) => !seen.has(id));
    await setLink('linked');
    if (isClosed()) await close();
    else await drawer.write('day', day);
    await drawer.write('clock', clock);
    await drawer.write('applied', applied);
    draw();
  }

  /** Before anybody is turned away: the list may be older than what another gate, or the hall itself, has noted. */
  async function lookAgain(): Promise<void> {
    if (!navigator.onLine) return;
    await refresh(link === 'no_link' ? GONE_PATIENCE_MS : LIVE_PATIENCE_MS);
    if (link === 'linked' && waiting.length > 0) void meet();
  }

  /** The list goes as soon as nobody needs it; what the site has not taken stays, without names or codes. */
  async function close(): Promise<void> {
    await drawer.remove('day');
    await drawer.remove('applied');
    applied = [];
    // A screen at a gate stays on overnight.
    for (const name of ['result', 'sessions', 'conflicts']) part(name).replaceChildren();
    lastShown = '';
  }

  async function send(events: readonly DeviceEvent[], patienceMs: number) {
    sent.open += 1;
    sent.ever += 1;
    try {
      return await site.send(events, patienceMs);
    } finally {
      sent.open -= 1;
    }
  }

  async function sendQueued(events: readonly DeviceEvent[]): Promise<Sending> {
    const answer = await send(events, QUEUE_PATIENCE_MS);
    if (answer.state !== 'ok') {
      await setLink(answer.state);
      return { state: answer.state === 'sign_in' ? 'sign_in' : 'no_link' };
    }
    for (const { id, outcome, message = '' } of answer.body.outcomes) {
      const event = events.find((one) => one.id === id);
      if (!event) continue;
      if (outcome === 'noted') applied.push(event);
      else {
        const at = clockOf(siteTime(clock, event.deviceAt));
        const text = `${at} ${eventWords[event.kind]}${event.people}人，没有登记上：${message}`;
        refused = [...refused.filter((one) => one.id !== id), { id, text }];
      }
    }
    await drawer.write('applied', applied);
    await drawer.write('refused', refused);
    await setLink('linked');
    return { state: 'taken' };
  }

  /** @returns why not, or the event as it was noted. */
  async function note(meant: Meant): Promise<{ event: DeviceEvent } | { why: string }> {
    const event: DeviceEvent = {
      id: crypto.randomUUID(),
      sequence: await drawer.nextNumber(),
      settled: false,
      deviceAt: Date.now(),
      ...meant,
    };
    waiting = await outbox.waiting();
    if (link !== 'no_link' && waiting.length === 0) {
      const answer = await send([event], LIVE_PATIENCE_MS);
      if (answer.state === 'ok') {
        const [outcome] = answer.body.outcomes;
        if (outcome?.outcome !== 'noted') return { why: outcome?.message ?? '没有登记上。' };
        applied.push(event);
        await drawer.write('applied', applied);
        draw();
        return { event };
      }
      await setLink(answer.state);
    }
    const kept = { ...event, settled: true };
    await outbox.add(kept);
    waiting = await outbox.waiting();
    draw();
    if (link === 'linked') void meet();
    return { event: kept };
  }

  function find(id: string): DoorParty | undefined {
    return view()?.parties.find((party) => party.id === id);
  }

  async function admit(party: DoorParty, meant: Pick<Meant, 'kind' | 'people'>): Promise<void> {
    const chosen = zone?.value;
    const answer = await note({
      ...meant,
      bookingId: party.id,
      sessionId: party.sessionId,
      ...(chosen && meant.kind !== 'out' ? { zone: chosen } : {}),
    });
    if ('why' in answer) {
      await lookAgain();
      const found = find(party.id) ?? party;
      const step = stepFor(found, sessionOf(found), now(), view()?.sessions);
      // Fewer are missing than this list knew of: those still go in.
      if ('people' in step && meant.kind === step.kind && step.people < meant.people) {
        return choose(party.id);
      }
      return show({ look: 'no', title: answer.why, party: found, buttons: [more(found)] });
    }
    const { event } = answer;
    const left = presence(party.size, find(party.id)?.tally ?? party.tally).expected;
    const text = [left > 0 ? `还有${left}人没到。` : '', event.settled ? keptWords(link) : ''].join(
      '',
    );
    show({
      look: 'ok',
      title: admittedWords(meant.kind, meant.people),
      ...(text ? { text } : {}),
      party,
      buttons: [
        button('撤回', 'plain', () => inTurn(() => takeBack(event, party))),
        ...(meant.kind === 'in' && party.size > 1
          ? [button('人数不对', 'plain', () => inTurn(() => takeBack(event, party, true)))]
          : []),
      ],
    });
  }

  /** Everybody of a party who is inside. */
  async function lead(party: DoorParty, to: string, people: number): Promise<void> {
    const { id: bookingId, sessionId } = party;
    const answer = await note({ kind: 'move', people, bookingId, sessionId, zone: to });
    if ('why' in answer) return show({ look: 'no', title: answer.why, party });
    const text = answer.event.settled ? keptWords(link) : '';
    show({ look: 'ok', title: `换到${to}：${people}人`, ...(text ? { text } : {}), party });
  }

  async function takeBack(event: DeviceEvent, party?: DoorParty, again = false): Promise<void> {
    if (Date.now() - event.deviceAt > UNDO_MS) {
      show({ look: 'no', title: '过了1分钟，不能再撤回', text: '人出去了，请登记“出”。' });
      return;
    }
    const { people, bookingId, sessionId, id } = event;
    const answer = await note({ kind: 'undo', undoes: id, people, bookingId, sessionId });
    if ('why' in answer) show({ look: 'no', title: answer.why });
    else if (again && party) choose(party.id);
    else show({ look: 'ask', title: '撤回了', ...(party ? { party } : {}) });
  }

  async function takeBackNoted(conflict: DoorConflict, id: string): Promise<void> {
    const { bookingId, sessionId } = conflict;
    const people = conflict.events.find((event) => event.id === id)?.people ?? 1;
    const answer = await note({ kind: 'undo', undoes: id, people, bookingId, sessionId });
    if ('why' in answer) show({ look: 'no', title: answer.why });
    await meet();
  }

  const more = (party: DoorParty) =>
    button('出、回、换人数', 'plain', () => inTurn(() => pick(party.id)));

  async function pick(id: string): Promise<void> {
    const party = find(id);
    const step = party && stepFor(party, sessionOf(party), now());
    if (!step || 'refused' in step) await lookAgain();
    choose(id);
  }

  /** Everything that can be done with a party, with a number. */
  function choose(id: string): void {
    const party = find(id);
    if (!party) return;
    const { expected, inside, outside } = presence(party.size, party.tally);
    const people = peopleField(expected || outside || inside || 1);
    const act = (kind: 'in' | 'out' | 'back', look: 'primary' | 'plain') =>
      button(eventWords[kind], look, () =>
        inTurn(() => {
          const count = Math.round(Number(people.value));
          if (!(count >= 1 && count <= 200)) return Promise.resolve();
          return admit(find(id) ?? party, { kind, people: count });
        }),
      );
    const zones = [...(zone?.options ?? [])].filter(({ value, disabled }) => value && !disabled);
    const where = h('select', {}, ...zones.map(({ value }) => h('option', { value }, value)));
    if (zones.some(({ value }) => value === party.zone)) where.value = party.zone ?? '';
    const step = stepFor(party, sessionOf(party), now(), view()?.sessions);
    const tooSoon = 'refused' in step && expected > 0 ? step.message : undefined;
    drawPanel(
      part('result'),
      {
        look: 'ask',
        title: `到了${party.size - expected}人，约了${party.size}人`,
        ...(tooSoon ? { text: tooSoon } : {}),
        party,
        buttons: [
          people,
          ...(expected > 0 && !tooSoon && !isClosed() ? [act('in', 'primary')] : []),
          ...(inside > 0 ? [act('out', 'plain')] : []),
          ...(outside > 0 ? [act('back', 'plain')] : []),
          ...(inside > 0 && zones.length > 0
            ? [
                h('label', {}, '换到 ', where),
                button('换区', 'plain', () => inTurn(() => lead(party, where.value, inside))),
              ]
            : []),
        ],
      },
      day,
    );
    part('result').scrollIntoView({ block: 'nearest' });
    people.focus();
    people.select();
  }

  const sessionOf = (party: DoorParty) => view()?.sessions.find(({ id }) => id === party.sessionId);

  async function showCode(text: string): Promise<void> {
    if (!text.trim()) return;
    if (!day || isClosed()) await lookAgain();
    if (!day)
      return show({
        look: 'no',
        title: '这台设备上还没有今天的名单',
        text: '请先联网，打开这一页。',
      });
    if (isClosed()) {
      await close();
      return show({ look: 'no', title: '今天已经闭馆，不再登记' });
    }
    const code = readBookingCode(text);
    if (!code) return search(text);
    const look = () => {
      const party = view()?.parties.find((one) => one.code === code);
      return party && { party, step: stepFor(party, sessionOf(party), now(), view()?.sessions) };
    };
    let found = look();
    if (!found || 'refused' in found.step) {
      await lookAgain();
      found = look();
    }
    if (!found) return showUnlisted(code, day.at);
    const { party, step } = found;
    if ('refused' in step) {
      show({ look: 'no', title: step.message, party, buttons: [more(party)] });
    } else if (step.kind === 'in' && step.people > ASK_ABOVE) {
      choose(party.id);
    } else {
      await admit(party, step);
    }
  }

  /** A code that the list does not hold: for another day or hall, or for nothing. */
  async function showUnlisted(code: string, listedAt: number): Promise<void> {
    const asked =
      link === 'linked' ? await site.arrive(code, LIVE_PATIENCE_MS) : { state: 'unknown' as const };
    if (asked.state === 'arrived') {
      await refresh(LIVE_PATIENCE_MS);
      const party = view()?.parties.find((one) => one.code === code);
      const title = party ? admittedWords('in', party.size) : '可以入场';
      return show({ look: 'ok', title, ...(party ? { party, buttons: [more(party)] } : {}) });
    }
    show(unlistedPanel(code, listedAt, asked.state === 'refused' ? asked.message : undefined));
  }

  async function search(text: string): Promise<void> {
    if (searchParties(view(), text).length === 0) await lookAgain();
    const found = searchParties(view(), text);
    if (found.length === 0) {
      return show({
        look: 'no',
        title: '没有找到',
        text: '可以输入整个预约码，或码的最后几位，或姓，或班级。',
      });
    }
    show({
      look: 'ask',
      title: `找到${found.length}个`,
      buttons: found
        .slice(0, 12)
        .map((party) =>
          button(`${party.code.slice(-4)} ${partyName(party)}`, 'plain', () =>
            inTurn(() => pick(party.id)),
          ),
        ),
    });
  }

  /** Those that still take somebody; their list is made anew only when it is another one. */
  function fillWalkIns({ sessions }: DoorDay): void {
    const select = part('walk-in').querySelector('select')!;
    const [before, at] = [select.value, now()];
    const running = sessions.filter(({ endsAt, isStopped }) => at < endsAt && !isStopped);
    const shown = [...select.options].map(({ value }) => value);
    if (running.map(({ id }) => id).join() !== shown.join()) {
      select.replaceChildren(...running.map(({ id }) => h('option', { value: id })));
      if (running.some(({ id }) => id === before)) select.value = before;
    }
    for (const [nth, session] of running.entries()) {
      select.options[nth]!.textContent = `${spanOf(session)}，还能进${session.walkInsLeft}人`;
    }
  }

  async function admitWalkIns(sessionId: string, people: number): Promise<void> {
    if (!(people >= 1 && people <= 200))
      return show({ look: 'no', title: '请填几个人，最多200人' });
    const object = () => walkInObjection(view(), sessionId, people, now());
    if (object()) await lookAgain();
    const objection = object();
    if (objection) return show({ look: 'no', title: objection });
    const answer = await note({
      kind: 'in',
      people,
      sessionId,
      bookingId: null,
      ...(zone?.value ? { zone: zone.value } : {}),
    });
    if ('why' in answer) return show({ look: 'no', title: answer.why });
    const { event } = answer;
    const text = event.settled ? keptWords(link) : '';
    show({
      look: 'ok',
      title: `现场散客：${people}人`,
      ...(text ? { text } : {}),
      buttons: [button('撤回', 'plain', () => inTurn(() => takeBack(event)))],
    });
  }

  async function leaveWalkIns(sessionId: string, people: number): Promise<void> {
    const answer = await note({ kind: 'out', people, sessionId, bookingId: null });
    if ('why' in answer) return show({ look: 'no', title: answer.why });
    const { event } = answer;
    show({
      look: 'ok',
      title: `散客出去了：${people}人`,
      buttons: [button('撤回', 'plain', () => inTurn(() => takeBack(event)))],
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value;
    field.value = '';
    inTurn(() => showCode(text));
  });
  offerCamera(form, (text) => inTurn(() => showCode(text)));
  const walkIn = part('walk-in') as HTMLFormElement;
  walkIn.addEventListener('submit', (event) => {
    event.preventDefault();
    const values = new FormData(walkIn, event.submitter);
    const [sessionId, people] = [
      (values.get('sessionId') as string | null) ?? '',
      Number(values.get('people')),
    ];
    inTurn(() =>
      values.get('act') === 'out'
        ? leaveWalkIns(sessionId, people)
        : admitWalkIns(sessionId, people),
    );
  });
  // A scanner types wherever the page happens to be.
  document.addEventListener('keydown', (event) => {
    const isTyping = document.activeElement?.matches('input, select, textarea, button, a, summary');
    if (!isTyping && event.key.length === 1 && !event.ctrlKey && !event.metaKey) field.focus();
  });
  zone?.addEventListener('change', () => void drawer.write('zone', zone.value));
  if (zone) {
    zone.value = ((await drawer.read('zone')) as string | undefined) ?? '';
    part('with-script').hidden = false;
  }
  part('wide').hidden = false;
  addEventListener('online', () => void meet());
  addEventListener('offline', () => void setLink('no_link').then(draw));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void wake();
  });
  setInterval(() => document.visibilityState === 'visible' && void wake(), REFRESH_MS);

  async function wake(): Promise<void> {
    if (isClosed()) {
      await close();
      day = undefined;
    }
    // Where the link is known to be gone, its own clock looks for it.
    if (link === 'no_link' && waiting.length === 0) draw();
    else await meet();
  }

  place.dataset['state'] = 'open';
  if (isClosed()) {
    await close();
    day = undefined;
  }
  draw();
  await Promise.all([
    meet(),
    (async () => {
      isReady = await keepPage(`/staff/halls/${hall}/door`);
      draw();
    })(),
  ]);
}

const asNoted = ({ zone, undoes, ...event }: DeviceEvent): NotedEvent => ({
  ...event,
  zone: zone ?? null,
  undoes: undoes ?? null,
});
