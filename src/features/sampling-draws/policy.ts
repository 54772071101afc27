import type { Refusals } from '../../lib/errors.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate } from '../../lib/time.ts';
import { canonicalList, drawTickets } from '../draws/policy.ts';
import type { Programme, Step } from '../programmes/schema.ts';
import { divisionTree } from '../regions/policy.ts';
import type { DrawDrop, DrawFreeze, DrawResult, SamplingDraw } from './table.ts';

/** Where anybody repeats a draw. */
export const drawPath = (id: string): string => `/communities/draws/${id}`;
/** Where its office does it. */
export const drawDeskPath = (id: string): string => `/staff/draws/${id}`;

/** A line of the list. */
export interface DrawLine {
  code: string;
  applicationId: string;
  /** The file has no result yet and is still at the step; one that was withdrawn or refused meanwhile needs none. */
  isOpen: boolean;
}

/** A draw with all that happened, in its order. */
export interface FoundDraw {
  draw: SamplingDraw;
  /** By code, as the list is published. */
  lines: DrawLine[];
  freeze: DrawFreeze | undefined;
  result: DrawResult | undefined;
  drop: DrawDrop | undefined;
}

export const drawStateWords: Readonly<Record<SamplingDraw['state'], string>> = {
  named: '公布了用哪个号码',
  frozen: '名单冻结了，等号码',
  drawn: '抽出来了',
  dropped: '作废了',
};

/** What a draw is of: the programme's step and the office. */
export function drawTitle(
  { step, regionCode }: Pick<SamplingDraw, 'step' | 'regionCode'>,
  programme: Programme,
): string {
  const title = programme.steps.find(({ key }) => key === step)?.title ?? step;
  return `${divisionTree.fullName(regionCode) ?? regionCode}${title}抽查`;
}

/** The list as its file: a line for each code. */
export const listText = ({ lines }: Pick<FoundDraw, 'lines'>): string =>
  canonicalList(lines.map(({ code }) => code));

/** What came out: each code with its ticket, the smallest first; undefined before the number is there. */
export function drawOutcome({ lines, freeze, result }: FoundDraw) {
  if (!freeze || !result) return undefined;
  const { seed, tickets, listHash } = drawTickets(
    lines.map(({ code }) => code),
    result.number,
  );
  return {
    listHash,
    seed,
    tickets: tickets.map((one, at) => ({ ...one, isDrawn: at < freeze.size })),
  };
}

/** What its office can do with a draw now. */
export function drawActs({ draw, lines }: FoundDraw, now: Date) {
  const { state, numberOn } = draw;
  const today = calendarDate(now);
  return {
    freeze: state === 'named' && today < numberOn,
    number: state === 'frozen' && today >= numberOn,
    record: state === 'drawn' && lines.some(({ isOpen }) => isOpen),
    drop: state === 'named' || (state === 'frozen' && today < numberOn),
  };
}

/** Files of an office that wait at a step of which some are drawn. */
export interface SampledQueue {
  programme: Programme;
  step: Step;
  regionCode: RegionCode;
  waiting: number;
}

/** A queue as the form names it. */
export const queueKey = ({ programme, step, regionCode }: SampledQueue): string =>
  [programme.key, programme.version, step.key, regionCode].join('/');

const order = '现在不能办这一步，请刷新再看。';

export const drawRefusals: Refusals = {
  draw_not_yours: { code: 'not_found', message: '没有找到这一次抽查。' },
  draw_out_of_order: { code: 'conflict', message: order },
  draw_too_late: {
    code: 'conflict',
    field: 'numberOn',
    message: '名单要在号码公布的前一天或更早冻结。请另选以后的一天。',
  },
  draw_too_early: { code: 'conflict', message: '号码还没有公布，请到那一天再填。' },
  draw_list_changed: {
    code: 'conflict',
    message: '等着抽查的申报刚刚有变化，请刷新，再冻结一次。',
  },
  draw_wrong_size: { code: 'conflict', message: order },
  draw_wrong_number: {
    code: 'invalid',
    field: 'number',
    message: '位数和公布的不一样。前面的0也要填',
  },
  draw_freezes_files: { code: 'conflict', message: '一次最多抽5000份。' },
  'unique:sampling_draws.programme,sampling_draws.version,sampling_draws.step,sampling_draws.region_code':
    {
      code: 'conflict',
      reason: 'draw_open',
      message: '这一批已经有一次抽查没有办完，请接着办那一次。',
    },
};
