/** One clear sentence for what keeps the site from starting; `dataDir` is where it wants to write. */
export function sentenceFor(error: unknown, dataDir: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || /ENOSPC|SQLITE_FULL|disk is full/.test(message)) {
    return `The disk is full: ${dataDir} needs room for the database and the build.`;
  }
  if (code === 'EACCES' || code === 'EROFS') return `No permission to write to ${dataDir}.`;
  return message;
}
