/**
 * The first answers while somebody types. The index comes when the field is first used. Texts that may have been
 * withdrawn are not quoted: without `/live.json` only their names stand here, and their address says what became of them.
 */
import { h } from './element.ts';
import type { QuickEntry, QuickIndex } from '../features/search/policy.ts';
import { createSearch, normalise, type Search, type SearchDocument } from '../lib/search.ts';

const SHOWN = 5;
const QUOTED_LINES = 2;
/** As in the whole index: what a page is called, what it says first. */
const WEIGHTS = { title: 10, first: 5 };

interface Live {
  texts: { path: string; state: string }[];
}
interface Ready {
  find: Search<SearchDocument & QuickEntry>;
  withdrawn: Set<string> | undefined;
}

const form = document.querySelector<HTMLFormElement>('[data-search]');
const field = form?.querySelector<HTMLInputElement>('[name=q]');
const list = form?.querySelector<HTMLElement>('[data-search-answers]');
const status = form?.querySelector<HTMLElement>('[data-search-status]');

async function fetchJson<Value>(address: string): Promise<Value> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(address);
  return (await answer.json()) as Value;
}

async function prepare(): Promise<Ready> {
  const [index, live] = await Promise.all([
    fetchJson<QuickIndex>('/search-index.json'),
    fetchJson<Live>('/live.json').catch(() => undefined),
  ]);
  const documents = index.documents.map((entry) => ({
    ...entry,
    fields: [
      [WEIGHTS.title, normalise([entry.title, ...entry.names].join(' '))] as const,
      [WEIGHTS.first, normalise([entry.summary, ...entry.now].join(' '))] as const,
    ],
  }));
  const gone = live?.texts.filter(({ state }) => state === 'withdrawn');
  return {
    find: createSearch({ ...index, documents }),
    withdrawn: gone && new Set(gone.map(({ path }) => path)),
  };
}

function drawAnswer({ href, title, summary, now }: QuickEntry, isCertain: boolean): HTMLElement {
  const quoted = now.length === 0 ? summary : isCertain && now.slice(0, QUOTED_LINES).join('');
  return h('li', {}, h('a', { href }, h('b', {}, title), h('span', {}, quoted)));
}

if (form && field && list && status) {
  let ready: Promise<Ready> | undefined;

  const show = async () => {
    ready ??= prepare();
    const { find, withdrawn } = await ready;
    const asked = field.value;
    const found = find(asked)
      .found.filter(({ document }) => !withdrawn?.has(document.href))
      .slice(0, SHOWN);
    list.replaceChildren(
      ...found.map(({ document }) => drawAnswer(document, withdrawn !== undefined)),
    );
    list.hidden = found.length === 0;
    status.textContent =
      found.length > 0
        ? `下面有${found.length}条，往下按就到`
        : asked.trim() && '按回车，在全文里找';
  };
  // Whatever fails, the form still asks the site.
  const update = () => void show().catch(() => (ready = undefined));

  field.addEventListener('focus', () => {
    ready ??= prepare();
    ready.catch(() => (ready = undefined));
  });
  field.addEventListener('input', (event) => {
    if (!('isComposing' in event && event.isComposing)) update();
  });
  field.addEventListener('compositionend', update);
  form.addEventListener('keydown', (event) => {
    const stops = [field, ...list.querySelectorAll('a')];
    const at = stops.indexOf(document.activeElement as HTMLInputElement);
    if (event.key === 'Escape' && !list.hidden) {
      list.hidden = true;
      field.focus();
    }
    if (list.hidden || event.isComposing || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
    const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });
}
