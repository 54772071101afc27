import type { Refusals } from '../../lib/errors.ts';
import { linkRefusals } from '../files/policy.ts';
import type { Organisation, OrganisationKind } from './table.ts';

export const kindWords: Readonly<Record<OrganisationKind, string>> = {
  school: '学校',
  kindergarten: '幼儿园',
  enterprise: '企业',
  committee: '社区（村）委员会',
  volunteer_team: '志愿者队伍',
};

export const organisationStateWords: Readonly<Record<Organisation['state'], string>> = {
  claimed: '等待核验',
  verified: '已核验',
  refused: '没有通过',
};

const unknown = { code: 'not_found', message: '没有找到这个单位。' } as const;
const memberUnknown = { code: 'not_found', message: '没有找到这个成员。' } as const;

export const claimRefusals: Refusals = {
  claims_used_up: {
    code: 'too_many',
    message: '你有5个单位在等待核验。等有了结果再登记新的。',
  },
  'unique:organisations.claimed_by,organisations.kind,organisations.region_code,organisations.name':
    {
      code: 'conflict',
      reason: 'already_claimed',
      message: '这个单位你已经登记过，正在等待核验。',
    },
};

export const decisionRefusals: Refusals = {
  organisation_unknown: unknown,
  own_organisation: {
    code: 'conflict',
    message: '这是你自己的单位，不能由你核验。请同事来办。',
  },
  organisation_already_decided: { code: 'conflict', message: '这个单位已经核验过了。' },
  refusal_has_reason: { code: 'invalid', field: 'reason', message: '不通过要写理由，对方会看到' },
  'unique:organisations.kind,organisations.region_code,organisations.name': {
    code: 'conflict',
    reason: 'name_taken',
    message: '这个地区已经有一个核验过的同名单位。请先和它联系。',
  },
};

export const proofRefusals: Refusals = {
  ...linkRefusals,
  subject_files_used_up: { code: 'conflict', message: '证明材料最多3个，已经满了。' },
  organisation_unknown: unknown,
  organisation_already_decided: {
    code: 'conflict',
    message: '这个单位已经核验过了，不用再交材料。',
  },
};

export const memberRefusals: Refusals = {
  organisation_unknown: unknown,
  organisation_not_verified: { code: 'conflict', message: '单位核验通过以后，才能加人。' },
  'unique:organisation_members.organisation_id,organisation_members.person_id': {
    code: 'conflict',
    reason: 'already_member',
    message: '这个人已经在单位里了。',
  },
};

export const handoverRefusals: Refusals = {
  organisation_unknown: unknown,
  member_unknown: memberUnknown,
};

export const departureRefusals: Refusals = {
  member_unknown: memberUnknown,
  member_already_left: { code: 'conflict', message: '这个人已经不在单位里了。' },
  responsible_stays: {
    code: 'conflict',
    message: '负责人不能离开。请先把负责人移交给另一位成员。',
  },
};
