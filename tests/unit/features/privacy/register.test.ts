import { describe, expect, it } from 'vitest';
import { GROUPS, REGISTER, registerByGroup } from '../../../../src/features/privacy/schema.ts';
import { createTestDatabase, listTables } from '../../../helpers/database.ts';

/** Columns whose name says that they may be about somebody. */
const LOOKS_PERSONAL =
  /person|member_id|actor|phone|name|cipher|hash|token|digest|contact|mail|address|birth|gender|(^|_)age$|identity|recipient|reporter|author|owner|member|staff|_by$|scope|details|^answer$|content|text|note|remark|comment|message|error|subject|adults|children|ip$|code$|code_id$|signature|public_key|seen_at/;

/** Columns that look personal and are not, with the reason. */
const NOT_PERSONAL: Readonly<Record<string, string>> = {
  'audit_entries.actor_kind': 'one of four kinds',
  'audit_entries.subject_kind': 'one of a few kinds',
  'audit_entries.digest': 'over an entry without personal values',
  'audit_seals.previous_hash': 'over digests',
  'audit_seals.digest': 'over an entry without personal values',
  'audit_seals.hash': 'over digests',
  'audit_roots.hash': 'over digests',
  'audit_roots.public_key': 'the site’s own',
  'audit_roots.signature': 'by the site',
  'hall_calls.message_key': 'ids of things, and of which kind',
  'outbox_messages.last_error': 'the channel’s words, without the recipient',
  'idempotency_keys.request_digest': 'SHA-256 of a whole request; leads back to none of its values',
  'file_purposes.name': 'one of a few purposes',
  'file_purposes.subject_kind': 'one of a few kinds',
  'file_purposes.subject_files_max': 'a limit',
  'file_links.subject_kind': 'one of a few kinds',
  'file_links.subject_id': 'an organisation, a drill, an application',
  'hall_sessions.adults_only': 'a rule of the session',
  'hall_sessions.joining_note': 'the hall’s words to all who come',
  'halls.region_code': 'a division of the country',
  'organisations.name': 'of a public body; a volunteer team’s own',
  'organisations.region_code': 'a division of the country',
  'disclosures.subject': 'one of a few kinds',
  'imports.scope_id': 'a hall or a division',
  'known_organisations.name': 'of a public body',
  'namings.name': 'of a community, a town or a county',
  'namings.region_code': 'a division of the country',
  'namings.named_by': 'public bodies',
  'namings.named_on': 'the date of a public document',
  'known_organisations.region_code': 'a division of the country',
  'inquiry_answers.text': 'public words of an editor; a mobile or identity number in it is refused',
  'skills.code': 'of a list',
  'skills.name': 'of a skill',
  'grid_cells.name': 'of a part of a community',
  'community_profile_versions.content':
    'counts, places and supplies; numbers of people or papers are refused, names of officers are sealed apart',
  'community_profile_versions.digest': 'over a version, salted where it holds names',
  'office_successions.region_code': 'a division of the country',
  'office_successions.successor_code': 'a division of the country',
  'applications.code': 'of an organisation’s application, printed on its receipt',
  'applications.region_code': 'a division of the country',
  'applications.name': 'of a committee or a division',
  'application_decisions.content':
    'the form, its evidence by title and hash, scores and faults; numbers of people are refused',
  'application_entries.answer': 'a yes, a step or two counts',
  'application_evidence.subject_id': 'a record, a file, a community or a division',
  'application_evidence.digest': 'over a file or a record',
  'application_rounds.region_code': 'a division of the country',
  'review_delegations.region_code': 'a division of the country',
  'review_nudges.region_code': 'a division of the country',
  'volunteer_trainings.skill_code': 'of a list; whose it is, the row says',
  'guide_needs.skill_code': 'of a list',
  'guide_needs.language_code': 'of a list',
  'volunteer_hours.subject_id': 'a duty or a drill',
  'role_grants.scope_kind': 'one of four kinds',
  'role_grants.scope_id': 'a hall, a division or an organisation',
  'calendar_days.name': 'of a holiday',
  'sampling_draws.region_code': 'a division of the country',
  'sampling_draws.named_at': 'when it was published which number decides',
  'draw_files.code': 'a line of a list of files; nothing is found by it',
  'site_visits.region_code': 'a division of the country',
  'site_visit_entries.answer': 'whether something was there',
  'drill_plans.region_code': 'a division of the country',
  'drill_records.region_code': 'a division of the country',
  'drill_plan_item_versions.content': 'one of two kinds',
  'drill_records.content': 'one of two kinds',
  'drill_record_versions.content': 'one of two kinds',
  'drill_record_groups.name': 'of a class or a group; one that looks like a person’s is refused',
  'drill_record_additions.text': 'about a drill; the form asks to name nobody',
  'drills.region_code': 'a division of the country',
  'call_outs.region_code': 'a division of the country',
  'drill_nudges.region_code': 'a division of the country',
  'call_outs.skill_code': 'a skill that is asked for, of nobody in particular',
  'drill_versions.content': 'one of two kinds',
  'drill_versions.contact': 'an office and its number; a mobile number is refused',
  'drill_roles.name': 'of a role',
  'drill_roles.filled_by': 'one of four ways',
  'drill_role_versions.name': 'of a role',
  'drill_role_versions.filled_by': 'one of four ways',
  'drill_cards.code_hash':
    'of a code on paper that anybody may hold; whose it became, the part in the drill says',
  'drill_grade_bands.region_code': 'a division of the country',
  'drill_report_releases.content': 'a report: counts, times and words; a mobile number is refused',
  'drill_report_releases.digest': 'over a report',
  'improvement_items.owner_office': 'of an office; a mobile number is refused',
  'improvement_items.region_code': 'a division of the country',
  'hall_outages.name': 'of an exhibit or a zone',
  'group_requests.group_name': 'of a school, an enterprise or another group',
  'group_changes.adults': 'a count; whose it is, is told by the booking',
  'group_changes.children': 'a count; whose it is, is told by the booking',
  'group_changes.from_adults': 'a count; whose it was, is told by the booking',
  'group_changes.from_children': 'a count; whose it was, is told by the booking',
  'booking_changes.adults': 'a count; whose it is, is told by the booking',
  'booking_changes.children': 'a count; whose it is, is told by the booking',
  'booking_changes.from_adults': 'a count; whose it was, is told by the booking',
  'booking_changes.from_children': 'a count; whose it was, is told by the booking',
};

