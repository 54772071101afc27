import { discloseBooking, exportList } from '../../src/features/disclosures/commands.ts';
import { halls } from '../../src/features/halls/table.ts';
import { applyImport, createImport, forgetImports } from '../../src/features/imports/commands.ts';
import { imports } from '../../src/features/imports/table.ts';
import { revokeRole } from '../../src/features/roles/commands.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { HeldRole } from '../../src/features/roles/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW, testHall } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const HALL = { scopeKind: 'hall', scopeId: 'yancheng' } as const;
const ELSEWHERE = { scopeKind: 'hall', scopeId: 'lianyungang' } as const;
const COUNTY = { scopeKind: 'region', scopeId: '320904' } as const;
const schools = '类型,名称\n学校,示例第一小学\n学校,示例第二小学\n';

export async function holder(world: World, held: HeldRole) {
  const { person } = await world.person();
  const grantId = await addRole(world.ctx, person.id, held);
  return { by: { id: person.id, roles: await rolesOf(world.ctx, person.id) }, grantId };
}

export const manager = (world: World) => holder(world, { role: 'hall_manager', ...HALL });
export const reviewer = (world: World) => holder(world, { role: 'reviewer', ...COUNTY });

/** The manager of another hall. */
async function elsewhere(world: World) {
  await world.ctx.db.insert(halls).values({ ...testHall, slug: ELSEWHERE.scopeId });
  return holder(world, { role: 'hall_manager', ...ELSEWHERE });
}

/** Takes the role away again: what its holder still believes to have is not enough. */
async function fire(world: World, grantId: string): Promise<void> {
  const site = { scopeKind: 'site', scopeId: '' } as const;
  const { by } = await holder(world, { role: 'administrator', ...site });
  await revokeRole(world.ctx, by, { grantId }, key());
}

const exporting = (
  state: string,
  reason: string,
  prepare: LosingState['prepare'],
): LosingState => ({ command: 'disclosures.exportList', state, reason, prepare });

const exportOf = (list: string, extra: object = {}) => ({
  list,
  hall: list === 'bookings' ? 'yancheng' : '',
  format: 'csv',
  extent: 'masked',
  ...extra,
});

const importing = (
  command: 'createImport' | 'applyImport',
  state: string,
  reason: string,
  prepare: LosingState['prepare'],
): LosingState => ({ command: `imports.${command}`, state, reason, prepare });

async function uploaded(world: World) {
  const { by, grantId } = await reviewer(world);
  const input = { what: 'organisations:320904', pasted: schools };
  const { importId } = await createImport(world.ctx, by, input, key());
  return { by, grantId, importId };
}

export const consoleStates: LosingState[] = [
  exporting('in full by somebody of the door', 'disclosure_not_yours', async (world) => {
    const { by } = await holder(world, { role: 'hall_staff', ...HALL });
    const full = { extent: 'full', reason: 'report' };
    return () => exportList(world.ctx, by, exportOf('bookings', full), key());
  }),
  exporting('of another hall', 'disclosure_not_yours', async (world) => {
    const { by } = await elsewhere(world);
    return () => exportList(world.ctx, by, exportOf('bookings'), key());
  }),
  exporting('in full without a reason', 'invalid_input', async (world) => {
    const { by } = await manager(world);
    return () => exportList(world.ctx, by, exportOf('bookings', { extent: 'full' }), key());
  }),
  exporting('after the role was taken away', 'disclosure_not_yours', async (world) => {
    const { by, grantId } = await manager(world);
    await fire(world, grantId);
    return () => exportList(world.ctx, by, exportOf('people'), key());
  }),
  {
    command: 'disclosures.discloseBooking',
    state: 'the booking is another hall’s',
    reason: 'disclosure_not_yours',
    prepare: async (world) => {
      const { by } = await elsewhere(world);
      const bookingId = await world.book((await world.person()).person, await world.session());
      const input = { bookingId, hall: 'lianyungang', reason: 'contact' };
      return () => discloseBooking(world.ctx, by, input, key());
    },
  },
  importing('createImport', 'for a hall that is not theirs', 'import_not_yours', async (world) => {
    const { by } = await reviewer(world);
    return () => createImport(world.ctx, by, { what: 'bookings:yancheng', pasted: schools }, key());
  }),
  importing('createImport', 'the columns are others', 'sheet_unreadable', async (world) => {
    const { by } = await manager(world);
    return () => createImport(world.ctx, by, { what: 'bookings:yancheng', pasted: schools }, key());
  }),
  importing('createImport', 'twenty were made today', 'imports_used_up', async (world) => {
    const { by } = await reviewer(world);
    const old = {
      kind: 'organisations' as const,
      scopeId: '320904',
      contentCipher: new Uint8Array(1),
      keyVersion: 1,
      rowCount: 1,
      createdBy: by.id,
      createdAt: addMinutes(NOW, -10),
      expiresAt: addMinutes(NOW, 10),
    };
    for (let nth = 0; nth < 20; nth += 1) {
      await world.ctx.db.insert(imports).values({ id: key(), ...old });
    }
    const input = { what: 'organisations:320904', pasted: schools };
    return () => createImport(world.ctx, by, input, key());
  }),
  importing('applyImport', 'it is a colleague’s', 'import_not_yours', async (world) => {
    const { importId } = await uploaded(world);
    const { by } = await reviewer(world);
    return () => applyImport(world.ctx, by, { importId }, key());
  }),
  importing('applyImport', 'a day has passed', 'import_expired', async (world) => {
    const { by, importId } = await uploaded(world);
    return () => applyImport(world.at(addMinutes(NOW, DAY)), by, { importId }, key());
  }),
  importing('applyImport', 'the role was taken away', 'import_not_yours', async (world) => {
    const { by, grantId, importId } = await uploaded(world);
    await fire(world, grantId);
    return () => applyImport(world.ctx, by, { importId }, key());
  }),
  {
    command: 'imports.forgetImports',
    state: 'the day is not over',
    reason: null,
    prepare: async (world) => {
      await uploaded(world);
      return () => forgetImports(world.at(addMinutes(NOW, DAY - 1)));
    },
  },
];
