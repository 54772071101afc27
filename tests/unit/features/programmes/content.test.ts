import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import released from '../../../../content/criteria/released.json';
import {
  contentHash,
  phasesOf,
  pointsOf,
  releaseProblems,
} from '../../../../src/features/programmes/policy.ts';
import { releasedSchema } from '../../../../src/features/programmes/schema.ts';
import { divisionTree } from '../../../../src/features/regions/policy.ts';
import { criteriaFiles, programmeOf } from '../../../helpers/programmes.ts';

const names = Object.keys(criteriaFiles);
const national = 'national-community/1';

describe('the programmes in content/', () => {
  it.each(names)('%s keeps the rules and lies where its key and version say', (name) => {
    const { key, version } = programmeOf(name);
    expect(`${key}/${version}`).toBe(name);
  });

  it('are of every level, and of communities, towns and counties', () => {
    const all = names.map(programmeOf);
    expect(new Set(all.map(({ level }) => level))).toEqual(
      new Set(['national', 'province', 'city', 'county']),
    );
    expect(new Set(all.map(({ unit }) => unit))).toEqual(new Set(['community', 'town', 'county']));
  });

  it.each(names)('%s holds in a region that there is', (name) => {
    const { region } = programmeOf(name);
    expect(region === 'all' || divisionTree.regionOf(region) !== undefined).toBe(true);
  });

  it('take the first two elements of the national one from the table that was read', () => {
    const { groups } = programmeOf(national);
    const known = groups.filter(({ sources }) => sources.includes('score-table'));
    expect(known.map(({ title, max }) => [title, max.points])).toEqual([
      ['组织管理', 100],
      ['风险评估', 100],
    ]);
  });

  it('ask for 80 points and seven days nationally, each with the document that says so', () => {
    const { threshold, notice, sources } = programmeOf(national);
    expect(threshold.points).toBe(800);
    expect(threshold.sources.map((key) => sources[key]?.clause)).toEqual([
      expect.stringContaining('国减发〔2020〕2号'),
    ]);
    expect(notice.days).toMatchObject({ count: 7, sources: ['notice-2021'] });
  });

  it('say of every number either its source or that it is ours', () => {
    for (const name of names) {
      const programme = programmeOf(name);
      const numbers = [
        programme.threshold,
        programme.correction,
        programme.notice.days,
        programme.bar,
        ...programme.steps.map(({ days }) => days),
        ...pointsOf(programme).map(({ score }) => score),
      ];
      const unclear = numbers.filter(({ sources, ours }) => sources.length > 0 === (ours === true));
      expect.soft(unclear, name).toEqual([]);
    }
  });

  it('never call themselves a national standard', () => {
    for (const name of names) {
      const text = readFileSync(
        new URL(`../../../../content/criteria/${name}.yaml`, import.meta.url),
        'utf8',
      );
      expect.soft(text, name).not.toMatch(/国家标准|国标/);
    }
  });

  it('hold the safe city with its four stages beside the communities', () => {
    const city = programmeOf('jiangsu-safe-city/1');
    expect(city.stages.map(({ title }) => title)).toEqual([
      '宣传发动',
      '自评复核',
      '省级评议',
      '审议命名',
    ]);
    expect(phasesOf(city)).not.toEqual(phasesOf(programmeOf(national)));
  });
});

describe('what was released', () => {
  const list = releasedSchema.parse(released);

  it('has not been changed since', () => {
    expect(releaseProblems(criteriaFiles, list)).toEqual([]);
  });

  it('is every version that there is; a new one is released by its line in released.json', () => {
    const lines = names
      .filter((name) => !Object.hasOwn(list, name))
      .map(
        (name) =>
          `"${name}": { "on": "发布日期", "sha256": "${contentHash(criteriaFiles[name])}" }`,
      );
    expect(lines).toEqual([]);
  });

  it('cannot change a comma, nor go, without the test that says what to do', () => {
    const changed = { ...(criteriaFiles[national] as object), region: '320000' };
    expect(releaseProblems({ ...criteriaFiles, [national]: changed }, list)).toEqual([
      expect.stringMatching(
        /^content\/criteria\/national-community\/1\.yaml：\d{4}-\d\d-\d\d已发布，不能改。请恢复原文，把改动写进 content\/criteria\/national-community\/2\.yaml，version 写 "2"/,
      ),
    ]);
    const { [national]: _gone, ...others } = criteriaFiles;
    expect(releaseProblems(others, list)).toEqual([
      expect.stringMatching(/^content\/criteria\/national-community\/1\.yaml：.*不能删/),
    ]);
  });

  it('is hashed by what it says, not by how it is laid out', () => {
    expect(contentHash({ a: 1, b: [new Date('2026-11-22')] })).toBe(
      contentHash({ b: ['2026-11-22'], a: 1 }),
    );
    expect(contentHash({ a: [1, 2] })).not.toBe(contentHash({ a: [2, 1] }));
  });
});
