/** One place of somebody's work. */
export interface StaffTask {
  href: string;
  text: string;
  /** What is done now and then: it stands in a menu where there is too much for a line. */
  seldom?: boolean;
}

/** More stand in no line that can be taken in at a glance. */
const TASKS_IN_LINE = 10;

/**
 * Which tasks stand in the line of the frame, and which in its menu: all in the line as long as they fit; the one that
 * somebody is at always.
 */
export function taskLine<Task extends Pick<StaffTask, 'href' | 'seldom'>>(
  tasks: readonly Task[],
  here: string | undefined,
): { line: Task[]; menu: Task[] } {
  if (tasks.length <= TASKS_IN_LINE) return { line: [...tasks], menu: [] };
  const isInMenu = ({ href, seldom }: Task) => seldom === true && href !== here;
  return { line: tasks.filter((one) => !isInMenu(one)), menu: tasks.filter(isInMenu) };
}
