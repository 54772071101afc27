/** What stands on every page and in every file of a drill, so that nobody takes it for the real thing. */
export const DRILL_MARK = '演练';

/** `演练·社区地震避险`: how a drill is called wherever it is named. */
export function markedTitle(title: string): string {
  return `${DRILL_MARK}·${title}`;
}
