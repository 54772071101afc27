/** Wire types of Hrana 2 and 3 (JSON). Names and fields are those of the public specification. */

export type WireValue =
  | { type: 'null' }
  | { type: 'integer'; value: string }
  | { type: 'float'; value: unknown }
  | { type: 'text'; value: string }
  | { type: 'blob'; base64: string };

/** What is handed to the driver as an argument. Never a boolean: the native driver aborts on one. */
export type BoundValue = null | bigint | number | string | Buffer;

/** SQL given directly or by the id of an earlier `store_sql`. */
export type SqlRef = { sql: string } | { sqlId: number };

export interface Stmt {
  ref: SqlRef;
  args: BoundValue[];
  named: Map<string, BoundValue>;
  wantRows: boolean;
}

export type Condition =
  | { type: 'ok'; step: number }
  | { type: 'error'; step: number }
  | { type: 'not'; cond: Condition }
  | { type: 'and'; conds: Condition[] }
  | { type: 'or'; conds: Condition[] }
  | { type: 'is_autocommit' };

export interface BatchStep {
  condition: Condition | null;
  stmt: Stmt;
}

export type StreamRequest =
  | { type: 'close' }
  | { type: 'execute'; stmt: Stmt }
  | { type: 'batch'; steps: BatchStep[] }
  | { type: 'sequence'; ref: SqlRef }
  | { type: 'describe'; ref: SqlRef }
  | { type: 'store_sql'; sqlId: number; sql: string }
  | { type: 'close_sql'; sqlId: number }
  | { type: 'get_autocommit' };

export interface Pipeline {
  baton: string | null;
  requests: StreamRequest[];
}

export interface WireError {
  message: string;
  code: string;
  /** Not in the specification (clients ignore unknown fields): the extended SQLite name, if any. */
  extended_code?: string;
}

export interface Column {
  name: string;
  decltype: string | null;
}

export interface StmtResult {
  cols: Column[];
  rows: WireValue[][];
  affected_row_count: number;
  last_insert_rowid: string | null;
}

export interface BatchResult {
  step_results: (StmtResult | null)[];
  step_errors: (WireError | null)[];
}

export interface DescribeResult {
  params: { name: string | null }[];
  cols: Column[];
  is_explain: boolean;
  is_readonly: boolean;
}

export type StreamResponse =
  | { type: 'close' | 'sequence' | 'store_sql' | 'close_sql' }
  | { type: 'execute'; result: StmtResult }
  | { type: 'batch'; result: BatchResult }
  | { type: 'describe'; result: DescribeResult }
  | { type: 'get_autocommit'; is_autocommit: boolean };

export type StreamResult =
  { type: 'ok'; response: StreamResponse } | { type: 'error'; error: WireError };