const registered: readonly string[] = Object.values(REGISTER).flatMap(({ columns }) => columns);

async function listColumns(): Promise<string[]> {
  const { db, remove } = await createTestDatabase();
  const columns: string[] = [];
  for (const table of await listTables(db)) {
    const { rows } = await db.$client.execute(`PRAGMA table_info("${table}")`);
    columns.push(...rows.map((row) => `${table}.${row['name'] as string}`));
  }
  await remove();
  return columns;
}

describe('the register of personal data', () => {
  it('knows every column of the database that looks personal', async () => {
    const columns = await listColumns();
    expect(columns.length).toBeGreaterThan(100);
    const unknown = columns.filter(
      (column) =>
        LOOKS_PERSONAL.test(column.split('.')[1] ?? '') &&
        !registered.includes(column) &&
        !(column in NOT_PERSONAL),
    );
    expect(unknown, 'add it to REGISTER, or say here why it is not personal').toEqual([]);
  });

  it('names only columns that exist, each once', async () => {
    const columns = await listColumns();
    const named = [...registered, ...Object.keys(NOT_PERSONAL)];
    expect(named.filter((column) => !columns.includes(column))).toEqual([]);
    expect(named.filter((column, index) => named.indexOf(column) !== index)).toEqual([]);
  });

  it('asks about no column in vain', () => {
    const idle = Object.keys(NOT_PERSONAL).filter(
      (column) => !LOOKS_PERSONAL.test(column.split('.')[1] ?? ''),
    );
    expect(idle).toEqual([]);
  });

  it('says everything of everything, and shows all of it', () => {
    for (const [key, item] of Object.entries(REGISTER)) {
      for (const [part, words] of Object.entries(item)) {
        expect.soft(words.length, `${key}.${part}`).toBeGreaterThan(0);
      }
    }
    const shown = registerByGroup.flatMap(({ items }) => items.map(({ key }) => key));
    expect(shown.toSorted()).toEqual(Object.keys(REGISTER).toSorted());
    expect(registerByGroup.map(({ title }) => title)).toEqual(Object.values(GROUPS));
  });

  it('cites only articles that the project has looked up', () => {
    const articles = Object.values(REGISTER).flatMap(({ basis }) => basis.match(/第\d+条/g) ?? []);
    expect(articles.length).toBeGreaterThanOrEqual(Object.keys(REGISTER).length);
    expect(
      articles.filter((one) => !['第13条', '第17条', '第29条', '第51条'].includes(one)),
    ).toEqual([]);
  });
});
