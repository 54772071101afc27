import { describe, expect, it } from 'vitest';
import { trackOf, type Track } from '../../src/features/tracking/policy.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { begun, decided, loaded } from '../helpers/filed-applications.ts';
import { offices, takes, walkedTo } from '../helpers/walked-applications.ts';
import { createWorld } from '../helpers/world.ts';

describe('an application that is followed by its code', () => {
  it('tells where it stands, whose turn it is, until when, and what comes next', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await walkedTo(world, by, 'step:county-review');
    const { status, body } = await createApi(world, file.ctx.now).get(`/api/track/${file.code}`);
    expect(status).toBe(200);
    const track = body as Track;
    expect(track).toMatchObject({
      ...{ state: 'step:county-review', turn: '县（市、区）', isPaused: false, isOverdue: false },
      words: '县里看材料，还要来现场打分',
      next: '这一步过了，市里在审，可能抽到现场看。',
      since: calendarDate(file.ctx.now),
    });
    expect(track.until).toMatch(/^2026-12-/);
    const standing = track.stages.map(({ state }) => state);
    expect(standing).toContain('now');
    expect(standing.indexOf('now')).toBeGreaterThan(standing.lastIndexOf('done'));
    expect(track.stages.find(({ state }) => state === 'done')?.doneOn).toMatch(/^2026-11-/);
    expect(track.events.map(({ title }) => title)).toEqual(['交上去了']);
  });

  it('names what is to be mended by its entry, never in an officer’s words', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await walkedTo(world, by, 'step:county-review');
    const { programme } = await loaded(file.ctx, file.applicationId);
    const [condition] = programme.conditions;
    await decided(
      file.ctx,
      by.county,
      file.applicationId,
      { act: 'return', reason: '请李四把签名补上' },
      {
        details: {
          faults: [
            { kind: 'unsigned', part: 'condition', key: condition!.key, what: '李四没有签名' },
          ],
        },
      },
    );
    const { body } = await createApi(world, file.ctx.now).get(`/api/track/${file.code}`);
    expect(JSON.stringify(body)).not.toMatch(/李四/);
    expect((body as Track).events[0]).toMatchObject({
      ...{ title: '县（市、区）退回来补正', faults: [`${condition!.text}：没有盖章或签字`] },
    });
    expect(body).toMatchObject({ turn: '申报单位', isPaused: true });
  });

  it('holds nobody’s name nor number, at any point of its way', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await walkedTo(world, by, 'notice');
    const people = [file.own.head, file.own.colleague, ...Object.values(by)].map(({ id }) => id);
    const track = JSON.stringify(trackOf(await loaded(file.ctx, file.applicationId), file.ctx.now));
    for (const id of people) expect(track).not.toContain(id);
    expect(track).not.toContain('符合要求');
  });

  it('is answered alike for a code that nobody has and for what is none', async () => {
    const world = await createWorld();
    const { code } = await begun(world);
    const api = createApi(world);
    const wrong = code.replace(/.$/, code.endsWith('A') ? 'B' : 'A');
    const answers = [await api.get(`/api/track/${wrong}`), await api.get('/api/track/xx')];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    const words = answers.map(({ body }) => ({ ...(body as object), instance: '', requestId: '' }));
    expect(words[0]).toEqual(words[1]);
  });

  it('reads codes as people write them', async () => {
    const world = await createWorld();
    const { code } = await begun(world);
    const form = (typed: string) =>
      createApi(world).send('/track', {
        method: 'POST',
        headers: { 'Sec-Fetch-Site': 'same-origin' },
        body: new URLSearchParams({ code: typed }),
      });
    const spaced = `${code.slice(0, 5).toLowerCase()}-${code.slice(5)} `;
    const answer = await form(spaced);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, `/track/${code}`]);
  });

  it('stays at the stage at which it was refused', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await walkedTo(world, by, 'step:county-review');
    const refused = await takes(world, file, by.county, { act: 'refusal', reason: '材料不实' });
    const later = addMinutes(refused.ctx.now, 60);
    const track = trackOf(await loaded(world.at(later), file.applicationId), later);
    expect(track).toMatchObject({ state: 'refused', turn: null, next: null, until: null });
    expect(track.stages.map(({ state }) => state)).not.toContain('now');
    expect(track.events[0]?.title).toBe('县级审核和现场核查没有通过');
  });
});
