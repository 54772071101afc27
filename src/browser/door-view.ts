/** Draws the door's page from what the device knows. It decides nothing. */
import {
  doorSpan,
  partyName,
  presence,
  type DoorConflict,
  type DoorDay,
  type DoorParty,
  type DoorSession,
} from '../features/door/policy.ts';
import { formatBookingCode } from '../lib/ids.ts';
import { clockWords, type SiteClock } from '../lib/offline/clock.ts';
import { formatTime } from '../lib/time.ts';
import { button, h } from './element.ts';

export type Look = 'ok' | 'no' | 'ask';
export type LinkState = 'unknown' | 'linked' | 'no_link' | 'sign_in' | 'shut';

/** The panel that is read from an arm's length: colour, sign and words say the same. */
export interface Panel {
  look: Look;
  title: string;
  text?: string;
  party?: DoorParty;
  buttons?: readonly HTMLElement[];
}

const SIGNS: Readonly<Record<Look, string>> = { ok: '✓', no: '✕', ask: '？' };

export const spanOf = doorSpan;
export const clockOf = (at: number) => formatTime(new Date(at));

export function drawPanel(place: HTMLElement, panel: Panel, day: DoorDay | undefined): void {
  const { look, title, text, party, buttons = [] } = panel;
  const session = party && day?.sessions.find(({ id }) => id === party.sessionId);
  place.replaceChildren(
    h(
      'div',
      { class: `panel ${look}` },
      h('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[look]),
      h(
        'div',
        {},
        h('p', { class: 'title' }, title),
        text !== undefined && h('p', {}, text),
        party &&
          h(
            'p',
            {},
            `${partyName(party)}，约${party.words}，${session ? `${spanOf(session)}，` : ''}${formatBookingCode(party.code)}`,
          ),
        buttons.length > 0 && h('p', { class: 'acts' }, ...buttons),
      ),
    ),
  );
}

/** For a code that today's list does not hold. @param why by the site; undefined where it could not be asked. */
export function unlistedPanel(code: string, listedAt: number, why: string | undefined): Panel {
  const read = formatBookingCode(code);
  if (why !== undefined) {
    return { look: 'no', title: why, text: `${read}。今天要进去，请按现场散客登记。` };
  }
  return {
    look: 'no',
    title: '名单里没有这个预约码',
    text: `${read}。名单是${clockOf(listedAt)}的：以后才约的、别的日期和别的馆的，都不在里面。要放进去，请按现场散客登记。`,
  };
}

/** What the device knows of its link, and of what it has not told the site yet. */
export function linkWords(
  link: LinkState,
  unsent: number,
  day: DoorDay | undefined,
  clock: SiteClock,
  isReady: boolean,
): (Node | string)[] {
  const list = day ? `名单是${clockOf(day.at)}的。` : '还没有今天的名单。';
  const count = unsent > 0 ? `${unsent}条还没发出。` : '';
  const wrong = clockWords(clock);
  const signIn = `/staff/sign-in?next=${encodeURIComponent(location.pathname)}`;
  const words: Record<LinkState, (Node | string)[]> = {
    unknown: [`正在连……${count}${list}`],
    linked: [`已联网。${count}${list}${isReady ? '断网也能用。' : ''}`],
    no_link: [
      `没有网，照常登记，先记在这台设备上。${count}${list}另一个入口这时放进来的人，这里看不到。`,
    ],
    sign_in: [
      `要再验证一次身份才能发出。${count}照常登记，先记在这台设备上。`,
      h('a', { href: signIn }, '去验证'),
    ],
    shut: [`这个账户现在不能登记这个馆。${count}请找场馆负责人。`],
  };
  return wrong ? [...words[link], ` 这台设备的时间${wrong}，登记的时间按本站的算。`] : words[link];
}

/** Why something that was noted has not reached the site. */
export function keptWords(link: LinkState): string {
  if (link === 'sign_in') return '还没发出，已记在这台设备上：要再验证一次身份。';
  if (link === 'shut') return '还没发出，已记在这台设备上：这个账户现在不能登记这个馆。';
  if (link === 'linked') return '已记在这台设备上，正在发出。';
  return '没有网，已记在这台设备上。';
}

/** A field for how many, with the buttons that take its number. */
export function peopleField(value: number): HTMLInputElement {
  return h('input', {
    type: 'number',
    min: 1,
    max: 200,
    value,
    inputmode: 'numeric',
    'aria-label': '几个人',
    class: 'people',
  });
}

export function drawSessions(
  place: HTMLElement,
  day: DoorDay,
  now: number,
  choose: (party: DoorParty) => void,
): void {
  const wereOpen = new Map(
    [...place.querySelectorAll('details')].map(({ id, open }) => [id, open]),
  );
  if (day.sessions.length === 0) {
    place.replaceChildren(h('p', {}, '今天没有场次。'));
    return;
  }
  place.replaceChildren(
    ...day.sessions.map((session) => {
      const parties = day.parties.filter(
        ({ sessionId, state }) => sessionId === session.id && state !== 'cancelled',
      );
      const sums = sumOf(parties);
      const walkIns = presence(null, session.walkIns);
      const isOver = now >= session.endsAt;
      const section = h(
        'details',
        {
          class: 'session',
          id: `session-${session.id}`,
          open: wereOpen.get(`session-${session.id}`) ?? !isOver,
        },
        h(
          'summary',
          {},
          h('b', {}, spanOf(session)),
          ` 在馆里${sums.inside + walkIns.inside}人，还没到${sums.expected}人`,
        ),
        h('p', { class: 'secondary' }, walkInWords(session)),
        parties.length === 0
          ? h('p', { class: 'secondary' }, '没有人预约。')
          : h('ul', { class: 'parties' }, ...parties.map((party) => partyRow(party, choose))),
      );
      return section;
    }),
  );
}

export function walkInWords(session: DoorSession): string {
  const { inside, outside } = presence(null, session.walkIns);
  if (session.isStopped) return `停开了，不再放人进来。现场散客在馆里${inside}人。`;
  const left = `现场散客还能进${session.walkInsLeft}人`;
  if (session.walkIns.entered === 0) return `${left}。`;
  return `现场散客在馆里${inside}人${outside > 0 ? `，出去${outside}人` : ''}，${left.slice(4)}。`;
}

function partyRow(party: DoorParty, choose: (party: DoorParty) => void): HTMLElement {
  const { expected, inside, outside } = presence(party.size, party.tally);
  const state = inside > 0 || outside > 0 ? 'in' : 'expected';
  return h(
    'li',
    { class: state, id: `party-${party.id}` },
    h(
      'span',
      { class: 'who' },
      h('span', { class: 'code' }, formatBookingCode(party.code)),
      ' ',
      partyName(party),
    ),
    h(
      'span',
      { class: 'count' },
      `${party.size - expected}/${party.size}`,
      outside > 0 && ` 出去${outside}`,
      h('span', { class: 'visually-hidden' }, '人到了'),
      party.released > 0 && expected > 0 && ' 名额已放给现场',
    ),
    (() => {
      const act = button('办理', 'plain', () => choose(party));
      act.setAttribute('aria-label', `办理：${formatBookingCode(party.code)}`);
      return act;
    })(),
  );
}

function sumOf(parties: readonly DoorParty[]) {
  const sums = { expected: 0, inside: 0 };
  for (const { size, tally, state } of parties) {
    const { expected, inside } = presence(size, tally);
    sums.inside += inside;
    if (state !== 'expired') sums.expected += expected;
  }
  return sums;
}

/** What is out of order today: read out to whoever asks. */
export function drawOutages(place: HTMLElement, { outages }: DoorDay): void {
  place.hidden = outages.length === 0;
  place.replaceChildren(...outages.map((line) => h('li', {}, line)));
}

/** Everybody inside, by the zone where they were led to last. */
export function drawInside(place: HTMLElement, day: DoorDay): void {
  const zones = new Map<string, number>();
  const add = (zone: string | null, people: number) =>
    people > 0 && zones.set(zone ?? '', (zones.get(zone ?? '') ?? 0) + people);
  for (const { size, tally, zone } of day.parties) add(zone, presence(size, tally).inside);
  for (const { walkIns, walkInZone } of day.sessions) {
    add(walkInZone, presence(null, walkIns).inside);
  }
  const total = [...zones.values()].reduce((sum, people) => sum + people, 0);
  const named = [...zones].filter(([zone]) => zone !== '');
  const parts = named.map(([zone, people]) => `${zone}${people}人`);
  place.replaceChildren(
    h('b', {}, `现在在馆里${total}人`),
    parts.length > 0 ? `（${parts.join('，')}）` : '',
  );
}

export function drawConflicts(
  place: HTMLElement,
  day: DoorDay | undefined,
  refused: readonly { id: string; text: string }[],
  acts: {
    takeBack: (conflict: DoorConflict, eventId: string) => void;
    forget: (id: string) => void;
  },
): void {
  const conflicts = day?.conflicts ?? [];
  place.hidden = conflicts.length === 0 && refused.length === 0;
  place.replaceChildren(
    h('h2', {}, `要核对的：${conflicts.length + refused.length}件`),
    ...conflicts.map((conflict) =>
      h(
        'div',
        { class: 'conflict' },
        h('p', {}, h('b', {}, conflict.title)),
        h('p', {}, conflict.text),
        h(
          'ul',
          {},
          ...conflict.events.map(({ id, at, people, place: where }) =>
            h(
              'li',
              {},
              `${clockOf(at)} ${where}：${people}人 `,
              conflict.kind === 'counted_twice' &&
                button('撤回这一条', 'plain', () => acts.takeBack(conflict, id)),
            ),
          ),
        ),
      ),
    ),
    ...refused.map(({ id, text }) =>
      h(
        'div',
        { class: 'conflict' },
        h('p', {}, text),
        button('知道了', 'plain', () => acts.forget(id)),
      ),
    ),
  );
}
