/**
 * A site visit on a phone: notes what is tapped at once, with or without a link, and sends it when there is one. Without
 * this script the page is a plain form.
 */
import { latestFacts, type VisitFact, type VisitRun } from '../features/site-visits/policy.ts';
import { learnClock, siteTime, UNHEARD, type SiteClock } from '../lib/offline/clock.ts';
import { canWorkOffline, discardDrawer, openDrawer } from '../lib/offline/drawer.ts';
import { askSite, reachSite } from '../lib/offline/link.ts';
import { createOutbox, delayAfter, type Sending } from '../lib/offline/outbox.ts';
import { h } from './element.ts';
import { forgetPages, keepPage } from './kept-page.ts';
import { drawChecklist, type Meant } from './site-visit-view.ts';

interface Noted {
  id: string;
  kind: VisitFact['kind'];
  item: string;
  answer: VisitFact['answer'];
  note: string;
  present: number | null;
  deviceAt: number;
  offset: number | null;
}
interface Outcome {
  id: string;
  outcome: 'accepted' | 'known' | 'refused';
  message?: string;
}

const PATIENCE_MS = 15_000;
/** As long as an inspector waits for the site's list before the phone shows its own. */
const LOOK_FIRST_MS = 3_000;
const POLL_MS = 20_000;
const BATCH_MAX = 100;
const JSON_TYPE = { 'Content-Type': 'application/json' };

type LinkState = 'unknown' | 'linked' | 'no_link' | 'sign_in' | 'shut' | 'other';

const root = document.querySelector<HTMLElement>('[data-visit]');
if (root) {
  if (canWorkOffline()) void openVisit(root).catch(() => tellMissing(root));
  else tellMissing(root);
}

/** The plain form works as ever; only what needs a link to be there is told. */
function tellMissing(place: HTMLElement): void {
  const words = place.querySelector<HTMLElement>('[data-no-offline]');
  if (words) words.hidden = false;
}

