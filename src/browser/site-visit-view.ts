/** Draws the checklist of a site visit from what the phone knows of it. */
import {
  answerWords,
  meetingWords,
  type CheckItem,
  type VisitFact,
  type VisitRun,
} from '../features/site-visits/policy.ts';
import { button, h } from './element.ts';

export type Answer = 'yes' | 'no' | 'unseen';

/** What is tapped. */
export interface Meant {
  kind: VisitFact['kind'];
  item?: string;
  answer?: Answer;
  note?: string;
  present?: number;
}

const ANSWERS: readonly Answer[] = ['yes', 'no', 'unseen'];
const NOTE_MAX = 200;
const PRESENT_MAX = 500;

/** `09:05` by the device, whose zone is that of the place it stands at. */
const clockTime = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(11, 16);

/** The part of one item; its answer and its words are noted apart from each other, the last ones hold. */
function drawItem(
  { item, text, look }: CheckItem,
  fact: VisitFact | undefined,
  tap: (meant: Meant) => void,
): HTMLElement {
  const note = h('input', {
    ...{ type: 'text', maxlength: NOTE_MAX, autocomplete: 'off', value: fact?.note },
  });
  const box = h('fieldset', { class: 'item', 'data-item': item });
  const chosen = (): Answer | undefined =>
    ANSWERS.find((answer) => box.querySelector<HTMLInputElement>(`[value=${answer}]`)?.checked);
  const mark = () => {
    const answer = chosen();
    box.classList.toggle('done', answer === 'yes');
    box.classList.toggle('lacking', answer === 'no');
  };
  let said = fact?.note ?? '';
  const say = (answer: Answer) => {
    said = note.value.trim();
    tap({ kind: 'check', item, answer, note: said });
    mark();
  };
  const choices = ANSWERS.map((answer) => {
    const radio = h('input', {
      ...{ type: 'radio', name: `answer.${item}`, value: answer, checked: fact?.answer === answer },
    });
    radio.addEventListener('change', () => say(answer));
    return h('label', {}, radio, answerWords[answer]);
  });
  const sayNote = () => {
    const answer = chosen();
    if (answer && note.value.trim() !== said) say(answer);
  };
  note.addEventListener('change', sayNote);
  // Not every keyboard of a phone tells of a change when it is put away.
  note.addEventListener('blur', sayNote);
  box.replaceChildren(
    h('legend', {}, text),
    h('p', { class: 'secondary' }, `看：${look}`),
    h('div', { class: 'answers' }, ...choices),
    h('label', { class: 'note' }, '说明（可不填，先选再写）', note),
  );
  mark();
  return box;
}

function drawMeeting(
  kind: 'opening' | 'closing',
  fact: VisitFact | undefined,
  tap: (meant: Meant) => void,
): HTMLElement {
  const present = h('input', {
    ...{ type: 'number', inputmode: 'numeric', min: 1, max: PRESENT_MAX },
    value: fact?.present ?? undefined,
  });
  const told = h(
    'p',
    { class: 'told', role: 'status' },
    fact ? `记下了：${clockTime(fact.at)}，${fact.present}人` : '',
  );
  const note = () => {
    const count = Number(present.value);
    if (!Number.isInteger(count) || count < 1 || count > PRESENT_MAX) {
      told.textContent = '请写到会几个人。';
      return;
    }
    tap({ kind, present: count });
    told.textContent = `记下了，${count}人`;
  };
  return h(
    'fieldset',
    { class: 'meeting' },
    h('legend', {}, meetingWords[kind]),
    h('label', {}, '到会几个人（不写姓名）', present),
    button(fact ? '重新记' : `现在开${meetingWords[kind]}`, fact ? 'plain' : 'primary', note),
    told,
  );
}

/** The whole checklist. It is drawn once: answers stay as they were tapped, whatever comes from the site. */
export function drawChecklist(
  into: HTMLElement,
  run: VisitRun,
  facts: readonly VisitFact[],
  tap: (meant: Meant) => void,
): void {
  const find = (kind: VisitFact['kind'], item = '') =>
    facts.find((one) => one.kind === kind && one.item === item);
  into.replaceChildren(
    h(
      'section',
      {},
      h('h2', {}, '会议'),
      drawMeeting('opening', find('opening'), tap),
      drawMeeting('closing', find('closing'), tap),
    ),
    ...run.groups.map(({ title, items }) =>
      h(
        'section',
        {},
        h('h2', {}, title),
        ...items.map((one) => drawItem(one, find('check', one.item), tap)),
      ),
    ),
  );
}
