import { eq } from 'drizzle-orm';
import { strFromU8, unzipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { people } from '../../src/features/accounts/table.ts';
import {
  isInDocument,
  PICTURE_BYTES_MAX,
  PICTURES_BYTES_MAX,
  reportDocument,
} from '../../src/features/drill-documents/policy.ts';
import { readPictures } from '../../src/features/drill-documents/queries.ts';
import { addPhoto } from '../../src/features/drill-reports/commands.ts';
import { readReport } from '../../src/features/drill-reports/queries.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { receiveFile, scanFiles } from '../../src/features/files/commands.ts';
import { demonstrationScanner } from '../../src/lib/scanner.ts';
import { writeDocx } from '../../src/lib/word.ts';
import { held, type EvaluatedDrill } from '../helpers/evaluated-drills.ts';
import { streamed, withStore } from '../helpers/files.ts';
import { jpeg, png, SECRET, webp } from '../helpers/pictures.ts';
import { openStore } from '../helpers/store.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const makers = { jpeg, png, webp };

let world: World;
let drill: EvaluatedDrill;
beforeEach(async () => {
  world = await createWorld();
  drill = await held(world);
});

describe('the Word file of a report', () => {
  it('holds the photos that were looked through, turned as they were taken, and names the others', async () => {
    const { ctx, drillId, head } = drill;
    const stored = withStore(ctx, await openStore());
    const [owner] = await ctx.db.select().from(people).where(eq(people.id, head.id));
    const photo = async (name: string, kind: keyof typeof makers) => {
      const bytes = makers[kind]({ pixels: Buffer.from(name), orientation: 6 });
      const sent = {
        purpose: 'drill_photo',
        name,
        bytes: streamed(new Uint8Array(bytes)),
      } as const;
      const { fileId: file } = await receiveFile(stored, owner!, sent);
      await addPhoto(ctx, head, { drillId, file }, key());
    };
    await photo('楼道.jpg', 'jpeg');
    await photo('集合.png', 'png');
    await photo('操场.webp', 'webp');
    await scanFiles(stored, demonstrationScanner, () => undefined);
    await photo('没有查过.jpg', 'jpeg');

    const pictures = await readPictures(ctx, drillId, stored.storage);
    expect(pictures.map(({ caption }) => caption)).toEqual([
      ...['楼道.jpg', '集合.png'],
      ...['操场.webp（没有放进来，在档案里）', '没有查过.jpg（没有放进来，在档案里）'],
    ]);
    expect(pictures.map(({ image }) => image?.turn)).toEqual([90, 90, undefined, undefined]);
    const file = await findDrill(ctx, drillId);
    const report = file && (await readReport(ctx, file));
    const parts = reportDocument(report!.content, null, pictures);
    const bytes = await writeDocx(parts, ctx.now);
    expect(await writeDocx(parts, ctx.now)).toEqual(bytes);
    const files = unzipSync(bytes);
    const media = Object.keys(files).filter((name) => name.startsWith('word/media/'));
    expect(media.map((name) => name.slice(-4)).sort()).toEqual(['.jpg', '.png']);
    for (const name of media) {
      expect(Buffer.from(files[name] ?? []).includes(SECRET)).toBe(false);
    }
    const text = strFromU8(files['word/document.xml'] ?? new Uint8Array());
    expect(text.match(/rot="5400000"/g)).toHaveLength(2);
    expect(text).toContain('操场.webp（没有放进来，在档案里）');
  });

  it('carries the mark on every page, and room for those who sign and for the seal', async () => {
    const { ctx, drillId } = drill;
    const file = await findDrill(ctx, drillId);
    const report = file && (await readReport(ctx, file));
    const files = unzipSync(await writeDocx(reportDocument(report!.content, null, []), ctx.now));
    const text = (name: string) => strFromU8(files[`word/${name}.xml`] ?? new Uint8Array());
    expect(text('header1')).toContain('演练 DRILL');
    expect(text('footer1')).toContain('演练 DRILL');
    for (const words of ['编制', '审核', '批准', '单位（盖章）']) {
      expect(text('document')).toContain(words);
    }
  });

  it('is made without a store, and with one that has lost its bytes, by name alone', async () => {
    const { ctx, drillId, head } = drill;
    const store = await openStore();
    const stored = withStore(ctx, store);
    const [owner] = await ctx.db.select().from(people).where(eq(people.id, head.id));
    const bytes = streamed(new Uint8Array(jpeg({ pixels: Buffer.from('画面') })));
    const sent = { purpose: 'drill_photo', name: '现场.jpg', bytes } as const;
    const { fileId: file } = await receiveFile(stored, owner!, sent);
    await addPhoto(ctx, head, { drillId, file }, key());
    await scanFiles(stored, demonstrationScanner, () => undefined);
    const lost = withStore(ctx, await openStore());
    for (const storage of [undefined, lost.storage]) {
      expect(await readPictures(ctx, drillId, storage)).toEqual([
        { caption: '现场.jpg（没有放进来，在档案里）' },
      ]);
    }
  });

  it('takes no more of them than can be sent', () => {
    const photo = { state: 'clean', type: 'jpeg', size: PICTURE_BYTES_MAX } as const;
    expect(isInDocument(photo, 0)).toBe(true);
    expect(isInDocument({ ...photo, size: photo.size + 1 }, 0)).toBe(false);
    expect(isInDocument(photo, PICTURES_BYTES_MAX - photo.size)).toBe(true);
    expect(isInDocument(photo, PICTURES_BYTES_MAX - photo.size + 1)).toBe(false);
    expect(isInDocument({ ...photo, type: 'webp' }, 0)).toBe(false);
    expect(isInDocument({ ...photo, state: 'quarantined' }, 0)).toBe(false);
  });
});
