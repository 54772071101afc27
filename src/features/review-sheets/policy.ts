import type { DocumentParts } from '../../lib/document.ts';
import type { Sheet } from '../../lib/sheets.ts';
import { calendarDate, formatDate, type CalendarDate } from '../../lib/time.ts';
import type { Application } from '../applications/table.ts';
import { programmeOf } from '../applications/queries.ts';
import { departmentWords, pointsWords } from '../programmes/policy.ts';
import type { Department, Programme, Step } from '../programmes/schema.ts';
import { dueWords, stateWords } from '../review-desk/policy.ts';

/** The queue as a table to be taken away, in its own order. @param names what an officer and a region are called. */
export function queueSheet(
  rows: readonly { application: Application; officerId: string | null }[],
  programmes: readonly Programme[],
  names: { officer: (id: string) => string; place: (regionCode: string) => string },
  today: CalendarDate,
): Sheet {
  return {
    header: ['单位', '所在地', '称号', '步骤', '收到', '期限', '还有几天', '分给', '查询码'],
    rows: rows.map(({ application, officerId }) => {
      const programme = programmeOf(programmes, application);
      return [
        application.name,
        names.place(application.regionCode),
        programme.title.text,
        stateWords(programme, application.state),
        calendarDate(application.since),
        application.untilOn ?? '',
        dueWords(application.untilOn, today),
        officerId === null ? '' : names.officer(officerId),
        application.code,
      ];
    }),
  };
}

/** One file as a meeting sees it. */
export interface SummaryRow {
  application: Application;
  /** Where it is, by its full name. */
  place: string;
  /** Tenths of the applicant's own column and of each scoring step that has decided, by the step's key. */
  self: number | null;
  decided: Readonly<Record<string, number>>;
  /** The working column: its sum so far, and how many points have a mark. */
  working: { tenths: number; marked: number } | null;
  visited: boolean;
  drawn: boolean | null;
  opinions: readonly { department: Department; text: string }[];
}

export interface Summary {
  programme: Programme;
  step: Step;
  office: string;
  rows: readonly SummaryRow[];
  /** More wait than a meeting's sheet holds. */
  isCut: boolean;
}

/** Scoring steps before a step, in order: the columns between the applicant's and the working one. */
export const scoringBefore = ({ steps }: Programme, step: Step): Step[] =>
  steps
    .slice(
      0,
      steps.findIndex(({ key }) => key === step.key),
    )
    .filter(({ scoring }) => scoring !== 'none');

export function summaryHeader({ programme, step }: Pick<Summary, 'programme' | 'step'>): string[] {
  return [
    ...['单位', '所在地', '自评'],
    ...scoringBefore(programme, step).map(({ title }) => title),
    ...(step.scoring === 'none' ? [] : ['这一级打分']),
    ...(step.visit === 'none' ? [] : ['现场核查']),
    ...(step.departments.length > 1 ? ['部门意见'] : []),
    '期限',
  ];
}

/** The cells of one file, in the order of the header. */
export function summaryCells(
  { programme, step }: Pick<Summary, 'programme' | 'step'>,
  { application, place, self, decided, working, visited, drawn, opinions }: SummaryRow,
): string[] {
  const points = (tenths: number | null | undefined) =>
    typeof tenths === 'number' ? pointsWords(tenths) : '–';
  const visit = visited ? '去过' : drawn === false ? '没有抽中' : '还没有去';
  return [
    application.name,
    place,
    points(self),
    ...scoringBefore(programme, step).map(({ key }) => points(decided[key])),
    ...(step.scoring === 'none'
      ? []
      : [working ? `${points(working.tenths)}（打了${working.marked}项）` : '还没有打']),
    ...(step.visit === 'none' ? [] : [visit]),
    ...(step.departments.length > 1
      ? [
          opinions.length === 0
            ? '还没有'
            : opinions
                .map(({ department, text }) => `${departmentWords[department]}：${text}`)
                .join('\n'),
        ]
      : []),
    application.untilOn ?? '',
  ];
}

export const summaryTitle = ({ programme, step, office }: Summary): string =>
  `${office}${programme.title.text}${step.title}汇总表`;

export function summarySheet(summary: Summary): Sheet {
  return {
    header: ['序号', ...summaryHeader(summary), '会议意见'],
    rows: summary.rows.map((row, at) => [String(at + 1), ...summaryCells(summary, row), '']),
  };
}

/** The same as a document, with a column to write into. */
export function summaryDocument(summary: Summary, today: CalendarDate): DocumentParts {
  const { header, rows } = summarySheet(summary);
  return {
    mark: '会议材料',
    markNote: '研究用，不是决定',
    title: summaryTitle(summary),
    blocks: [
      {
        kind: 'text',
        text: `${formatDate(today)}，共${rows.length}份。门槛${pointsWords(summary.programme.threshold.points)}。`,
      },
      { kind: 'table', caption: '各单位情况', header, rows },
      {
        kind: 'note',
        text: '分数按办理系统里的记录。会议以后，请在系统里逐份办理，写明意见和理由。',
      },
    ],
  };
}

/** What a file of the archive is called: numbered, without what leads elsewhere. */
export function archiveEntryName(folder: string, index: number, name: string): string {
  const plain = name.replace(/[/\\:*?"<>|\p{Cc}]/gu, '_').slice(0, 80) || '材料';
  return `${folder}/${String(index + 1).padStart(3, '0')}-${plain}`;
}
