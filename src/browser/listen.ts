/**
 * Reads the page aloud with the device's own voice, one sentence at a time: a pause ends the sentence and a start begins it
 * anew, since pausing within one is broken on Android and long utterances stop by themselves in Chrome.
 */
import sheet from '../styles/listen.css?url';
import { h } from './element.ts';

/** The text that is no use to an ear: figures of sources, dates of writing, the list of sources. */
const SILENT = 'sup, nav, .secondary, .review, .sources, .print-only, .listen, title';
const BLOCKS = 'h1, h2, h3, p, li, dt, dd, figcaption';
const SENTENCE = /[^。？；]+[。？；]?/g;
/** Slower than the device's own pace, in two steps. */
const RATES = [
  [1, '慢一点'],
  [0.8, '再慢一点'],
  [0.6, '平常速度'],
] as const;
/** Some browsers name their voices only after a while, others never. */
const VOICES_MS = 2000;

interface Sentence {
  block: Element;
  text: string;
  range: Range;
}

/** Each sentence of the page with the place where it stands. */
function sentencesOf(article: Element): Sentence[] {
  const found: Sentence[] = [];
  for (const block of article.querySelectorAll(BLOCKS)) {
    if (block.closest(SILENT) || block.querySelector(BLOCKS)) continue;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const nodes: Text[] = [];
    while (walker.nextNode()) {
      const node = walker.currentNode as Text;
      if (!node.parentElement?.closest(SILENT)) nodes.push(node);
    }
    const whole = nodes.map(({ data }) => data).join('');
    const placeOf = (at: number): [Text, number] => {
      let rest = at;
      for (const node of nodes) {
        if (rest <= node.length) return [node, rest];
        rest -= node.length;
      }
      return [nodes[nodes.length - 1]!, 0];
    };
    for (const { 0: text, index } of whole.matchAll(SENTENCE)) {
      if (!/[\p{L}\d]/u.test(text)) continue;
      const range = document.createRange();
      range.setStart(...placeOf(index));
      range.setEnd(...placeOf(index + text.length));
      found.push({ block, text, range });
    }
  }
  return found;
}

/** 119 is said digit by digit, 幺幺九; an amount with its measure is not. */
const spoken = (text: string) =>
  text.replace(
    /(^|[^\d.])(1[12][0-9]|12\d{3}|9[56]\d{3})(?![\d.]|[个次分厘毫公米度℃到])/g,
    (_, before: string, number: string) =>
      before + Array.from(number, (digit) => '零幺二三四五六七八九'[Number(digit)]).join(''),
  );

/** Mandarin before Cantonese; a voice that lies on the device before one that needs a link. */
function chineseVoice(): SpeechSynthesisVoice | undefined {
  const rank = ({ lang, localService }: SpeechSynthesisVoice) =>
    (/^(zh|cmn)([-_](hans|cn|sg))/i.test(lang) ? 0 : /hk|yue/i.test(lang) ? 4 : 2) +
    (localService ? 0 : 1);
  return speechSynthesis
    .getVoices()
    .filter(({ lang }) => /^(zh|cmn|yue)/i.test(lang))
    .sort((a, b) => rank(a) - rank(b))[0];
}

/** Undefined when there is none after a while. */
function awaitVoice(): Promise<SpeechSynthesisVoice | undefined> {
  return new Promise((resolve) => {
    const settle = () => resolve(chineseVoice());
    if (chineseVoice()) return settle();
    speechSynthesis.addEventListener?.('voiceschanged', () => chineseVoice() && settle());
    setTimeout(settle, VOICES_MS);
  });
}

function mark(sentence: Sentence | undefined): void {
  document.querySelector('.listening')?.classList.remove('listening');
  const highlights = 'highlights' in CSS ? CSS.highlights : undefined;
  highlights?.delete('listening');
  if (!sentence) return;
  if (highlights) highlights.set('listening', new Highlight(sentence.range));
  else sentence.block.classList.add('listening');
  sentence.block.scrollIntoView({ block: 'nearest' });
}

function controls(sentences: readonly Sentence[], voice: SpeechSynthesisVoice): HTMLElement {
  let at = 0;
  let rate = 0;
  let turn = 0;
  let isReading = false;
  const make = (words: string, act: () => void) => {
    const made = h('button', { type: 'button' }, words);
    made.addEventListener('click', act);
    return made;
  };

  const read = () => {
    const sentence = sentences[at];
    turn += 1;
    const mine = turn;
    speechSynthesis.cancel();
    mark(sentence);
    if (!sentence) return stop(0);
    const utterance = new SpeechSynthesisUtterance(spoken(sentence.text));
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = RATES[rate]![0];
    // What was cancelled ends too, and must not go on to the next.
    utterance.addEventListener('end', () => {
      if (mine !== turn) return;
      at += 1;
      read();
    });
    utterance.addEventListener('error', () => mine === turn && stop(at));
    isReading = true;
    start.textContent = '停一下';
    speechSynthesis.speak(utterance);
  };
  const stop = (from: number) => {
    turn += 1;
    isReading = false;
    at = from;
    speechSynthesis.cancel();
    if (from === 0) mark(undefined);
    start.textContent = from === 0 ? '听' : '接着听';
    again.hidden = from === 0;
  };

  const start = make('听', () => (isReading ? stop(at) : read()));
  const slower = make(RATES[0][1], () => {
    rate = (rate + 1) % RATES.length;
    slower.textContent = RATES[rate]![1];
    if (isReading) read();
  });
  const again = make('从头听', () => {
    at = 0;
    read();
  });
  again.hidden = true;
  // Chrome goes on speaking after the page is gone.
  addEventListener('pagehide', () => speechSynthesis.cancel());
  return h(
    'div',
    { class: 'listen', role: 'group', 'aria-label': '听这一页' },
    start,
    slower,
    again,
  );
}

/** Puts the buttons below the page's title, or says why there are none. */
export function offerListening(): void {
  const article = document.querySelector('article');
  const title = article?.querySelector('h1');
  if (!article || !title) return;
  const style = () => document.head.appendChild(h('link', { rel: 'stylesheet', href: sheet }));
  const refuse = () => {
    style();
    // Below everything: it is no help to whoever reads with the eyes.
    article.appendChild(
      h(
        'p',
        { class: 'listen secondary' },
        '想听这一页：这个浏览器不会读中文。可以打开手机设置里的“朗读屏幕”，或者换手机自带的浏览器。',
      ),
    );
  };
  const show = (voice: SpeechSynthesisVoice) => {
    style();
    const before = title.parentElement?.querySelector('.review') ?? title;
    before.insertAdjacentElement('afterend', controls(sentencesOf(article), voice));
  };
  if (!('speechSynthesis' in window)) return refuse();
  void awaitVoice().then((voice) => (voice ? show(voice) : refuse()));
}
