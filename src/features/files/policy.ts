import type { Refusals } from '../../lib/errors.ts';
import { DAY_MS } from '../../lib/time.ts';
import { can, type Deed, type Holder } from '../roles/policy.ts';
import type { FilePurpose, FileType, StoredFile } from './table.ts';

const MIB = 1024 * 1024;

/** What an upload is cut into: small enough to be held at the edge and to be sent again over a bad line. */
export const PART_BYTES = 8 * MIB;

/** No purpose allows more; the table's CHECK says the same. */
export const FILE_SIZE_MAX = 200 * MIB;

/** Without a script a form is sent in one go: a break means from the start again, so not more than this. */
export const FORM_FILE_MAX = 10 * MIB;

/** 本平台约定. An upload that was broken off can be gone on with for three days; one that is attached to nothing goes. */
export const UNFINISHED_KEPT_DAYS = 3;

/** 本平台约定. Long enough to open a file, too short to be passed on. */
export const LINK_VALID_MINUTES = 5;

/** What a file may be, told by its bytes. `inline`: what browsers show themselves and run nothing of. */
export const FILE_TYPES: Readonly<
  Record<FileType, { mime: string; words: string; extension: string; inline: boolean }>
> = {
  jpeg: { mime: 'image/jpeg', words: 'JPG图片', extension: 'jpg', inline: true },
  png: { mime: 'image/png', words: 'PNG图片', extension: 'png', inline: true },
  webp: { mime: 'image/webp', words: 'WebP图片', extension: 'webp', inline: true },
  pdf: { mime: 'application/pdf', words: 'PDF', extension: 'pdf', inline: true },
  docx: {
    mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    words: 'Word文档（docx）',
    extension: 'docx',
    inline: false,
  },
  xlsx: {
    mime: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    words: 'Excel表格（xlsx）',
    extension: 'xlsx',
    inline: false,
  },
  mp4: { mime: 'video/mp4', words: 'MP4视频', extension: 'mp4', inline: false },
};

export interface PurposeRules {
  types: readonly FileType[];
  subjectKind: string;
  subjectFilesMax: number;
  sizeMax: number;
  dayFilesMax: number;
  dayBytesMax: number;
  keptDays: number;
}

/** The numbers repeat the rows of `file_purposes`, which the guards read; a test holds them together. */
export const PURPOSES: Readonly<Record<FilePurpose, PurposeRules>> = {
  organisation_proof: {
    types: ['jpeg', 'png', 'webp', 'pdf'],
    subjectKind: 'organisation',
    subjectFilesMax: 3,
    sizeMax: 20 * MIB,
    dayFilesMax: 20,
    dayBytesMax: 100 * MIB,
    keptDays: 365,
  },
  group_letter: {
    types: ['jpeg', 'png', 'webp', 'pdf'],
    subjectKind: 'group_request',
    subjectFilesMax: 1,
    sizeMax: 20 * MIB,
    dayFilesMax: 20,
    dayBytesMax: 100 * MIB,
    keptDays: 180,
  },
  drill_photo: {
    types: ['jpeg', 'png', 'webp'],
    subjectKind: 'drill',
    subjectFilesMax: 12,
    sizeMax: 20 * MIB,
    dayFilesMax: 40,
    dayBytesMax: 200 * MIB,
    keptDays: 3650,
  },
  improvement_proof: {
    types: ['jpeg', 'png', 'webp', 'pdf'],
    subjectKind: 'improvement_item',
    subjectFilesMax: 6,
    sizeMax: 20 * MIB,
    dayFilesMax: 40,
    dayBytesMax: 200 * MIB,
    keptDays: 3650,
  },
  site_visit_photo: {
    types: ['jpeg', 'png', 'webp'],
    subjectKind: 'site_visit',
    subjectFilesMax: 24,
    sizeMax: 20 * MIB,
    dayFilesMax: 60,
    dayBytesMax: 300 * MIB,
    keptDays: 3650,
  },
  risk_map: {
    types: ['jpeg', 'png', 'webp', 'pdf'],
    subjectKind: 'community',
    subjectFilesMax: 12,
    sizeMax: 20 * MIB,
    dayFilesMax: 20,
    dayBytesMax: 100 * MIB,
    keptDays: 3650,
  },
  application_evidence: {
    types: ['jpeg', 'png', 'webp', 'pdf', 'docx', 'xlsx', 'mp4'],
    subjectKind: 'application',
    subjectFilesMax: 400,
    sizeMax: 100 * MIB,
    dayFilesMax: 200,
    dayBytesMax: 2048 * MIB,
    keptDays: 3650,
  },
  stamped_form: {
    types: ['jpeg', 'png', 'webp', 'pdf'],
    subjectKind: 'application',
    subjectFilesMax: 40,
    sizeMax: 20 * MIB,
    dayFilesMax: 40,
    dayBytesMax: 200 * MIB,
    keptDays: 3650,
  },
};

export const purposeWords: Readonly<Record<FilePurpose, string>> = {
  organisation_proof: '单位的证明材料',
  group_letter: '团体申请的公函',
  drill_photo: '演练的照片',
  improvement_proof: '演练整改的证明',
  site_visit_photo: '现场核查的照片',
  risk_map: '社区的风险地图',
  application_evidence: '申报的材料',
  stamped_form: '盖章的申报表',
};

export const fileStateWords: Readonly<Record<StoredFile['state'], string>> = {
  uploading: '没有传完',
  quarantined: '正在查病毒',
  clean: '可以打开',
  infected: '查出病毒，已拦下',
  removed: '已删除',
};

