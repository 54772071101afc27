import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  actsOf,
  actsOn,
  auditLogList,
  detailLines,
  readWanted,
} from '../../../../src/features/audit-log/policy.ts';

describe('what an auditor asks for first', () => {
  it('are acts that there are', () => {
    const [kind] = auditLogList.filters;
    const kinds = kind?.kind === 'choice' ? kind.options.map(({ value }) => value) : [];
    const named = kinds.filter((one) => one !== '' && one !== 'system');
    for (const one of named) expect([one, actionsOf(one)?.length]).not.toEqual([one, 0]);
    expect(actionsOf('rights')).toEqual(expect.arrayContaining(['role.grant', 'password.set']));
    expect(actionsOf('personal')).toEqual(
      expect.arrayContaining(['booking.disclose', 'list.export', 'account.erase']),
    );
    expect(actionsOf('public')).toEqual(
      expect.arrayContaining(['notice.release', 'text_withdrawal.confirm']),
    );
    expect(actionsOf('review')).toContain('application.approval');
    expect(actionsOf('rights')).not.toContain('role');
    for (const all of ['', 'system', 'toString']) expect(actionsOf(all)).toBeUndefined();
  });
});

describe('what is searched for', () => {
  const id = '01a20586-fb4c-7f8a-a69c-90e9bdcd7586';

  it.each([
    ['', { what: 'nothing' }],
    ['138 0013 8001', { what: 'phone', phone: '13800138001' }],
    [id.toUpperCase(), { what: 'entry', id }],
    [actsOf(id), { what: 'person', id }],
    [
      actsOn({ subjectKind: 'hall', subjectId: 'yancheng' }),
      { what: 'subject', kind: 'hall', id: 'yancheng' },
    ],
    ['王芳', { what: 'unknown' }],
    ['1380013', { what: 'unknown' }],
    ["' OR 1=1 --", { what: 'unknown' }],
  ])('%j', (text, wanted) => {
    expect(readWanted(text)).toEqual(wanted);
  });
});

it('shows the details of an entry as they were written', () => {
  expect(detailLines('{}')).toEqual([]);
  expect(detailLines('{"extent":"full","howMany":2,"filters":{"q":true}}')).toEqual([
    { name: 'extent', value: 'full' },
    { name: 'howMany', value: '2' },
    { name: 'filters', value: '{"q":true}' },
  ]);
});
