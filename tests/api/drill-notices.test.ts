import { beforeEach, describe, expect, it } from 'vitest';
import { findPublicDrill } from '../../src/features/drill-sign-ups/queries.ts';
import { cancelDrill, reviseDrill } from '../../src/features/drills/commands.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { region } from '../helpers/drills.ts';
import { announcedDrill, family, type AnnouncedDrill } from '../helpers/drill-sign-ups.ts';
import { opened } from '../helpers/open-drills.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
let drill: AnnouncedDrill;
beforeEach(async () => {
  world = await createWorld();
  drill = await announcedDrill(world);
});

describe('the API of drills for the public', () => {
  it('tells the notice, signs up, changes and leaves', async () => {
    const api = createApi(world);
    const { token } = await world.person();
    const at = `/api/drills/${drill.drillId}`;
    const notice = await api.get(`${at}/notice`);
    expect(notice).toMatchObject({
      status: 200,
      body: { title: '演练·示例地震避险演练', isPractice: true, state: 'announced' },
    });
    const { drillId: _, ...body } = family(drill);
    expect((await api.post(`${at}/sign-ups`, body)).status).toBe(401);
    const made = await api.post(`${at}/sign-ups`, body, { token });
    expect(made).toMatchObject({ status: 201, body: { state: 'joined', role: '居民' } });
    const { name: _name, roleId: _role, wait: _wait, ...party } = body;
    expect(
      (await api.post(`${at}/sign-ups/changes`, { ...party, adults: 1 }, { token })).status,
    ).toBe(201);
    expect((await api.get(`${at}/sign-ups`, token)).body).toMatchObject([{ adults: 1 }]);
    expect((await api.post(`${at}/sign-ups/departure`, undefined, { token })).status).toBe(201);
    expect((await api.get(`${at}/sign-ups`, token)).body).toEqual([]);
    await api.settled();
  });

  it('answers for what nobody may know of as for what is not there', async () => {
    const api = createApi(world);
    const { token } = await world.person();
    const blind = await opened(world.ctx, drill.by, region(), { blind: 'yes', date: '2026-11-28' });
    const preparing = await opened(world.ctx, drill.by, region(), { date: '2026-11-29' });
    const role = (await findDrill(world.ctx, blind))!.roles[0]!.id;
    const { drillId: _, ...body } = { ...family(drill), roleId: role };
    const answers = async (id: string) =>
      Promise.all([
        api.get(`/api/drills/${id}/notice`),
        api.get(`/drills/${id}.ics`),
        api.post(`/api/drills/${id}/sign-ups`, body, { token }),
        api.post(`/api/drills/${id}/sign-ups/departure`, undefined, { token }),
        api.get(`/api/drills/${id}/sign-ups`, token),
      ]);
    const bare = (found: Awaited<ReturnType<typeof answers>>, id: string) =>
      found.map(({ status, body: said }) => ({
        status,
        said: JSON.stringify(said)
          .replaceAll(id, 'ID')
          .replace(/"requestId":"[^"]+"/, ''),
      }));
    const unknown = '0196f3a2-7c1e-7d0a-9b3c-2f1d5e8a4c60';
    const expected = bare(await answers(unknown), unknown);
    expect(expected.map(({ status }) => status)).toEqual([404, 404, 404, 404, 200]);
    for (const id of [blind, preparing]) {
      expect(bare(await answers(id), id)).toEqual(expected);
      expect(await findPublicDrill(world.ctx, id)).toBeUndefined();
    }
  });

  it('keeps the calendar entry’s UID, raises its SEQUENCE with each version, and calls it off', async () => {
    const api = createApi(world);
    const file = async () => (await api.get(`/drills/${drill.drillId}.ics`)).body as string;
    const sequence = (text: string) => Number(/SEQUENCE:(\d+)/.exec(text)?.[1]);
    const before = await file();
    expect(before).toContain('SUMMARY:演练·示例地震避险演练');
    expect(before).toContain('STATUS:CONFIRMED');
    const { version } = (await findDrill(world.ctx, drill.drillId))!;
    const revised = {
      ...{ drillId: drill.drillId, version: version.version, title: version.title },
      ...{ hazard: version.hazard, form: version.form, content: version.content },
      ...{ purpose: version.purpose, evacuation: 'yes', date: '2026-11-27', time: '10:00' },
      ...{ minutes: '60', place: version.place, muster: version.muster, notice: version.notice },
      ...{ contact: version.contact, reason: '场地有婚礼' },
    };
    await reviseDrill(world.at(addMinutes(NOW, 1)), drill.by, revised, key());
    const after = await file();
    expect(sequence(after)).toBeGreaterThan(sequence(before));
    await cancelDrill(world.ctx, drill.by, { drillId: drill.drillId, reason: '下大雨' }, key());
    const off = await file();
    expect(sequence(off)).toBeGreaterThan(sequence(after));
    expect(off).toContain('STATUS:CANCELLED');
    const uid = (text: string) => /UID:(.*)/.exec(text)?.[1];
    expect([uid(after), uid(off)]).toEqual([uid(before), uid(before)]);
    const notice = await api.get(`/api/drills/${drill.drillId}/notice`);
    expect(notice.body).toMatchObject({
      state: 'cancelled',
      cancelledBecause: '下大雨',
      changes: [{ reason: '场地有婚礼', what: [expect.stringContaining('时间：原来')] }],
    });
  });
});
