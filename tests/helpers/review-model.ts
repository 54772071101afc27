/**
 * A second account of how a file moves, written for tests from the words of decision 42 alone. It shares nothing with the
 * policies: it counts day after day, keeps its own calendar, and knows only yes and no.
 */
export interface ModelStep {
  key: string;
  office: string;
  isOptional: boolean;
  departments: readonly string[];
  percent: number;
  isScored: boolean;
  days: number;
  isWorkdays: boolean;
  canReturn: boolean;
  canSuspend: boolean;
}
export interface ModelRules {
  steps: readonly ModelStep[];
  correctionDays: number;
  noticeDays: number;
  rectificationDays: number;
  noticeOffice: string;
  namingOffice: string;
  recheckOffice: string;
  /** Days since 1970 in China on which nobody works. */
  restDays: ReadonlySet<number>;
}
export interface ModelAct {
  act: string;
  person: string;
  /** Milliseconds. */
  at: number;
  on: string;
  hasReason: boolean;
  /** Draft complete, scores enough, document there, notice not in the past: whatever the act itself must bring. */
  isSound: boolean;
  drawn?: boolean;
  department?: string;
  opensInDays?: number;
}
/** Intervals of milliseconds; `to` is Infinity while it lasts. */
export interface ModelRight {
  person: string;
  /** `applicant` or an office. */
  side: string;
  from: number;
  to: number;
}

type Mode = 'step' | 'returned' | 'suspended';
const day = (at: number) => Math.floor((at + 8 * 3_600_000) / 86_400_000);
const startOf = (number: number) => number * 86_400_000 - 8 * 3_600_000;

export class ReviewModel {
  readonly rules: ModelRules;
  readonly rights: readonly ModelRight[];
  /** A step's index, or a word for where it is outside the steps. */
  place: number | string = 'draft';
  mode: Mode = 'step';
  time: number;
  /** Days already looked at for the step, those of them that counted, and those on which its clock stood. */
  stepDay = 0;
  stood = new Set<number>();
  pausedFrom = 0;
  mendLast = 0;
  noticeLast = 0;
  visited = false;
  drawn: boolean | undefined;
  opinions = new Set<string>();
  sides = new Set<string>();
  backers = new Set<string>();
  /** Who passed it, for which office. */
  passed = new Map<string, Set<string>>();

  constructor(rules: ModelRules, rights: readonly ModelRight[], begunAt: number) {
    this.rules = rules;
    this.rights = rights;
    this.time = begunAt;
  }

  get state(): string {
    const step = typeof this.place === 'number' ? this.rules.steps[this.place] : undefined;
    return step ? `${this.mode}:${step.key}` : String(this.place);
  }

  /** The first day by whose end so many days have counted and which is itself worked and not stood still on. */
  last(from: number, count: number, workdays: boolean, stood: ReadonlySet<number>): number {
    let [number, left] = [from, count];
    for (;;) {
      number += 1;
      if (stood.has(number)) continue;
      const rests = this.rules.restDays.has(number);
      if (!(workdays && rests)) left -= 1;
      if (left <= 0 && !rests) return number;
    }
  }

  begin(place: number | string, at: number): void {
    this.place =
      typeof place === 'number' && place >= this.rules.steps.length ? 'notice_due' : place;
    this.mode = 'step';
    this.stepDay = day(at);
    this.stood = new Set();
    this.visited = false;
    this.drawn = undefined;
    this.opinions = new Set();
  }

  resume(at: number): void {
    for (let number = this.pausedFrom; number <= day(at); number += 1) this.stood.add(number);
    this.mode = 'step';
  }

  /** Lets the days go by one after the other. */
  passTo(at: number): void {
    for (let number = day(this.time); number <= day(at); number += 1) {
      const step = typeof this.place === 'number' ? this.rules.steps[this.place] : undefined;
      if (!step) break;
      if (this.mode === 'returned' && number > this.mendLast) this.resume(startOf(this.mendLast));
      if (this.mode === 'step' && step.isOptional) {
        const due = this.last(this.stepDay, step.days, step.isWorkdays, this.stood);
        if (number > due) {
          this.begin(Number(this.place) + 1, startOf(due + 1));
          number = due;
        }
      }
    }
    this.time = at;
  }

  may(person: string, side: string, at: number): boolean {
    const holds = (one: string) =>
      this.rights.some(
        (right) =>
          right.person === person && right.side === one && right.from <= at && at < right.to,
      );
    if (side === 'applicant') return holds('applicant') || holds('member');
    const isPartial =
      holds('applicant') ||
      holds('member') ||
      this.sides.has(person) ||
      this.backers.has(person) ||
      [...(this.passed.get(person) ?? [])].some((office) => office !== side);
    return holds(side) && !isPartial;
  }

