import { asc } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  answerInquiry,
  createInquiry,
  forgetInquiries,
} from '../../src/features/inquiries/commands.ts';
import {
  findInquiry,
  inquiryPhone,
  inquiryText,
  inquiryList,
  listInquiries,
} from '../../src/features/inquiries/queries.ts';
import { inquiries } from '../../src/features/inquiries/table.ts';
import { deliverDue } from '../../src/features/notifications/commands.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { readDesk } from '../../src/features/desk/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { readList, ROWS_SHOWN } from '../../src/lib/lists.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { editor, inquiry } from '../helpers/losing-states-inquiries.ts';
import { postTo } from '../helpers/post.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const PHONE = '10000006666';
const DAY = 24 * 60;
const asked = {
  kind: 'error',
  text: '示例：李明家的地址写错了',
  about: '/guides/cpr',
  phone: PHONE,
};

/** What the list's page would be asked for with these filters. */
const listed = (query: string) => readList(inquiryList, new URLSearchParams(query));

/** Sends what is queued. @returns what arrived. */
async function deliver(ctx: CommandContext) {
  const sent: { to: string; text: string }[] = [];
  const post = postTo(async ({ to, text }) => void sent.push({ to, text }));
  await deliverDue(ctx, post);
  return sent;
}

describe('the API of inquiries', () => {
  it('asks, tracks and shows the answer, never what was asked', async () => {
    const world = await createWorld();
    const api = createApi(world);
    const made = await api.post('/api/inquiries', asked);
    expect(made.status).toBe(201);
    const { code } = made.body as { code: string };
    const open = await api.get(`/api/inquiries/${code.toLowerCase()}`);
    expect(open).toMatchObject({ status: 200, body: { code, kind: 'error', answer: null } });
    const [row] = await world.ctx.db.select().from(inquiries);
    const { by } = await editor(world);
    await answerInquiry(world.ctx, by, { inquiryId: row!.id, text: '改好了' }, key());
    const { body } = await api.get(`/api/inquiries/${code}`);
    expect(body).toMatchObject({ answer: '改好了', answeredAt: NOW.toISOString() });
    expect(JSON.stringify(body)).not.toMatch(/李明|cpr|10000006666/);
  });

  it('knows no code that was not given out', async () => {
    const api = createApi(await createWorld());
    for (const code of ['ABCDEFGHJK', 'short', 'x'.repeat(500)]) {
      const { status, body } = await api.get(`/api/inquiries/${code}`);
      expect({ status, body }).toMatchObject({ status: 404, body: { code: 'inquiry_unknown' } });
    }
  });

  it('names what is wrong', async () => {
    const api = createApi(await createWorld());
    const wrong = { kind: 'x', text: ' ', about: 'https://example.com', phone: '1' };
    const { status, body } = await api.post('/api/inquiries', wrong);
    expect(status).toBe(422);
    const { errors } = body as { errors: { field: string }[] };
    expect(errors.map(({ field }) => field)).toEqual(['kind', 'text', 'about', 'phone']);
  });

  it('says kindly when one number asks too often, and when to come back', async () => {
    const world = await createWorld();
    const api = createApi(world);
    for (let times = 0; times < 5; times += 1) await inquiry(world, { phone: PHONE });
    const { status, headers, body } = await api.post('/api/inquiries', asked);
    expect({ status, retry: headers.get('Retry-After') }).toEqual({ status: 429, retry: '86400' });
    expect(body).toMatchObject({ code: 'inquiries_used_up_phone', errors: [{ field: 'phone' }] });
    const { phone: _, ...without } = asked;
    expect((await api.post('/api/inquiries', without)).status).toBe(201);
  });
});

describe('asking', () => {
  it('makes one inquiry of two clicks at the same moment', async () => {
    const { ctx } = await createWorld();
    const once = key();
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => createInquiry(ctx, asked, once)),
    );
    expect(new Set(codes.map(({ code }) => code)).size).toBe(1);
    expect(await ctx.db.select().from(inquiries)).toHaveLength(1);
  });

  it('keeps neither text nor number readable', async () => {
    const world = await createWorld();
    await createInquiry(world.ctx, asked, key());
    const { rows } = await world.ctx.db.$client.execute(
      'SELECT hex(text_cipher), hex(phone_cipher), hex(phone_hash), page FROM inquiries',
    );
    const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();
    expect(JSON.stringify(rows)).not.toContain(hex('李明'));
    expect(JSON.stringify(rows)).not.toContain(hex(PHONE));
    const [row] = await world.ctx.db.select().from(inquiries);
    expect(await inquiryText(world.ctx, row!)).toBe(asked.text);
    expect(await inquiryPhone(world.ctx, row!)).toBe(PHONE);
  });
});

