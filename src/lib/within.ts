/**
 * What a page would like to show and can do without: undefined when it takes longer than this, or fails. The
 * page that somebody opens in an emergency waits for nobody.
 */
export async function within<Value>(
  milliseconds: number,
  ask: () => Promise<Value>,
): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([ask().catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
