import { customType, integer } from 'drizzle-orm/sqlite-core';

/** An instant, stored as UTC milliseconds. */
export const instant = (name: string) => integer(name, { mode: 'timestamp_ms' });

/** Raw bytes, the same in Node and at the edge (drizzle's own blob modes give Node buffers). */
export const bytes = customType<{
  data: Uint8Array<ArrayBuffer>;
  driverData: ArrayBuffer | Uint8Array<ArrayBuffer>;
}>({
  dataType: () => 'blob',
  fromDriver: (value) => new Uint8Array(value),
});
