import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkHallContent, hallProblems } from '../../../scripts/lib/content-check.ts';

const folder = new URL('../../../content/halls/', import.meta.url);
const written = readdirSync(folder).map((name) => ({
  slug: name.replace(/\.md$/, ''),
  file: `content/halls/${name}`,
  text: readFileSync(new URL(name, folder), 'utf8'),
}));
const BOOKING = ['lianyungang', 'yancheng'];

describe('words and state of the halls', () => {
  it('match when the database has those that take bookings and no other', async () => {
    expect(hallProblems(BOOKING, written)).toEqual([]);
    await expect(checkHallContent(BOOKING)).resolves.toBeUndefined();
  });

  it('name the file that is missing', async () => {
    expect(hallProblems([...BOOKING, 'nowhere'], written)).toEqual([
      'content/halls/nowhere.md：数据库里有这个场馆，请写这个文件',
    ]);
    await expect(checkHallContent([...BOOKING, 'nowhere'])).rejects.toThrow('nowhere.md');
  });

  it('match while a hall that takes bookings waits to be opened', () => {
    expect(hallProblems(['lianyungang'], written)).toEqual([]);
  });

  it('name the file that denies bookings which the database has', () => {
    expect(hallProblems([...BOOKING, 'fuliang'], written)).toEqual([
      expect.stringMatching(/^content\/halls\/fuliang\.md：booking：写的是 false/),
    ]);
  });

  it('name the file and field of a mistake in the words', () => {
    const broken = { slug: 'x', file: 'content/halls/x.md', text: '---\nname: 馆\n---\n' };
    const unreadable = { ...broken, text: '---\nname: "馆\n---\n' };
    expect(hallProblems([], [broken])[0]).toContain('content/halls/x.md：name：请写规划里的名称');
    expect(hallProblems([], [unreadable])[0]).toMatch(/^content\/halls\/x\.md：开头/);
  });
});
