/** What stands on every page and in every file of a drill, so that nobody takes it for the real thing. */
export const DRILL_MARK = '演练';

/** The mark where it stands by itself, for whoever reads no Chinese too. */
export const DRILL_BAND = `${DRILL_MARK} DRILL`;

/** What stands beside the mark. */
export const DRILL_NOTE = '这是演练，不是真的险情';

/** The same place once something real has ended a drill: nobody is told then that nothing has happened. */
export const REAL_NOTE = '演练停了，现在是真的险情';

/** `演练·社区地震避险`: how a drill is called wherever it is named. */
export function markedTitle(title: string): string {
  return `${DRILL_MARK}·${title}`;
}