/** How many parts a file of this size has. */
export function partCount(size: number): number {
  return Math.ceil(size / PART_BYTES);
}

/** Bytes in the part of this number, from 0; undefined beyond the last. */
export function partSize(size: number, number: number): number | undefined {
  const left = size - number * PART_BYTES;
  return left > 0 ? Math.min(left, PART_BYTES) : undefined;
}

/** `12.3 MB`, `850 KB`; what people compare with a limit. */
export function formatSize(bytes: number): string {
  if (bytes >= MIB) return `${Number((bytes / MIB).toFixed(1))} MB`;
  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

/** What may be sent for a purpose, in words: `JPG图片、PDF，每个不超过20 MB`. */
export function allowedWords(purpose: FilePurpose, sizeMax = PURPOSES[purpose].sizeMax): string {
  const types = PURPOSES[purpose].types.map((type) => FILE_TYPES[type].words).join('、');
  return `${types}，每个不超过${formatSize(sizeMax)}`;
}

/** What to do with a file of a kind that is not taken; `mime` is what its bytes look like, if anything. */
export function typeRefusalWords(purpose: FilePurpose, mime: string | undefined): string {
  const allowed = `请传${PURPOSES[purpose].types.map((type) => FILE_TYPES[type].words).join('、')}`;
  if (mime && /^image\/(heic|heif|avif)/.test(mime)) {
    return `这是手机的HEIC照片，别人可能打不开。${allowed}：在手机上截一次屏，或把相机格式改成“兼容性最佳”再拍`;
  }
  if (mime && /msword|x-cfb|officedocument|opendocument|rtf/.test(mime)) {
    return `这里不收这种文档。${allowed}：打开它，选“另存为PDF”再传`;
  }
  if (mime?.startsWith('video/')) return `这里不收这种视频。${allowed}`;
  if (mime && /zip|rar|7z|tar|gzip/.test(mime)) return `压缩包不收。${allowed}：先解压，一个一个传`;
  return `看内容，这不是能收的文件（改名字不起作用）。${allowed}`;
}

/**
 * How somebody may have a file: not at all, as a download after a warning (nobody has looked for viruses in it),
 * as a download, or shown by the browser.
 */
export type FileAccess = 'none' | 'unscanned' | 'download' | 'inline';

export interface Asked {
  file: Pick<StoredFile, 'ownerId' | 'state'>;
  type: FileType;
  /** The right that shows the thing the file belongs to; undefined when it belongs to nothing yet. */
  deed: Deed | undefined;
  /** False where the deployment has no scanner: then files stay in quarantine, and only staff may have them. */
  isScanned: boolean;
}

/** The one rule for reading a file: its owner, and whoever may see the thing it belongs to. */
export function fileAccess(holder: Holder, { file, type, deed, isScanned }: Asked): FileAccess {
  const byRight = deed !== undefined && can(holder, deed);
  if (!byRight && file.ownerId !== holder.id) return 'none';
  if (file.state === 'clean') return FILE_TYPES[type].inline ? 'inline' : 'download';
  if (file.state === 'quarantined' && !isScanned && byRight) return 'unscanned';
  return 'none';
}

/** Uploads begun before this are given up, and files that nothing has taken up. */
export function unfinishedBefore(now: Date): Date {
  return new Date(now.getTime() - UNFINISHED_KEPT_DAYS * DAY_MS);
}

const unknown = { code: 'not_found', message: '没有找到这个文件。' } as const;

export const uploadRefusals: Refusals = {
  file_too_large: { code: 'invalid', field: 'file', message: '这个文件太大了' },
  files_used_up_day: {
    code: 'too_many',
    message: '今天传的文件已经到了上限。请明天再传。',
    retryAfterSeconds: DAY_MS / 1000,
  },
  person_erased: { code: 'not_signed_in', message: '请先用手机号登录。' },
};

export const partRefusals: Refusals = {
  file_not_uploading: { code: 'conflict', message: '这个文件已经传完，或者已经放弃了。' },
  part_wrong_size: { code: 'invalid', field: 'size', message: '这一段的大小不对' },
};

export const completionRefusals: Refusals = {
  file_not_uploading: { code: 'conflict', message: '这个文件已经传完，或者已经放弃了。' },
  file_incomplete: { code: 'conflict', message: '还有几段没有传到。请接着传。' },
  'unique:file_completions.file_id': {
    code: 'conflict',
    reason: 'file_not_uploading',
    message: '这个文件已经传完了。',
  },
};

/** Of attaching a file to something, whatever it is. */
export const linkRefusals: Refusals = {
  file_unknown: unknown,
  file_incomplete: { code: 'conflict', message: '文件还没有传完。请接着传。' },
  file_infected: { code: 'conflict', message: '这个文件查出病毒，不能用。请换一个。' },
  subject_files_used_up: { code: 'conflict', message: '这里的文件已经满了，不能再加。' },
  'unique:file_links.file_id': {
    code: 'conflict',
    reason: 'file_already_linked',
    message: '这个文件已经用过了。',
  },
};

/** Two runs of the job at once: the second one's verdict changes nothing. */
export const scanRefusals: Refusals = {
  file_not_waiting: { code: 'conflict', message: '这个文件已经查过了。' },
};

export const removalRefusals: Refusals = {
  file_unknown: unknown,
  file_already_removed: { code: 'conflict', message: '这个文件已经删除了。' },
};