  /** Does it if it is allowed, and says whether it was. */
  try(one: ModelAct): boolean {
    if (one.at < this.time) return false;
    this.passTo(one.at);
    if (one.on !== this.state) return false;
    return typeof this.place === 'number' ? this.atStep(one, this.place) : this.outside(one);
  }

  /** Whether this person may, with a reason where an office needs one. */
  signed(one: ModelAct, side: string): boolean {
    return this.may(one.person, side, one.at) && (side === 'applicant' || one.hasReason);
  }

  atStep(one: ModelAct, index: number): boolean {
    const step = this.rules.steps[index]!;
    const working = this.mode === 'step';
    if (one.act === 'recusal') {
      if (!this.signed(one, step.office)) return false;
      this.backers.add(one.person);
      return true;
    }
    if (one.act === 'withdrawal') {
      if (!this.signed(one, 'applicant')) return false;
      this.begin('withdrawn', one.at);
      return true;
    }
    if (one.act === 'correction') {
      if (this.mode !== 'returned' || !this.signed(one, 'applicant') || !one.isSound) return false;
      this.sides.add(one.person);
      this.resume(one.at);
      return true;
    }
    if (one.act === 'resumption') {
      if (this.mode !== 'suspended' || !this.signed(one, step.office)) return false;
      this.resume(one.at);
      return true;
    }
    if (!working || !this.signed(one, step.office)) return false;
    switch (one.act) {
      case 'visit':
        if (step.percent === 0 || this.visited) return false;
        this.visited = true;
        return true;
      case 'draw':
        if (step.percent === 0 || step.percent === 100 || this.drawn !== undefined) return false;
        this.drawn = one.drawn === true;
        return true;
      case 'opinion':
        if (!step.departments.slice(1).includes(one.department ?? '')) return false;
        if (this.opinions.has(one.department!)) return false;
        this.opinions.add(one.department!);
        return true;
      case 'return':
      case 'suspension': {
        if (one.act === 'return' ? !step.canReturn : !step.canSuspend) return false;
        this.pausedFrom = day(one.at);
        this.mode = one.act === 'return' ? 'returned' : 'suspended';
        this.mendLast = this.last(day(one.at), this.rules.correctionDays, true, new Set());
        return true;
      }
      case 'refusal':
        this.begin(step.isOptional ? index + 1 : 'refused', one.at);
        return true;
      case 'approval': {
        const isDrawn = step.percent === 100 || this.drawn === true;
        if (step.percent > 0 && step.percent < 100 && this.drawn === undefined) return false;
        if (step.percent > 0 && isDrawn && !this.visited) return false;
        if (this.opinions.size < Math.max(0, step.departments.length - 1)) return false;
        if (step.isScored && !one.isSound) return false;
        this.passed.set(one.person, new Set([...(this.passed.get(one.person) ?? []), step.office]));
        this.begin(index + 1, one.at);
        return true;
      }
      default:
        return false;
    }
  }

  outside(one: ModelAct): boolean {
    const { noticeOffice, namingOffice, recheckOffice } = this.rules;
    const offices: Record<string, string> = {
      notice_due: noticeOffice,
      notice: namingOffice,
      named: recheckOffice,
      rectifying: recheckOffice,
    };
    const office = offices[this.place];
    if (one.act === 'recusal') {
      if (office === undefined || !this.signed(one, office)) return false;
      this.backers.add(one.person);
      return true;
    }
    const isApplicants = one.act === 'submission' || one.act === 'withdrawal';
    const side = isApplicants ? 'applicant' : office;
    if (side === undefined || !this.signed(one, side)) return false;
    const today = day(one.at);
    switch (`${this.place} ${one.act}`) {
      case 'draft submission':
        if (!one.isSound) return false;
        this.sides.add(one.person);
        this.begin(0, one.at);
        return true;
      case 'draft withdrawal':
      case 'notice_due withdrawal':
      case 'notice withdrawal':
        this.begin('withdrawn', one.at);
        return true;
      case 'notice_due notice':
        if ((one.opensInDays ?? 0) < 0) return false;
        this.noticeLast = today + (one.opensInDays ?? 0) + this.rules.noticeDays - 1;
        this.begin('notice', one.at);
        return true;
      case 'notice naming':
        if (today <= this.noticeLast || !one.isSound) return false;
        this.begin('named', one.at);
        return true;
      case 'notice refusal':
        this.begin('refused', one.at);
        return true;
      case 'named recheck':
      case 'rectifying recheck':
        this.begin('named', one.at);
        return true;
      case 'named rectification':
        this.mendLast = this.last(today, this.rules.rectificationDays, false, new Set());
        this.begin('rectifying', one.at);
        return true;
      case 'named revocation':
        this.begin('revoked', one.at);
        return true;
      case 'rectifying revocation':
        if (today <= this.mendLast) return false;
        this.begin('revoked', one.at);
        return true;
      default:
        return false;
    }
  }
}
