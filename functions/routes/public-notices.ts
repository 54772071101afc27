import { Hono } from 'hono';
import { reviewPath } from '../../src/features/applications/policy.ts';
import {
  announceCandidate,
  nameApplicant,
  recheckNaming,
  type OfficeCommand,
} from '../../src/features/public-notices/commands.ts';
import { noticeText } from '../../src/features/public-notices/policy.ts';
import { listRunningNotices } from '../../src/features/public-notices/queries.ts';
import { atomFeed } from '../../src/lib/feeds.ts';
import { instantOf } from '../../src/lib/time.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** Running notices for readers of feeds: papers, residents' groups, other sites. */
export function publicNoticeFiles() {
  const files = new Hono<AppEnv>();
  files.get('/communities/notices.atom', async (c) => {
    const { scope } = c.var;
    const { origin } = new URL(c.req.url);
    const notices = await listRunningNotices(await scope.context(), scope.listProgrammes);
    const page = `${origin}/communities/notices`;
    const feed = atomFeed({
      id: page,
      title: '安澜·命名公示',
      ...{ self: `${page}.atom`, page, now: scope.now },
      entries: notices.map((notice) => ({
        id: `urn:uuid:${notice.id}`,
        title: `公示：${notice.name}`,
        href: `${page}/${notice.id}`,
        author: notice.contact?.office ?? '安澜',
        summary: `${notice.from}到${notice.until}公示`,
        content: notice.contact ? noticeText(notice, notice.contact).join('\n') : notice.name,
        published: instantOf(notice.from),
        updated: notice.announcedAt,
      })),
    });
    c.header('Content-Type', 'application/atom+xml; charset=utf-8');
    c.header('Cache-Control', 'public, max-age=60');
    return c.body(feed);
  });
  return files;
}

/** 公示, 命名 and 复核 of a file, each on a page of its own. */
export function publicNoticeForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  const onFile = (noun: string, act: OfficeCommand) =>
    forms.post(`/staff/applications/:id/${noun}`, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => {
        const { scope } = c.var;
        const { id: applicationId } = c.req.param();
        const by = await scope.staff();
        const input = { ...values, applicationId };
        await act(await scope.context(), by, input, scope.listProgrammes, key);
        deliverSoon(c);
        return `${reviewPath(applicationId)}/${noun}?done=1`;
      });
    });
  onFile('notice', announceCandidate);
  onFile('naming', nameApplicant);
  onFile('recheck', recheckNaming);
  return forms;
}
