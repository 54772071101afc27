import type { Feed, FeedEntry } from '../../lib/feeds.ts';
import { instantOf } from '../../lib/time.ts';
import type { Guide } from '../guides/schema.ts';
import type { TextAct } from '../withdrawals/table.ts';

interface GuideFile {
  id: string;
  data: Guide;
}

/** The last thing that happened to a guide after it was published. */
export interface GuideState {
  slug: string;
  act: TextAct;
  reason: string;
  instead: string | null;
  decidedAt: Date | null;
}

const dayOf = ({ review, writtenOn }: Guide) => (review === 'none' ? writtenOn : review.checkedOn);

function entryOf(
  { id, data }: GuideFile,
  state: GuideState | undefined,
  origin: string,
  now: Date,
): FeedEntry {
  const href = `${origin}/guides/${id}`;
  const issuers = [...new Set(Object.values(data.sources).map(({ issuer }) => issuer))];
  const mark = data.review === 'none' ? '待专业审核。' : `${data.review.checkedOn}审核。`;
  const base = { id: href, href, author: '安澜', published: instantOf(data.writtenOn) };
  const changed = state && (state.decidedAt ?? now);
  if (state?.act === 'withdraw') {
    const instead = state.instead ? `可以先看：${origin}/guides/${state.instead}` : '';
    return {
      ...base,
      title: `已撤下：${data.title}`,
      summary: `这一篇已经撤下，请不要再用，也请撤掉转载和张贴的。原因：${state.reason}`,
      content: `这一篇已经撤下，请不要再用，也请撤掉转载和张贴的。\n原因：${state.reason}\n${instead}`,
      updated: changed ?? now,
    };
  }
  const updated = instantOf(dayOf(data));
  return {
    ...base,
    title: data.title,
    summary: data.summary,
    content: [
      data.summary,
      '',
      '现在就做：',
      ...data.now.map(({ text }, index) => `${index + 1}. ${text}`),
      '',
      `${mark}来源：${issuers.join('；')}。`,
      `全文、海报和广播稿：${href}`,
    ].join('\n'),
    // Given back: news to whoever was told to take it down.
    updated: changed && changed > updated ? changed : updated,
  };
}

/**
 * The guides as a feed, what changed last first. A withdrawn guide stays in it and says so: an entry that merely vanished
 * would live on in every copy made of it.
 * @param states of guides that were ever withdrawn.
 */
export function guideFeed(
  guides: readonly GuideFile[],
  states: readonly GuideState[],
  { origin, self, now }: { origin: string; self: string; now: Date },
): Feed {
  return {
    id: `${origin}/guides`,
    title: '安澜安全指南',
    self: `${origin}${self}`,
    page: `${origin}/guides`,
    now,
    entries: guides
      .map((file) =>
        entryOf(
          file,
          states.find(({ slug }) => slug === file.id),
          origin,
          now,
        ),
      )
      .toSorted((a, b) => b.updated.getTime() - a.updated.getTime()),
  };
}