async function openVisit(place: HTMLElement): Promise<void> {
  const part = (name: string) => place.querySelector<HTMLElement>(`[data-${name}]`)!;
  const applicationId = place.dataset['visit'] ?? '';
  const home = `/staff/applications/${applicationId}/visit`;
  const api = `/api/applications/${applicationId}/visit`;
  const name = `visit-${applicationId}`;
  const drawer = await openDrawer(name);
  const outbox = createOutbox<Noted>(drawer, send, BATCH_MAX);

  let clock = ((await drawer.read('clock')) as SiteClock | undefined) ?? UNHEARD;
  let run = (await drawer.read('run')) as VisitRun | undefined;
  let sent = ((await drawer.read('sent')) as Noted[] | undefined) ?? [];
  let waiting = await outbox.waiting();
  let refused: string[] = [];
  let link: LinkState = 'unknown';
  let failures = 0;
  let isChecked = false;
  let isKept = false;
  let isDrawn = false;
  let isBusy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const asFact = ({ deviceAt, offset, ...one }: Noted): VisitFact => ({
    ...one,
    at: deviceAt + (offset ?? clock.offset),
    notedAt: Number.MAX_SAFE_INTEGER,
  });

  async function send(entries: readonly Noted[]): Promise<Sending> {
    const body = JSON.stringify({ sentAt: Date.now(), entries });
    const reached = await reachSite(
      `${api}/entries`,
      { method: 'POST', headers: JSON_TYPE, body },
      PATIENCE_MS,
    );
    if (reached.state !== 'answered') {
      setLink(reached.state);
      return { state: reached.state === 'sign_in' ? 'sign_in' : 'no_link' };
    }
    const { response, sentAt, receivedAt } = reached;
    const answer = (await response.json().catch(() => undefined)) as
      { at?: number; outcomes?: Outcome[]; detail?: string } | undefined;
    if (!response.ok) {
      // One that cannot be taken must not keep the others waiting.
      if (entries.length > 1 && response.status === 422) {
        for (const one of entries) {
          const alone = await send([one]);
          if (alone.state !== 'taken') return alone;
        }
      } else refused = [...refused, answer?.detail ?? '有一条没有记上。'];
      return { state: 'taken' };
    }
    if (!answer?.outcomes) return { state: 'no_link' };
    if (answer.at !== undefined) await hear(learnClock(answer.at, sentAt, receivedAt));
    const lost = answer.outcomes.filter(({ outcome }) => outcome === 'refused');
    refused = [...refused, ...lost.map(({ message }) => message ?? '有一条没有记上。')];
    const lostIds = new Set(lost.map(({ id }) => id));
    // Written down before the queue lets go of them.
    sent = [...sent, ...entries.filter(({ id }) => !lostIds.has(id))];
    await drawer.write('sent', sent);
    return { state: 'taken' };
  }

  async function hear(heard: SiteClock): Promise<void> {
    clock = heard;
    await drawer.write('clock', clock);
  }

  function setLink(state: LinkState): void {
    link = state;
    failures = state === 'linked' ? 0 : failures + 1;
    if (state !== 'linked') isChecked = false;
  }

  /** Whatever is tapped is safe on the phone before anything else is tried. */
  async function note({
    kind,
    item = '',
    answer,
    note: words = '',
    present,
  }: Meant): Promise<void> {
    await outbox.add({
      ...{ id: crypto.randomUUID(), kind, item, answer: answer ?? null, note: words },
      ...{ present: present ?? null, deviceAt: Date.now() },
      offset: clock.heardAt === 0 ? null : clock.offset,
    });
    waiting = await outbox.waiting();
    tell();
    if (link === 'linked') void meet();
  }

  /** Takes over what the site knows, then sends what waits. */
  async function meet(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    try {
      if (isChecked || (await refresh())) {
        await outbox.flush();
        waiting = await outbox.waiting();
      }
      if (!(await isOver())) tell();
    } finally {
      isBusy = false;
      const delay = link === 'linked' ? POLL_MS : delayAfter(failures, Math.random());
      timer = setTimeout(() => {
        isChecked = false;
        void meet();
      }, delay);
      // What was tapped while the last batch was on its way.
      if (link === 'linked' && (await outbox.waiting()).length > 0) void meet();
    }
  }

  /** @returns whether what waits on this phone may go. */
  async function refresh(): Promise<boolean> {
    const answer = await askSite<VisitRun>(api, {}, PATIENCE_MS);
    if (answer.state !== 'ok') {
      setLink(answer.state);
      return false;
    }
    // Another person may have signed in meanwhile: what waits is not theirs.
    if (run !== undefined && run.me !== answer.body.me && waiting.length > 0) {
      setLink('other');
      return false;
    }
    run = answer.body;
    await hear(learnClock(run.at, answer.sentAt, answer.receivedAt));
    const known = new Set(run.facts.map(({ id }) => id));
    sent = sent.filter(({ id }) => !known.has(id) && waiting.some((one) => one.id === id));
    await drawer.write('run', run);
    await drawer.write('sent', sent);
    setLink('linked');
    isChecked = true;
    draw();
    return true;
  }

  /** Once the visit is in the file nothing of it stays on the phone. */
  async function isOver(): Promise<boolean> {
    if (run?.state !== 'done' || waiting.length > 0) return false;
    clearTimeout(timer);
    await discardDrawer(name);
    await forgetPages(home);
    part('link').textContent = '这次核查已经办结，手机里的内容删掉了。';
    part('app').replaceChildren();
    return true;
  }

  function draw(): void {
    if (!run || isDrawn) return;
    isDrawn = true;
    place.querySelector('[data-plain]')?.remove();
    const facts = latestFacts([...run.facts, ...[...sent, ...waiting].map(asFact)]);
    drawChecklist(part('app'), run, facts, (meant) => void note(meant));
  }

  function tell(): void {
    const count = waiting.length > 0 ? `${waiting.length}条还没发出。` : '都发出了。';
    const words: Record<LinkState, (Node | string)[]> = {
      unknown: ['正在连……'],
      linked: [`已联网。${count}${isKept ? '断网也能用。' : ''}`],
      no_link: [`没有网，照常记，先记在这台手机上。${waiting.length > 0 ? count : ''}`],
      sign_in: [
        `要再登录一次才能发出。${waiting.length > 0 ? count : ''}照常记，不会丢。`,
        h('a', { href: `/staff/sign-in?next=${encodeURIComponent(home)}` }, '去登录'),
      ],
      shut: [`这次核查现在不归你办。${waiting.length > 0 ? count : ''}请找同事。`],
      other: [`这台手机上有别人记的${waiting.length}条。请那个人登录，让它们发完。`],
    };
    const wrong = Math.abs(siteTime(clock, 0)) > 120_000 && clock.heardAt > 0;
    const into = part('link');
    into.dataset['state'] = link;
    into.replaceChildren(
      ...words[link],
      ...(wrong ? [' 这台手机的时间不准，记录按本站的时间算。'] : []),
      ...[...new Set(refused)].map((message) => ` 没有记上：${message}`),
    );
  }

  addEventListener('online', () => void meet());
  addEventListener('offline', () => {
    setLink('no_link');
    tell();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void meet();
  });

  place.dataset['state'] = 'open';
  // The checklist is drawn once, so that it begins with what colleagues have noted since it was kept, where that comes soon.
  if (navigator.onLine) setTimeout(draw, LOOK_FIRST_MS);
  else draw();
  tell();
  await meet();
  draw();
  if (run?.state === 'done') return;
  isKept = await keepPage(home);
  tell();
}
