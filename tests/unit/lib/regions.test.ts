import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import divisions from '../../../content/regions/divisions.json';
import towns from '../../../content/regions/towns.json';
import { deriveDivisions } from '../../../scripts/regions.ts';
import {
  ancestorsOf,
  isFunctionalZone,
  isWithin,
  levelOf,
  LEVELS,
  parentOf,
} from '../../../src/lib/regions/codes.ts';
import { regionTree } from '../../../src/lib/regions/tree.ts';

const everything = [...divisions, ...towns];
const tree = regionTree(everything);
/** Codes that exist, each as likely as any other, and some that nobody has given out. */
const known = fc.constantFrom(...everything.map(({ code }) => code));
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
const code = fc.oneof(known, digits(6), digits(9), digits(12));

describe('the committed divisions', () => {
  it('are what the script derives from the package', async () => {
    for (const [file, text] of Object.entries(await deriveDivisions())) {
      const committed = new URL(`../../../content/regions/${file}`, import.meta.url);
      expect(await readFile(committed, 'utf8'), file).toBe(text);
    }
  });

  it('have the 13 cities and 95 counties of Jiangsu, and the four counties of Jingdezhen', () => {
    const cities = tree.childrenOf('320000');
    const counties = cities.flatMap((city) => tree.childrenOf(city.code));
    expect(cities).toHaveLength(13);
    expect(counties.filter((one) => !isFunctionalZone(one.code))).toHaveLength(95);
    expect(counties.filter((one) => isFunctionalZone(one.code))).toHaveLength(11);
    expect(tree.childrenOf('360000').map(({ name }) => name)).toEqual(['景德镇市']);
    expect(tree.childrenOf('360200').map(({ name }) => name)).toEqual([
      '昌江区',
      '珠山区',
      '浮梁县',
      '乐平市',
    ]);
  });

  it('know the change of 2020 in Nantong: Haimen a district, Gangzha part of Chongchuan', () => {
    const names = tree.childrenOf('320600').map(({ name }) => name);
    expect(tree.regionOf('320614')?.name).toBe('海门区');
    expect(tree.regionOf('320613')?.name).toBe('崇川区');
    expect(names).not.toContain('港闸区');
    expect(names).not.toContain('海门市');
  });

  it('hold no placeholder, prison or farm', () => {
    const names = everything.map(({ name }) => name);
    expect(names.filter((name) => /^市辖区$|监狱|农场|管委会/.test(name))).toEqual([]);
  });

  it('have codes that occur once, and names without stray spaces', () => {
    expect(new Set(everything.map((one) => one.code)).size).toBe(everything.length);
    expect(everything.filter(({ name }) => !/^[\p{Script=Han}（）]+$/u.test(name))).toEqual([]);
  });
});

describe('a code', () => {
  it.each([
    ['320000', 'province'],
    ['320900', 'city'],
    ['320904', 'county'],
    ['320904100', 'town'],
    ['320904100201', 'community'],
  ])('%s is that of a %s', (text, level) => expect(levelOf(text)).toBe(level));

  it.each([
    '',
    '32',
    '020000',
    '320004',
    '320904000',
    '320904100000',
    '3209041',
    '32090a',
    ' 320900',
  ])('“%s” is none', (text) => {
    expect(levelOf(text)).toBeUndefined();
    expect(parentOf(text)).toBeUndefined();
    expect(isWithin(text, text)).toBe(false);
  });

  it('has a parent one level up, whose shape is right whether it exists or not', () => {
    fc.assert(
      fc.property(code, (one) => {
        const level = levelOf(one);
        const parent = parentOf(one);
        if (level === undefined || level === 'province') expect(parent).toBeUndefined();
        else expect(levelOf(parent ?? '')).toBe(LEVELS[LEVELS.indexOf(level) - 1]);
      }),
    );
  });

  it('tells a development zone from a county', () => {
    expect(isFunctionalZone('320971')).toBe(true);
    expect(isFunctionalZone('320981')).toBe(false);
    expect(isFunctionalZone('320904171')).toBe(false);
  });
});

describe('every division', () => {
  it('has a chain of parents that exist, up to a province', () => {
    for (const division of everything) {
      const chain = ancestorsOf(division.code);
      expect(chain.every((one) => tree.regionOf(one))).toBe(true);
      expect(levelOf(chain[0] ?? division.code)).toBe('province');
    }
  });

  it('is among the children of its parent, and they are its own', () => {
    for (const { code: one } of everything) {
      const parent = parentOf(one);
      if (parent) expect(tree.childrenOf(parent).map((child) => child.code)).toContain(one);
      for (const child of tree.childrenOf(one)) expect(parentOf(child.code)).toBe(one);
    }
  });

  it('has a full name from the province down', () => {
    expect(tree.fullName('320000')).toBe('江苏省');
    expect(tree.fullName('320900')).toBe('江苏省盐城市');
    expect(tree.fullName('360222')).toBe('江西省景德镇市浮梁县');
    expect(tree.fullName('360222104')).toBe('江西省景德镇市浮梁县湘湖镇');
    expect(tree.fullName('110000')).toBeUndefined();
  });
});

describe('isWithin is a partial order', () => {
  it('reflexive', () => {
    fc.assert(fc.property(known, (one) => isWithin(one, one)));
  });

  it('antisymmetric', () => {
    fc.assert(
      fc.property(code, code, (a, b) => {
        if (isWithin(a, b) && isWithin(b, a)) expect(a).toBe(b);
      }),
    );
  });

  it('transitive, along every chain', () => {
    fc.assert(
      fc.property(known, (one) => {
        const chain = [...ancestorsOf(one), one];
        chain.forEach((outer, index) => {
          for (const inner of chain.slice(index)) expect(isWithin(inner, outer)).toBe(true);
          for (const above of chain.slice(0, index)) expect(isWithin(above, outer)).toBe(false);
        });
      }),
    );
  });

  it('says the same as the tree', () => {
    fc.assert(
      fc.property(known, known, (a, b) => {
        const below = (root: string): boolean =>
          root === a || tree.childrenOf(root).some((child) => below(child.code));
        expect(isWithin(a, b)).toBe(below(b));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a tree is refused', () => {
  const name = '某地';

  it('when a code comes twice', () => {
    const twice = { code: '320000', name };
    expect(() => regionTree([twice, twice])).toThrow('320000 comes twice');
  });

  it('when a parent is missing', () => {
    expect(() =>
      regionTree([
        { code: '320000', name },
        { code: '320904', name },
      ]),
    ).toThrow('320904 lacks its parent 320900');
  });

  it('when a code is none', () => {
    expect(() => regionTree([{ code: '32090', name }])).toThrow('“32090” is no code');
  });
});
