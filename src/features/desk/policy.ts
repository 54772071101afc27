import type { StaffTask } from '../../lib/tasks.ts';
import type { ImportKind } from '../imports/table.ts';
import { reviewingRegions } from '../review-desk/policy.ts';
import {
  can,
  dutyRegions,
  hallsOf,
  keepsVolunteers,
  mayGrant,
  namingRegions,
  publishesSomewhere,
  verifyingRegions,
  type Holder,
} from '../roles/policy.ts';

/** The places of work that somebody's roles open, in the order of the frame's navigation. */
export function staffTasks(holder: Holder, hallName: (slug: string) => string): StaffTask[] {
  const halls = hallsOf(holder);
  const regions = verifyingRegions(holder);
  const named = (slug: string) => (halls.length > 1 ? hallName(slug) : '');
  return [
    { href: '/staff', text: '今天要办' },
    ...halls.flatMap((slug) => [
      { href: `/staff/halls/${slug}/door`, text: `${named(slug)}入口登记` },
      { href: `/staff/halls/${slug}`, text: `${named(slug)}名单和登记` },
      { href: `/staff/halls/${slug}/desk`, text: `${named(slug)}电话代约` },
      { href: `/staff/halls/${slug}/bookings`, text: `${named(slug)}全部预约` },
      ...(can(holder, { action: 'hall.manage', hall: slug })
        ? [{ href: `/staff/halls/${slug}/feedback`, text: `${named(slug)}参观评价`, seldom: true }]
        : []),
      { href: `/staff/halls/${slug}/groups`, text: `${named(slug)}团体` },
      { href: `/staff/halls/${slug}/week`, text: `${named(slug)}一周` },
      { href: `/staff/halls/${slug}/roster`, text: `${named(slug)}讲解员` },
      { href: `/staff/halls/${slug}/numbers`, text: `${named(slug)}数据` },
      { href: `/staff/halls/${slug}/notes`, text: `${named(slug)}值班记录`, seldom: true },
      ...(can(holder, { action: 'hall.manage', hall: slug })
        ? [{ href: `/staff/halls/${slug}/courses`, text: `${named(slug)}课程`, seldom: true }]
        : []),
      ...(can(holder, { action: 'hall.manage', hall: slug })
        ? [
            { href: `/staff/halls/${slug}/calendar`, text: `${named(slug)}开放日历`, seldom: true },
            { href: `/staff/halls/${slug}/stops`, text: `${named(slug)}停开`, seldom: true },
            {
              href: `/staff/halls/${slug}/outages`,
              text: `${named(slug)}停用和名额`,
              seldom: true,
            },
            { href: `/staff/halls/${slug}/appeals`, text: `${named(slug)}未到申诉`, seldom: true },
          ]
        : []),
    ]),
    ...(can(holder, { action: 'inquiry.answer' })
      ? [{ href: '/staff/inquiries', text: '留言和找错' }]
      : []),
    ...(publishesSomewhere(holder) ? [{ href: '/staff/notices', text: '公告' }] : []),
    ...(can(holder, { action: 'publication.see', region: null })
      ? [
          { href: '/staff/banners', text: '紧急通知' },
          { href: '/staff/withdrawals', text: '撤下内容', seldom: true },
        ]
      : []),
    ...(reviewingRegions(holder).length > 0
      ? [
          { href: '/staff/applications', text: '申报审核' },
          // A town, a county or a city applies for itself, where every applicant does.
          { href: '/me/applications', text: '本级申报', seldom: true },
        ]
      : []),
    ...(regions.length > 0 ? [{ href: '/staff/organisations', text: '单位' }] : []),
    ...(dutyRegions(holder).length > 0 ? [{ href: '/staff/drills', text: '演练' }] : []),
    ...(keepsVolunteers(holder) ? [{ href: '/staff/volunteers', text: '志愿者' }] : []),
    ...(can(holder, { action: 'number_claim.decide' })
      ? [{ href: '/staff/phones', text: '找回账户', seldom: true }]
      : []),
    ...(can(holder, { action: 'hall.open' })
      ? [{ href: '/staff/halls', text: '场馆', seldom: true }]
      : []),
    ...(can(holder, { action: 'calendar.edit' })
      ? [{ href: '/staff/calendar', text: '节假日表', seldom: true }]
      : []),
    ...(can(holder, { action: 'duty_rule.edit' })
      ? [{ href: '/staff/drills/rules', text: '演练要求', seldom: true }]
      : []),
    ...(can(holder, { action: 'audit.read' }) ? [{ href: '/staff/audit', text: '审计记录' }] : []),
    ...(can(holder, { action: 'message.manage' })
      ? [{ href: '/staff/messages', text: '消息', seldom: true }]
      : []),
    ...(can(holder, { action: 'role.list' })
      ? [{ href: '/staff/applications/successions', text: '职能承接', seldom: true }]
      : []),
    ...(mayGrant(holder) ? [{ href: '/staff/people', text: '人员和角色', seldom: true }] : []),
    ...(namingRegions(holder).length > 0
      ? [{ href: '/staff/namings', text: '命名', seldom: true }]
      : []),
    ...(importPlaces(holder).length > 0
      ? [{ href: '/staff/imports', text: '导入', seldom: true }]
      : []),
    ...(holder.roles.length > 0
      ? [{ href: '/staff/credentials', text: '登录方式', seldom: true }]
      : []),
  ];
}

/** What somebody may bring in, and for where: halls they manage, regions they verify for. */
export function importPlaces(holder: Holder): { kind: ImportKind; scopeId: string }[] {
  return [
    ...hallsOf(holder)
      .filter((hall) => can(holder, { action: 'hall.tables', hall }))
      .map((scopeId) => ({ kind: 'bookings' as const, scopeId })),
    ...verifyingRegions(holder).map((scopeId) => ({ kind: 'organisations' as const, scopeId })),
    ...namingRegions(holder).map((scopeId) => ({ kind: 'namings' as const, scopeId })),
  ];
}
