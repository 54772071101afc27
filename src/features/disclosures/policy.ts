import { DomainError, type Refusals } from '../../lib/errors.ts';
import { can, dutyRegions, mayGrant, verifyingRegions, type Holder } from '../roles/policy.ts';
import type { DisclosureReason, ExportList } from './table.ts';

/**
 * 本平台约定. What one person can work through, and what an answer can decrypt within a second; a season of a busy
 * hall is taken out month by month.
 */
export const EXPORT_MAX = 1000;

/** How long a name stays in sight after its reason was given: long enough for a call, too short to walk away. */
export const SHOWN_MINUTES = 10;

export const reasonWords: Readonly<Record<DisclosureReason, string>> = {
  contact: '要联系预约的人',
  incident: '处理突发情况',
  report: '按要求报送',
  handover: '交接或换系统',
};

export const listWords: Readonly<Record<ExportList, string>> = {
  bookings: '预约',
  organisations: '单位',
  inquiries: '留言和找错',
  people: '人员和角色',
  duties: '演练义务',
  improvements: '演练整改',
};

/** Which columns of a list are personal: what is masked unless a reason is given. */
export const personalColumns: Readonly<Record<ExportList, string>> = {
  bookings: '姓名和手机号',
  organisations: '',
  inquiries: '留言的内容',
  people: '手机号',
  duties: '',
  improvements: '',
};

/** Whether somebody may take a list out; `full` with its personal columns. The guard decides the same on writing. */
export function mayExport(
  holder: Holder,
  { list, hall, extent }: { list: ExportList; hall: string; extent: 'masked' | 'full' },
): boolean {
  const isFull = extent === 'full';
  switch (list) {
    case 'bookings':
      return can(holder, { action: isFull ? 'hall.tables' : 'hall.door', hall });
    case 'organisations':
      return verifyingRegions(holder).length > 0;
    case 'inquiries':
      return can(holder, { action: 'inquiry.answer' });
    case 'duties':
    case 'improvements':
      return dutyRegions(holder).length > 0;
    case 'people':
      return isFull ? can(holder, { action: 'role.list' }) : mayGrant(holder);
  }
}

/** @throws DomainError `invalid` when a list is longer than one file may be. */
export function requireExportable(count: number): void {
  if (count <= EXPORT_MAX) return;
  throw new DomainError(
    'invalid',
    'export_too_long',
    `超过${EXPORT_MAX}条，一个文件装不下。请回到列表加一个筛选，比如只看一天，再导出。`,
  );
}

export const disclosureRefusals: Refusals = {
  disclosure_not_yours: { code: 'not_found', message: '没有找到这一项。' },
  disclosure_has_reason: { code: 'invalid', field: 'reason', message: '请选一个理由' },
};
