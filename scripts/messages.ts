/**
 * `npm run messages -- aliyun|tencent`: every SMS template as the provider wants it submitted, with the name under
 * which its id goes into `SMS_TEMPLATES`.
 */
import { fill, smsParts, smsText, variablesIn } from '../src/features/notifications/policy.ts';
import { templates } from '../src/messages.ts';

const provider = process.argv[2];
if (provider !== 'aliyun' && provider !== 'tencent') {
  console.error('Say for which provider: npm run messages -- aliyun, or -- tencent');
  process.exit(2);
}

for (const [name, { name: title, sms, longest }] of Object.entries(templates)) {
  if (sms === null) continue;
  const variables = variablesIn(sms);
  const text = sms.replace(/\{(\w+)\}/g, (_, variable: string) =>
    provider === 'aliyun' ? `\${${variable}}` : `{${variables.indexOf(variable) + 1}}`,
  );
  const example = smsText('签名', fill(sms, longest));
  console.log(
    `${name}\n  名称  ${title}\n  内容  ${text}\n  示例  ${example}（${smsParts(example)}条）\n`,
  );
}
const ids = Object.entries(templates).flatMap(([name, { sms }]) => (sms ? [[name, '…']] : []));
console.log(`SMS_TEMPLATES='${JSON.stringify(Object.fromEntries(ids))}'`);
