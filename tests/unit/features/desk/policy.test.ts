import { expect, it } from 'vitest';
import { staffTasks } from '../../../../src/features/desk/policy.ts';
import type { HeldRole } from '../../../../src/features/roles/table.ts';
import { taskLine } from '../../../../src/lib/tasks.ts';

const hall = 'yancheng';
const tasksOf = (role: HeldRole['role']) =>
  staffTasks({ id: 'p', roles: [{ role, scopeKind: 'hall', scopeId: hall }] }, () => '').map(
    ({ href }) => href.replace(`/staff/halls/${hall}`, ''),
  );

it('leads whoever works at a hall to its notes, and its manager alone to what is out of order', () => {
  expect(tasksOf('hall_staff')).toContain('/notes');
  expect(tasksOf('hall_staff')).not.toContain('/outages');
  expect(tasksOf('hall_manager')).toEqual(expect.arrayContaining(['/notes', '/outages', '/stops']));
});

it('keeps the line of a member of the staff as short as it was', () => {
  const held = { role: 'hall_staff', scopeKind: 'hall', scopeId: hall } as const;
  const { line } = taskLine(
    staffTasks({ id: 'p', roles: [held] }, () => ''),
    '/staff',
  );
  expect(line.length).toBeLessThanOrEqual(10);
});
