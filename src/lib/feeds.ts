import { escapeMarkup } from './markup.ts';

export interface FeedEntry {
  /** Never changes, whatever else does: readers tell by it what they have seen. */
  id: string;
  title: string;
  href: string;
  author: string;
  summary: string;
  /** Plain text. */
  content: string;
  published: Date;
  /** Later than `published` when it is news again to whoever has read it. */
  updated: Date;
}

export interface Feed {
  id: string;
  title: string;
  /** The feed's own address. */
  self: string;
  /** The page that says the same. */
  page: string;
  /** Of a feed without entries. */
  now: Date;
  /** As readers are to see them, mostly the newest first. */
  entries: readonly FeedEntry[];
}

const newest = ({ entries, now }: Feed) =>
  entries.length === 0 ? now : new Date(Math.max(...entries.map((one) => one.updated.getTime())));

/** An Atom feed (RFC 4287). */
export function atomFeed(feed: Feed): string {
  const element = (name: string, text: string) => `<${name}>${escapeMarkup(text)}</${name}>`;
  const link = (href: string, rel = '') =>
    `<link${rel && ` rel="${rel}"`} href="${escapeMarkup(href)}"/>`;
  const entries = feed.entries.map((entry) =>
    [
      '<entry>',
      element('id', entry.id),
      element('title', entry.title),
      link(entry.href),
      element('published', entry.published.toISOString()),
      element('updated', entry.updated.toISOString()),
      `<author>${element('name', entry.author)}</author>`,
      element('summary', entry.summary),
      `<content type="text">${escapeMarkup(entry.content)}</content>`,
      '</entry>',
    ].join(''),
  );
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">',
    element('id', feed.id),
    element('title', feed.title),
    link(feed.self, 'self'),
    link(feed.page),
    element('updated', newest(feed).toISOString()),
    ...entries,
    '</feed>',
  ].join('\n');
}

/** The same as a JSON Feed (version 1.1, https://jsonfeed.org). */
export function jsonFeed(feed: Feed) {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.page,
    feed_url: feed.self,
    language: 'zh-CN',
    items: feed.entries.map((entry) => ({
      id: entry.id,
      url: entry.href,
      title: entry.title,
      summary: entry.summary,
      content_text: entry.content,
      date_published: entry.published.toISOString(),
      date_modified: entry.updated.toISOString(),
      authors: [{ name: entry.author }],
    })),
  };
}