describe('answering', () => {
  it('tells the number that was left, and nobody when none was', async () => {
    const world = await createWorld();
    const { by } = await editor(world);
    await deliver(world.ctx);
    const left = await inquiry(world, { phone: PHONE });
    const none = await inquiry(world);
    for (const inquiryId of [left, none]) {
      await answerInquiry(world.ctx, by, { inquiryId, text: '改好了' }, key());
    }
    const sent = await deliver(world.ctx);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ to: PHONE });
    expect(sent[0]?.text).toMatch(/找错有答复了，查询码[2-9A-Z]{5}-[2-9A-Z]{5}/);
    const queued = await world.ctx.db.select().from(outboxMessages);
    const told = queued.filter(({ template }) => template === 'inquiry_answered');
    expect(told.map(({ deadAt }) => deadAt)).toEqual([null]);
  });

  it('lets one of two editors at the same moment win', async () => {
    const world = await createWorld();
    const inquiryId = await inquiry(world);
    const editors = [await editor(world), await editor(world)];
    const outcomes = await Promise.allSettled(
      editors.map(({ by }) => answerInquiry(world.ctx, by, { inquiryId, text: '改好了' }, key())),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is forgotten 180 days later but for the answer', async () => {
    const world = await createWorld();
    const { by } = await editor(world);
    const inquiryId = await inquiry(world, { phone: PHONE });
    await answerInquiry(world.ctx, by, { inquiryId, text: '改好了' }, key());
    const later = world.at(addMinutes(NOW, 180 * DAY + 1));
    expect(await forgetInquiries(later)).toBe(1);
    expect(await forgetInquiries(later)).toBe(0);
    const found = await findInquiry(later, inquiryId);
    expect(await inquiryText(later, found!.inquiry)).toBe('');
    expect(found).toMatchObject({
      inquiry: { phoneHash: null, phoneCipher: null },
      answer: { text: '改好了' },
    });
  });
});

describe('the queue', () => {
  it('begins with what is due first and goes on by key, each once', async () => {
    const world = await createWorld();
    for (let nth = 0; nth < ROWS_SHOWN + 5; nth += 1) {
      const kind = nth % 2 ? 'question' : 'error';
      await inquiry(world, { kind }, world.at(addMinutes(NOW, -nth)));
    }
    const { rows: first, count } = await listInquiries(world.ctx, listed('state=open'));
    expect(count).toBe(ROWS_SHOWN + 5);
    const { rows: second } = await listInquiries(world.ctx, listed(`after=${first.at(-1)?.id}`));
    const all = await world.ctx.db
      .select()
      .from(inquiries)
      .orderBy(asc(inquiries.dueAt), asc(inquiries.id));
    expect([...first, ...second].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const { rows: errors } = await listInquiries(world.ctx, listed('kind=error'));
    expect(errors.every(({ kind }) => kind === 'error')).toBe(true);
    expect(errors).toHaveLength(28);
  });

  it('shows the answered apart, newest answer first', async () => {
    const world = await createWorld();
    const { by } = await editor(world);
    const ids: string[] = [];
    for (const minutes of [1, 2, 3]) {
      const inquiryId = await inquiry(world);
      const ctx = world.at(addMinutes(NOW, minutes));
      await answerInquiry(ctx, by, { inquiryId, text: '改好了' }, key());
      ids.unshift(inquiryId);
    }
    const answered = await listInquiries(world.ctx, listed('state=answered'));
    expect(answered.rows.map(({ id }) => id)).toEqual(ids);
    const rest = await listInquiries(world.ctx, listed(`state=answered&after=${ids[0]}`));
    expect(rest.rows.map(({ id }) => id)).toEqual(ids.slice(1));
    expect(await listInquiries(world.ctx, listed(''))).toEqual({ rows: [], count: 0 });
  });

  it('counts what waits, and what waits too long', async () => {
    const world = await createWorld();
    await inquiry(world, {}, world.at(addMinutes(NOW, -11 * DAY)));
    await inquiry(world);
    const { by } = await editor(world);
    const [queue] = await readDesk(world.ctx, by, (slug) => slug);
    expect(queue).toMatchObject({ queue: 'inquiries', count: 2, overdue: 1, cut: false });
    expect(queue?.next.map(({ due }) => due)).toEqual([
      { text: '逾期1天', late: true },
      { text: '还有10天', late: false },
    ]);
    const overdue = await listInquiries(world.ctx, listed('state=overdue'));
    expect(overdue).toMatchObject({ count: 1, rows: [{ kind: 'error' }] });
  });

  it('is read by its index', async () => {
    const { ctx } = await createWorld();
    const plan = async (where: string) => {
      const { rows } = await ctx.db.$client.execute(
        `EXPLAIN QUERY PLAN SELECT * FROM inquiries ${where}`,
      );
      return rows[0]?.['detail'] as string;
    };
    expect(await plan('WHERE answered_at IS NULL ORDER BY due_at, id LIMIT 30')).toMatch(
      /^SCAN inquiries USING INDEX inquiries_open$/,
    );
    expect(
      await plan('WHERE answered_at IS NOT NULL ORDER BY answered_at DESC, id DESC LIMIT 30'),
    ).toMatch(/INDEX inquiries_answered( \(answered_at>\?\))?$/);
  });
});
